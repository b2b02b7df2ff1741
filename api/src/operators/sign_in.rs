//! The door: password or one-time link, and the second factor of whoever has one.
//!
//! What is refused looks and takes the same whoever was named. Limits count what came from one address (and from
//! there on one account), so nobody can lock another person out.

use countersign_entities::ids::OperatorId;

use super::{
    email::Email,
    link::{self, DeadLink, Found},
    password,
    people::Operator,
    role::Principal,
    second_factor::proof::{self, Brought, Used},
    session::{self, Session},
    store,
    ticket::{self, Ticket},
};
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::Fault,
    secret::Secret,
};

mod error;

pub use error::SignInError;

const PASSWORD: &str = "password";
const LINK: &str = "link";
const SECOND_FACTOR: &str = "second_factor";

/// Lets a person in by e-mail address, password and, where they have a second factor, a code of it or a recovery code.
///
/// # Errors
/// [`SignInError::Wrong`], [`SignInError::CodeRequired`], [`SignInError::CodeWrong`] or [`SignInError::TooMany`].
pub async fn with_password(
    app: &App,
    net: &Net,
    via: Via,
    email: &str,
    password: Secret,
    code: Option<Secret>,
) -> Result<Session, SignInError> {
    let email = Email::parse(email).ok();
    throttle(app, net, Some(email.as_ref()))?;
    let operator = authenticate(app, net, via, email.as_ref(), &password).await?;
    let ticket = async || ticket::issue(app, &operator).await.map(Some);
    let brought = look(app, &operator, code.as_ref(), ticket).await?;
    enter(app, net, via, operator, brought).await
}

/// The second step of a page: the ticket stands for the password.
///
/// # Errors
/// [`SignInError::TicketOver`], or as [`with_password`].
pub async fn with_ticket(
    app: &App,
    net: &Net,
    via: Via,
    ticket: &Secret,
    code: &Secret,
) -> Result<Session, SignInError> {
    throttle(app, net, None)?;
    let operator = ticket::open(app, ticket).await?.ok_or(SignInError::TicketOver)?;
    let brought = look(app, &operator, Some(code), async || Ok(None)).await?;
    enter(app, net, via, operator, brought).await
}

/// Looks at the code of whoever is known to be right so far.
async fn look(
    app: &App,
    operator: &Operator,
    code: Option<&Secret>,
    ticket: impl AsyncFnOnce() -> Result<Option<Ticket>, Fault>,
) -> Result<Brought, SignInError> {
    match proof::look(app, operator, code).await? {
        Brought::Nothing => Err(SignInError::CodeRequired(ticket().await?)),
        brought => Ok(brought),
    }
}

/// Begins the session of whose password was right.
async fn enter(
    app: &App,
    net: &Net,
    via: Via,
    operator: Operator,
    brought: Brought,
) -> Result<Session, SignInError> {
    let tx = AuditedTx::begin(app).await?;
    let Some(operator) = unchanged(app, &tx, &operator).await? else { return Err(SignInError::Wrong) };
    let Some(used) = proof::spend(app, &tx, &operator.id, brought).await? else {
        drop(tx);
        return refuse_code(app, net, via, &operator.id).await;
    };
    let mut session = session::begin(app, &tx, operator, net, false).await?;
    session.by_recovery_code = matches!(used, Used::RecoveryCode(_));
    tx.commit(signed_in(app, net, via, PASSWORD, &session, &used)).await?;
    Ok(session)
}

/// The person as they are now, locked: while the hash was computed they may have been disabled, or password or second
/// factor changed, and then it is none. Whoever changes that from here on ends the session that begins.
async fn unchanged(app: &App, tx: &AuditedTx<'_>, before: &Operator) -> Result<Option<Operator>, Fault> {
    let now = store::lock(tx, &before.id, app.db.is_postgres()).await?;
    Ok(now.filter(|now| !now.is_disabled() && now.password == before.password && now.factor == before.factor))
}

/// Lets a person in by a one-time link. It stands for the password, not for the second factor.
///
/// # Errors
/// [`SignInError::Link`] where it does not work; [`SignInError::CodeRequired`] and [`SignInError::CodeWrong`], which use
/// nothing up; [`SignInError::TooMany`].
pub async fn with_link(
    app: &App,
    net: &Net,
    via: Via,
    secret: &Secret,
    code: Option<Secret>,
) -> Result<Session, SignInError> {
    throttle(app, net, None)?;
    let (owner, found) = link::find(app, secret).await?;
    let found = match found {
        Ok(found) => found,
        Err(why) => return refuse_link(app, net, via, owner, why).await,
    };
    let brought = look(app, &found.operator, code.as_ref(), async || Ok(None)).await?;
    match through_link(app, net, via, secret, &found, brought).await? {
        Some(session) => Ok(session),
        None => Box::pin(with_link(app, net, via, secret, code)).await,
    }
}

/// Uses up a link that was found, with what was brought; none where the person's second factor was turned on or taken
/// away meanwhile: then the link stays good, and what was brought is to be looked at once more.
pub(super) async fn through_link(
    app: &App,
    net: &Net,
    via: Via,
    secret: &Secret,
    found: &Found,
    brought: Brought,
) -> Result<Option<Session>, SignInError> {
    let tx = AuditedTx::begin(app).await?;
    let current = store::lock(&tx, &found.operator.id, app.db.is_postgres()).await?;
    let current = current.filter(|now| !now.is_disabled());
    let (true, Some(operator)) = (link::claim(app, &tx, &found.id).await?, current) else {
        drop(tx);
        let (owner, now) = link::find(app, secret).await?;
        return refuse_link(app, net, via, owner, now.err().unwrap_or(DeadLink::Used)).await.map(Some);
    };
    if operator.factor != found.operator.factor {
        return Ok(None);
    }
    let Some(used) = proof::spend(app, &tx, &operator.id, brought).await? else {
        drop(tx);
        return refuse_code(app, net, via, &operator.id).await;
    };
    let session = session::begin(app, &tx, operator, net, true).await?;
    tx.commit(signed_in(app, net, via, LINK, &session, &used)).await?;
    Ok(Some(session))
}

/// Proves a person on the command line, for one command and without a session. Where a second factor was used, that is
/// told.
///
/// # Errors
/// [`SignInError::Wrong`], [`SignInError::CodeRequired`], [`SignInError::CodeWrong`].
pub async fn authenticate_cli(
    app: &App,
    email: &str,
    password: &Secret,
    code: Option<&Secret>,
) -> Result<Principal, SignInError> {
    let (net, email) = (Net::default(), Email::parse(email).ok());
    let operator = authenticate(app, &net, Via::Cli, email.as_ref(), password).await?;
    let actor = Actor::person(operator.person(), Via::Cli, None, net.clone());
    let brought = look(app, &operator, code, async || Ok(None)).await?;
    let tx = AuditedTx::begin(app).await?;
    let Some(operator) = unchanged(app, &tx, &operator).await? else { return Err(SignInError::Wrong) };
    match brought {
        Brought::NotAsked => drop(tx),
        brought => {
            let Some(used) = proof::spend(app, &tx, &operator.id, brought).await? else {
                drop(tx);
                return refuse_code(app, &net, Via::Cli, &operator.id).await;
            };
            let proven = Happening::SignedIn { method: PASSWORD, second_factor: used.word() };
            let proven = Event::installation(app, &actor, proven).about("operator", &operator.id);
            let also = used.event(app, &actor, &operator.id);
            tx.commit(std::iter::once(proven).chain(also).collect()).await?;
        }
    }
    Ok(Principal::new(actor, operator.person(), operator.roles, None))
}

/// The enabled person whose password this is.
async fn authenticate(
    app: &App,
    net: &Net,
    via: Via,
    email: Option<&Email>,
    password: &Secret,
) -> Result<Operator, SignInError> {
    let known = match email {
        Some(email) => store::find_by_email(&app.db, &email.key()).await?,
        None => None,
    };
    let id = known.as_ref().map(|operator| operator.id.clone());
    let enabled = known.filter(|operator| !operator.is_disabled());
    let hash = enabled.as_ref().and_then(|operator| operator.password.as_ref());
    let is_right = password::verify(app, password, hash).await?;
    match enabled.filter(|_| is_right) {
        Some(operator) => Ok(operator),
        None => {
            tell_failed(app, net, via, PASSWORD, id).await?;
            Err(SignInError::Wrong)
        }
    }
}

async fn refuse_code<T>(app: &App, net: &Net, via: Via, id: &OperatorId) -> Result<T, SignInError> {
    tell_failed(app, net, via, SECOND_FACTOR, Some(id.clone())).await?;
    Err(SignInError::CodeWrong)
}

async fn refuse_link(
    app: &App,
    net: &Net,
    via: Via,
    owner: Option<OperatorId>,
    why: DeadLink,
) -> Result<Session, SignInError> {
    tell_failed(app, net, via, LINK, owner).await?;
    Err(SignInError::Link(why))
}

/// Tells of a failure: whose door it was, if anybody's; never what was typed. What a stranger can cause is told so often
/// only; a wrong code and a dead link of somebody's are always, for whoever brings them knows a password or the link.
async fn tell_failed(
    app: &App,
    net: &Net,
    via: Via,
    method: &'static str,
    door: Option<OperatorId>,
) -> Result<(), Fault> {
    let is_strangers = method == PASSWORD || door.is_none();
    if is_strangers && !app.throttles.tells_of_stranger(&net.origin()) {
        return Ok(());
    }
    let actor = Actor::public(via, net.clone());
    let mut event = Event::installation(app, &actor, Happening::SignInFailed { method }).denied();
    if let Some(id) = door {
        event = event.about("operator", id);
    }
    AuditedTx::begin(app).await?.commit_one(event).await?;
    Ok(())
}

/// What a sign-in tells: itself, and the recovery code that it took.
fn signed_in(
    app: &App,
    net: &Net,
    via: Via,
    method: &'static str,
    session: &Session,
    used: &Used,
) -> Vec<Event> {
    let actor = Actor::person(session.operator.person(), via, None, net.clone());
    let signed_in = Happening::SignedIn { method, second_factor: used.word() };
    let signed_in = Event::installation(app, &actor, signed_in).about("session", &session.id);
    std::iter::once(signed_in).chain(used.event(app, &actor, &session.operator.id)).collect()
}

/// Counts an attempt from an address, and on an account from there. Texts that name nobody share one account.
fn throttle(app: &App, net: &Net, account: Option<Option<&Email>>) -> Result<(), SignInError> {
    let address = net.origin();
    app.throttles.sign_in_address.check(&address).map_err(SignInError::TooMany)?;
    if let Some(email) = account {
        let account = email.map(Email::key).unwrap_or_default();
        app.throttles.sign_in_account.check(&(account, address)).map_err(SignInError::TooMany)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
