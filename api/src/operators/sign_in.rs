//! The door: password or one-time link.
//!
//! What is refused looks and takes the same whoever was named. Limits count what came from one address (and from
//! there on one account), so nobody can lock another person out.

use std::time::Duration;

use countersign_entities::ids::OperatorId;

use super::{
    email::Email,
    error::OperatorError,
    link::{self, DeadLink},
    password, people,
    people::Operator,
    role::Principal,
    session::{self, Session},
    store,
};
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::{Fault, FieldError, Kind, Refusal},
    secret::Secret,
};

const PASSWORD: &str = "password";
const LINK: &str = "link";

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Whatever of the two it is.
    #[error("the e-mail address or the password is not right. Try again, or ask an admin for a sign-in link")]
    Wrong,
    /// Too many attempts from there.
    #[error("too many attempts. Wait {} seconds and try again", .0.as_secs() + 1)]
    TooMany(Duration),
    /// The link does not work.
    #[error("{}", dead_link(*.0))]
    Link(DeadLink),
    /// The password that was to be set.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
    Fields(Vec<FieldError>),
    /// Ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn dead_link(why: DeadLink) -> &'static str {
    match why {
        DeadLink::Used => "this sign-in link was used already. Ask an admin for a new one",
        DeadLink::Expired => "this sign-in link is too old. Ask an admin for a new one",
        DeadLink::Unknown => "there is no such sign-in link. Check that it was copied whole",
    }
}

impl Refusal for SignInError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "sign_in_failed",
            Self::TooMany(_) => "too_many_attempts",
            Self::Link(DeadLink::Used) => "link_used",
            Self::Link(DeadLink::Expired) => "link_expired",
            Self::Link(DeadLink::Unknown) => "link_unknown",
            Self::Fields(_) => "fields_invalid",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Wrong | Self::Link(_) => Kind::Unauthenticated,
            Self::TooMany(_) => Kind::TooMany,
            Self::Fields(_) => Kind::Invalid,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) => Some(*wait),
            _ => None,
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Fields(fields) => fields,
            _ => &[],
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

/// Lets a person in by e-mail address and password.
///
/// # Errors
/// [`SignInError::Wrong`] or [`SignInError::TooMany`].
pub async fn with_password(
    app: &App,
    net: &Net,
    via: Via,
    email: &str,
    password: Secret,
) -> Result<Session, SignInError> {
    let email = Email::parse(email).ok();
    throttle(app, net, Some(email.as_ref()))?;
    let operator = authenticate(app, net, via, email.as_ref(), &password).await?;
    let tx = AuditedTx::begin(app).await?;
    // While the hash was computed the person may have been disabled, or the password changed.
    let current = store::find(&tx, &operator.id).await?;
    let is_same = |now: &Operator| !now.is_disabled() && now.password == operator.password;
    let Some(operator) = current.filter(is_same) else { return Err(SignInError::Wrong) };
    let session = session::begin(app, &tx, operator, net, false).await?;
    let events = vec![signed_in(app, net, via, PASSWORD, &session)];
    tx.commit(events).await?;
    Ok(session)
}

/// Lets a person in by a one-time link, and sets their password if they bring one.
///
/// # Errors
/// [`SignInError::Link`] where it does not work; [`SignInError::Fields`] where the password will not do, which uses
/// nothing up; [`SignInError::TooMany`].
pub async fn with_link(
    app: &App,
    net: &Net,
    via: Via,
    secret: &Secret,
    password: Option<Secret>,
) -> Result<Session, SignInError> {
    throttle(app, net, None)?;
    let (owner, found) = link::find(app, secret).await?;
    let found = match found {
        Ok(found) => found,
        Err(why) => return refuse_link(app, net, via, owner, why).await,
    };
    let hash = match &password {
        Some(password) => Some(people::fresh_hash(app, "password", &found.operator, password).await?),
        None => None,
    };
    let tx = AuditedTx::begin(app).await?;
    let current = store::find(&tx, &found.operator.id).await?;
    let current = current.filter(|operator| !operator.is_disabled());
    let (true, Some(mut operator)) = (link::claim(app, &tx, &found.id).await?, current) else {
        drop(tx);
        return refuse_link(app, net, via, owner, DeadLink::Used).await;
    };
    if let Some(hash) = hash {
        store::set_password(&tx, &operator.id, Some(&hash)).await?;
        operator.password = Some(hash);
    }
    let session = session::begin(app, &tx, operator, net, password.is_none()).await?;
    let mut events = vec![signed_in(app, net, via, LINK, &session)];
    if password.is_some() {
        let actor = Actor::person(session.operator.person(), via, None, net.clone());
        let changed = Event::installation(app, &actor, Happening::PasswordChanged {});
        events.push(changed.about("operator", &session.operator.id));
    }
    tx.commit(events).await?;
    Ok(session)
}

/// Proves a person on the command line, for one command and without a session.
///
/// # Errors
/// [`SignInError::Wrong`].
pub async fn authenticate_cli(app: &App, email: &str, password: Secret) -> Result<Principal, SignInError> {
    let (net, email) = (Net::default(), Email::parse(email).ok());
    let operator = authenticate(app, &net, Via::Cli, email.as_ref(), &password).await?;
    let actor = Actor::person(operator.person(), Via::Cli, None, net);
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

/// Tells of a failure: whose door it was, if anybody's; never what was typed.
async fn tell_failed(
    app: &App,
    net: &Net,
    via: Via,
    method: &'static str,
    door: Option<OperatorId>,
) -> Result<(), Fault> {
    let actor = Actor::public(via, net.clone());
    let mut event = Event::installation(app, &actor, Happening::SignInFailed { method }).denied();
    if let Some(id) = door {
        event = event.about("operator", id);
    }
    AuditedTx::begin(app).await?.commit_one(event).await?;
    Ok(())
}

fn signed_in(app: &App, net: &Net, via: Via, method: &'static str, session: &Session) -> Event {
    let actor = Actor::person(session.operator.person(), via, None, net.clone());
    Event::installation(app, &actor, Happening::SignedIn { method }).about("session", &session.id)
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

impl From<OperatorError> for SignInError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Fields(fields) => Self::Fields(fields),
            OperatorError::Fault(fault) => Self::Fault(fault),
            OperatorError::TooMany(wait) => Self::TooMany(wait),
            _ => Self::Wrong,
        }
    }
}

#[cfg(test)]
mod tests;
