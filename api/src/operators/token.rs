//! API tokens: machine access in the name of the person who made it. No token can approve.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::{OperatorId, TokenId},
};

use super::{
    authority::Authority,
    error::OperatorError,
    fingerprint,
    name::Name,
    role::{Admin, Forbidden, Principal, Role, Roles, TokenScope},
    still, store as people_store,
};
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    audit::{AuditedTx, Event, Happening, Housekeeping, secret_gate::OWN_PREFIX, typed::refuse_secret},
    error::{Fault, FieldError},
    secret::Secret,
};

mod store;

/// Why a token does not work that somebody ended.
const REVOKED: &str = "revoked";

/// What every token starts with.
pub const PREFIX: &str = OWN_PREFIX;

/// The longest life of a token that has an end: ten years.
pub const LONGEST_LIFE: Duration = Duration::from_hours(24 * 3650);

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Names it.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// For whom it acts: who made it.
    pub operator_id: OperatorId,
    /// What it may do, as far as its owner may.
    pub scopes: Vec<TokenScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Since when it does not work, where it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Why it was ended: `revoked`, `disabled`, `role_lost`, `password_reset`; none of old ones.
    pub revoked_why: Option<String>,
    /// When it ends by itself; none if it does not.
    pub expires_at: Option<Timestamp>,
}

/// Whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody ended it, or something that happened to its owner did.
    Revoked,
}

impl TokenState {
    /// The word of the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<TokenScope>,
    /// When it ends by itself; none only where somebody said so.
    pub expires_at: Option<Timestamp>,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadToken {
    /// It is unknown or was revoked, or its owner is disabled.
    Unknown,
    /// Its time is over.
    Expired,
}

/// What ends tokens of a person.
pub(super) enum Ended {
    /// The person may not enter any more: all of them.
    Disabled,
    /// The roles before and after: those that lose anything by it.
    RolesChanged(Roles, Roles),
    /// The password was lost: all of them.
    PasswordReset,
}

impl Ended {
    fn word(&self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::RolesChanged(..) => "role_lost",
            Self::PasswordReset => "password_reset",
        }
    }

    fn concerns(&self, token: &Token) -> bool {
        match self {
            Self::Disabled | Self::PasswordReset => true,
            Self::RolesChanged(before, after) => token.scopes.iter().any(|scope| scope.loses(before, after)),
        }
    }
}

impl Token {
    /// Whether it works.
    pub fn state(&self, now: Timestamp) -> TokenState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => TokenState::Revoked,
            (None, Some(end)) if end <= now => TokenState::Expired,
            _ => TokenState::Active,
        }
    }

    /// The words of its scopes.
    pub fn scope_words(&self) -> Vec<String> {
        self.scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}

/// Evidence that somebody may make a token, which acts for them and nobody else: what it drafts counts as their own,
/// or two signatures could be one person's.
#[derive(Clone, Debug)]
pub struct TokenOwner {
    owner: Principal,
    needs: Option<Role>,
}

impl TokenOwner {
    /// A person who proved their password on the command line, where they need not be an admin.
    ///
    /// # Errors
    /// [`Forbidden::Token`] for anybody who came another way.
    pub fn on_command_line(principal: &Principal) -> Result<Self, Forbidden> {
        principal.in_person()?;
        let is_there = principal.actor().via == Via::Cli;
        if is_there { Ok(Self { owner: principal.clone(), needs: None }) } else { Err(Forbidden::Token) }
    }
}

impl From<&Admin> for TokenOwner {
    fn from(admin: &Admin) -> Self {
        Self { owner: (**admin).clone(), needs: Some(Role::Admin) }
    }
}

/// Makes a token for its maker. The secret is shown this once.
///
/// # Errors
/// [`OperatorError::Fields`] where the name is wrong, no scope is given, or its end is past or further away than
/// [`LONGEST_LIFE`]; [`OperatorError::Ended`].
pub async fn create(
    app: &App,
    owner: impl Into<TokenOwner>,
    new: NewToken,
) -> Result<(TokenId, Secret), OperatorError> {
    let TokenOwner { owner, needs } = owner.into();
    let (name, scopes) = checked(app, &new)?;
    let secret = app.rng.token(PREFIX);
    let token = Token {
        id: TokenId::from_random(app.random_id()),
        name: name.as_str().to_owned(),
        operator_id: owner.id().clone(),
        scopes,
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
        revoked_why: None,
        expires_at: new.expires_at,
    };
    let tx = AuditedTx::begin(app).await?;
    still::may(app, &tx, &owner, needs).await?;
    store::insert(&tx, &token, fingerprint(secret.expose())).await?;
    let expires_at = token.expires_at.map(Timestamp::rfc3339);
    let happening = Happening::TokenCreated { scopes: token.scope_words(), expires_at };
    tx.commit_one(Event::installation(app, owner.actor(), happening).about("token", &token.id)).await?;
    Ok((token.id, secret))
}

/// Everything that is wrong with a new token, at once.
fn checked(app: &App, new: &NewToken) -> Result<(Name, Vec<TokenScope>), OperatorError> {
    let mut wrong = Vec::new();
    let name = Name::parse(&new.name).map_err(|error| wrong.push(error));
    let mut scopes = new.scopes.clone();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        let known = TokenScope::ALL.map(TokenScope::as_str).join(", ");
        wrong.push(FieldError::new("scopes", "missing", format!("Give at least one scope: {known}.")));
    }
    wrong.extend(new.expires_at.and_then(|end| wrong_end(app, end)));
    if let Err(secret) = refuse_secret(app, "name", &new.name) {
        wrong.push(secret);
    }
    match name {
        Ok(name) if wrong.is_empty() => Ok((name, scopes)),
        _ => Err(OperatorError::Fields(wrong)),
    }
}

fn wrong_end(app: &App, end: Timestamp) -> Option<FieldError> {
    let (code, words) = match end {
        end if end <= app.now() => ("past", "This time has passed. Choose a later one."),
        end if end > app.now().plus(LONGEST_LIFE) => (
            "too_far",
            "This is more than 3650 days away. Choose an earlier time, or none: then it never ends.",
        ),
        _ => return None,
    };
    Some(FieldError::new("expires_at", code, words))
}

/// All tokens, newest first, also revoked ones.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn list(app: &App) -> Result<Vec<Token>, Fault> {
    store::list(&app.db).await
}

/// Ends a token at once.
///
/// # Errors
/// [`OperatorError::TokenNotFound`], [`OperatorError::TokenRevoked`], [`OperatorError::Ended`].
pub async fn revoke(app: &App, by: impl Into<Authority>, id: &TokenId) -> Result<(), OperatorError> {
    let by = by.into();
    let tx = AuditedTx::begin(app).await?;
    still::manages(app, &tx, &by).await?;
    if store::find(&tx, id).await?.is_none() {
        return Err(OperatorError::TokenNotFound);
    }
    if !store::revoke(&tx, id, REVOKED, app.now()).await? {
        return Err(OperatorError::TokenRevoked);
    }
    tx.commit_one(revoked(app, by.actor(), id, REVOKED)).await?;
    Ok(())
}

/// The tokens of a person that work.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn active_of(app: &App, owner: &OperatorId) -> Result<Vec<Token>, Fault> {
    let now = app.now();
    let tokens = store::list_of(&app.db, owner).await?;
    Ok(tokens.into_iter().filter(|token| token.state(now) == TokenState::Active).collect())
}

/// Ends a person's tokens for good, as far as what happened concerns them. The caller commits, with the events that this
/// returns.
pub(super) async fn end_all(
    app: &App,
    tx: &AuditedTx<'_>,
    by: &Actor,
    owner: &OperatorId,
    ended: Ended,
) -> Result<Vec<Event>, Fault> {
    let (now, why) = (app.now(), ended.word());
    let mut events = Vec::new();
    for token in store::list_of(tx, owner).await? {
        let is_active = token.state(now) == TokenState::Active;
        if is_active && ended.concerns(&token) && store::revoke(tx, &token.id, why, now).await? {
            events.push(revoked(app, by, &token.id, why));
        }
    }
    Ok(events)
}

fn revoked(app: &App, by: &Actor, id: &TokenId, why: &'static str) -> Event {
    Event::installation(app, by, Happening::TokenRevoked { why }).about("token", id)
}

/// For whom a token acts: its owner, within its scopes and the owner's present roles; else why it opens nothing.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn resume(app: &App, bearer: &Secret, net: Net) -> Result<Result<Principal, DeadToken>, Fault> {
    if !bearer.expose().starts_with(PREFIX) {
        return Ok(Err(DeadToken::Unknown));
    }
    let token = store::find_by_secret(&app.db, fingerprint(bearer.expose())).await?;
    let Some(token) = token else { return Ok(Err(DeadToken::Unknown)) };
    match token.state(app.now()) {
        TokenState::Active => {}
        TokenState::Expired => return Ok(Err(DeadToken::Expired)),
        TokenState::Revoked => return Ok(Err(DeadToken::Unknown)),
    }
    let owner = people_store::find(&app.db, &token.operator_id).await?;
    let Some(owner) = owner.filter(|owner| !owner.is_disabled()) else { return Ok(Err(DeadToken::Unknown)) };
    touch(app, &token).await;
    let actor = Actor::person(owner.person(), Via::Token, Some(token.id), net);
    let scopes = token.scopes.into_iter().collect();
    Ok(Ok(Principal::new(actor, owner.person(), owner.roles, Some(scopes))))
}

/// Writes down that the token is in use, now and then; that it could not be written stops nobody.
async fn touch(app: &App, token: &Token) {
    let now = app.now();
    let is_fresh = token.last_used_at.is_some_and(|at| now.since(at) < app.timing.sign_in.session_touch);
    if is_fresh {
        return;
    }
    let touched = async {
        let tx = AuditedTx::housekeeping(app, Housekeeping::SessionTouch).await?;
        store::touch(&tx, &token.id, now).await?;
        tx.commit().await
    };
    if let Err(fault) = touched.await {
        tracing::debug!(%fault, "token.touch");
    }
}

fn scope_of(word: &str) -> Option<TokenScope> {
    TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word)
}

#[cfg(test)]
mod tests;
