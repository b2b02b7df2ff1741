//! A connection's token, fresh enough to be used.

use countersign_entities::{
    ids::ConnectionId,
    vocabulary::{ConnectionState, HoldReason},
};

use super::{
    connection::Connection,
    refresh::{RefreshError, refresh},
    sealed,
    store::{self, Grant},
};
use crate::{
    app::App,
    error::Fault,
    pinterest::{Usable, scope::Scopes},
};

/// Why an account cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Something stands in the way.
    #[error("the account is held ({0})")]
    Held(HoldReason),
    /// Its token is being renewed, or cannot be just now: later.
    #[error("the account's token is being renewed")]
    Busy,
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<RefreshError> for Unusable {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Refused => Self::Held(HoldReason::Disconnected),
            RefreshError::Held(reason) => Self::Held(reason),
            RefreshError::Busy => Self::Busy,
            RefreshError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// A token to publish with: of an active account, with all scopes, valid for a day at least.
///
/// # Errors
/// [`Unusable`].
pub async fn usable(app: &App, id: &ConnectionId) -> Result<Usable, Unusable> {
    let connection = known(app, id).await?;
    if let Some(reason) = reason_against(&connection) {
        return Err(Unusable::Held(reason));
    }
    if !app.endpoints.allows_writes(connection.environment) {
        return Err(Unusable::Held(HoldReason::Tier));
    }
    let usable = fresh(app, &connection).await?;
    if !usable.scopes.missing(&Scopes::publishing()).is_empty() {
        return Err(Unusable::Held(HoldReason::Scope));
    }
    Ok(usable)
}

/// A token to look with: also of an account that is held for a cause that does not forbid reading, such as a spam
/// block.
///
/// # Errors
/// [`Unusable`].
pub async fn readable(app: &App, id: &ConnectionId) -> Result<Usable, Unusable> {
    let connection = known(app, id).await?;
    match reason_against(&connection) {
        Some(reason) if forbids_reading(reason) => Err(Unusable::Held(reason)),
        Some(_) | None => fresh(app, &connection).await,
    }
}

async fn known(app: &App, id: &ConnectionId) -> Result<Connection, Unusable> {
    let connection = store::find(&app.db, id).await?.ok_or(Unusable::Held(HoldReason::Disconnected))?;
    if app.endpoints.root(connection.environment).is_none() {
        return Err(Unusable::Held(HoldReason::Environment));
    }
    Ok(connection)
}

fn reason_against(connection: &Connection) -> Option<HoldReason> {
    match connection.state {
        ConnectionState::Active => None,
        ConnectionState::Held => Some(connection.hold_reason.unwrap_or(HoldReason::Authorization)),
        ConnectionState::Unconfirmed | ConnectionState::WrongAccount => Some(HoldReason::WrongAccount),
        ConnectionState::Pending | ConnectionState::Revoked | ConnectionState::Disconnected => {
            Some(HoldReason::Disconnected)
        }
    }
}

fn forbids_reading(reason: HoldReason) -> bool {
    matches!(
        reason,
        HoldReason::Disconnected
            | HoldReason::WrongAccount
            | HoldReason::Authorization
            | HoldReason::Scope
            | HoldReason::Environment
    )
}

async fn fresh(app: &App, connection: &Connection) -> Result<Usable, Unusable> {
    let grant = store::grant_of(&app.db, &connection.id).await?;
    let grant = grant.ok_or(Unusable::Held(HoldReason::Disconnected))?;
    let now = app.now();
    if grant.access_expires_at > now.plus(app.timing.oauth.min_validity) {
        return Ok(with_grant(app, connection, &grant)?);
    }
    // Nothing to renew it with: it is good until it ends.
    if grant.refresh_sealed.is_none() && grant.access_expires_at > now {
        return Ok(with_grant(app, connection, &grant)?);
    }
    Ok(refresh(app, &connection.id, grant.generation).await?)
}

/// A connection with the token of a grant.
pub(super) fn with_grant(app: &App, connection: &Connection, grant: &Grant) -> Result<Usable, Fault> {
    Ok(Usable {
        connection_id: connection.id.clone(),
        environment: connection.environment,
        token: sealed::open_access(app, grant)?,
        grant: grant.id.clone(),
        generation: grant.generation,
        scopes: grant.scopes.clone(),
    })
}
