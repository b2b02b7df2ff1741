//! API tokens: machine access in the name of the person who made it. No token can approve.

use countersign_entities::{
    Timestamp,
    ids::{OperatorId, TokenId},
};

use super::{
    authority::Authority,
    error::OperatorError,
    fingerprint,
    name::Name,
    role::{Admin, Forbidden, Principal, TokenScope},
    store as people_store,
};
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    audit::{AuditedTx, Event, Happening, Housekeeping, secret_gate::OWN_PREFIX},
    error::{Fault, FieldError},
    secret::Secret,
};

mod store;

/// What every token starts with.
pub const PREFIX: &str = OWN_PREFIX;

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
    /// Since when it does not work.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// The words of its scopes.
    pub fn scope_words(&self) -> Vec<String> {
        self.scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
    }
}

/// Evidence that somebody may make a token, which acts for them and nobody else: what it drafts counts as their own,
/// or two signatures could be one person's.
#[derive(Clone, Debug)]
pub struct TokenOwner(Principal);

impl TokenOwner {
    /// A person who proved their password on the command line, where they need not be an admin.
    ///
    /// # Errors
    /// [`Forbidden::Token`] for anybody who came another way.
    pub fn on_command_line(principal: &Principal) -> Result<Self, Forbidden> {
        principal.in_person()?;
        if principal.actor().via == Via::Cli { Ok(Self(principal.clone())) } else { Err(Forbidden::Token) }
    }
}

impl From<&Admin> for TokenOwner {
    fn from(admin: &Admin) -> Self {
        Self((**admin).clone())
    }
}

/// Makes a token for its maker. The secret is shown this once.
///
/// # Errors
/// [`OperatorError::Fields`] where the name is wrong or no scope is given.
pub async fn create(
    app: &App,
    owner: impl Into<TokenOwner>,
    name: &str,
    scopes: &[TokenScope],
) -> Result<(TokenId, Secret), OperatorError> {
    let TokenOwner(owner) = owner.into();
    let name = Name::parse(name)?;
    let mut scopes = scopes.to_vec();
    scopes.sort();
    scopes.dedup();
    if scopes.is_empty() {
        let known = TokenScope::ALL.map(TokenScope::as_str).join(", ");
        return Err(FieldError::new("scopes", "missing", format!("Give at least one scope: {known}.")).into());
    }
    let secret = app.rng.token(PREFIX);
    let token = Token {
        id: TokenId::from_random(app.random_id()),
        name: name.as_str().to_owned(),
        operator_id: owner.id().clone(),
        scopes,
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
    };
    let tx = AuditedTx::begin(app).await?;
    store::insert(&tx, &token, fingerprint(secret.expose())).await?;
    let happening = Happening::TokenCreated { scopes: token.scope_words() };
    tx.commit_one(Event::installation(app, owner.actor(), happening).about("token", &token.id)).await?;
    Ok((token.id, secret))
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
/// [`OperatorError::TokenNotFound`], [`OperatorError::TokenRevoked`].
pub async fn revoke(app: &App, by: impl Into<Authority>, id: &TokenId) -> Result<(), OperatorError> {
    let by = by.into();
    let tx = AuditedTx::begin(app).await?;
    if store::find(&tx, id).await?.is_none() {
        return Err(OperatorError::TokenNotFound);
    }
    if !store::revoke(&tx, id, app.now()).await? {
        return Err(OperatorError::TokenRevoked);
    }
    tx.commit_one(Event::installation(app, by.actor(), Happening::TokenRevoked {}).about("token", id))
        .await?;
    Ok(())
}

/// For whom a token acts: its owner, within its scopes and the owner's present roles; `None` if it is unknown or
/// revoked, or the owner disabled.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn resume(app: &App, bearer: &Secret, net: Net) -> Result<Option<Principal>, Fault> {
    if !bearer.expose().starts_with(PREFIX) {
        return Ok(None);
    }
    let token = store::find_by_secret(&app.db, fingerprint(bearer.expose())).await?;
    let Some(token) = token.filter(|token| token.revoked_at.is_none()) else { return Ok(None) };
    let owner = people_store::find(&app.db, &token.operator_id).await?;
    let Some(owner) = owner.filter(|owner| !owner.is_disabled()) else { return Ok(None) };
    touch(app, &token).await;
    let actor = Actor::person(owner.person(), Via::Token, Some(token.id), net);
    let scopes = token.scopes.into_iter().collect();
    Ok(Some(Principal::new(actor, owner.person(), owner.roles, Some(scopes))))
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
