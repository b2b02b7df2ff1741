//! What a background loop does for connections: tokens are renewed in time, and holds end when their cause is gone.

use countersign_entities::{
    ids::ConnectionId,
    vocabulary::{ConnectionState, HoldReason},
};

use super::{
    connection::Connection,
    hold::{hold, release},
    refresh::{RefreshError, refresh},
    store::{self, Grant},
};
use crate::{
    actor::Actor,
    app::App,
    error::Fault,
    pinterest::{Usable, account},
};

/// Connections whose tokens are due to be renewed, each with its generation: at 80 % of their life, and weekly, so that
/// the refresh token of an idle account never lapses. A token that nothing can renew is due when it is over, so that it
/// is deleted.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn due_for_refresh(app: &App) -> Result<Vec<(ConnectionId, i32)>, Fault> {
    let grants = store::grants(&app.db).await?;
    let is_over = |grant: &Grant| grant.access_expires_at <= app.now();
    let is_due =
        |grant: &Grant| if grant.refresh_sealed.is_some() { is_due(app, grant) } else { is_over(grant) };
    let due = grants.into_iter().filter(|(_, grant)| is_due(grant));
    Ok(due.map(|(id, grant)| (id, grant.generation)).collect())
}

fn is_due(app: &App, grant: &Grant) -> bool {
    let life = grant.access_expires_at.since(grant.issued_at);
    let share = life * app.timing.oauth.refresh_at_percent / 100;
    app.now() >= grant.issued_at.plus(share.min(app.timing.oauth.idle_refresh))
}

/// Renews what is due. A connection that cannot be renewed does not keep the others waiting.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn keep_fresh(app: &App) -> Result<(), Fault> {
    for (id, generation) in due_for_refresh(app).await? {
        match refresh(app, &id, generation).await {
            Ok(_) => tracing::info!(connection = %id, "token renewed"),
            Err(RefreshError::Fault(fault)) => return Err(fault),
            Err(error) => tracing::warn!(connection = %id, %error, "token not renewed"),
        }
    }
    Ok(())
}

/// Holds what cannot work with this configuration, and releases what is held for a cause that is gone.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn recheck(app: &App) -> Result<(), Fault> {
    for connection in store::list(&app.db).await? {
        recheck_one(app, &connection).await?;
    }
    Ok(())
}

async fn recheck_one(app: &App, connection: &Connection) -> Result<(), Fault> {
    let (id, environment) = (&connection.id, connection.environment);
    let is_configured = app.endpoints.root(environment).is_some();
    let is_allowed = app.endpoints.allows_writes(environment);
    let has_waited = connection.hold_until.is_none_or(|until| until <= app.now());
    match (connection.state, connection.hold_reason) {
        (ConnectionState::Active, _) if !is_configured => hold(app, id, HoldReason::Environment, None).await,
        (ConnectionState::Active, _) if !is_allowed => hold(app, id, HoldReason::Tier, None).await,
        (ConnectionState::Held, Some(HoldReason::Environment)) if is_configured => {
            release(app, id, HoldReason::Environment).await
        }
        (ConnectionState::Held, Some(HoldReason::Tier)) if is_allowed && has_waited => {
            release(app, id, HoldReason::Tier).await
        }
        (ConnectionState::Held, Some(reason @ (HoldReason::Spam | HoldReason::Breaker)))
            if connection.hold_until.is_some() && has_waited =>
        {
            release(app, id, reason).await
        }
        (ConnectionState::Held, Some(HoldReason::Authorization)) if is_configured && has_waited => {
            recheck_authorization(app, connection).await
        }
        _ => Ok(()),
    }
}

/// Renews the token and asks whose it is: if both work, the account goes on.
async fn recheck_authorization(app: &App, connection: &Connection) -> Result<(), Fault> {
    let Some(grant) = store::grant_of(&app.db, &connection.id).await? else { return Ok(()) };
    match refresh(app, &connection.id, grant.generation).await {
        Ok(usable) if is_accepted(app, connection, &usable).await => {
            release(app, &connection.id, HoldReason::Authorization).await
        }
        Ok(_) | Err(RefreshError::Busy) => {
            let until = app.now().plus(app.timing.publishing.authorization_recheck);
            hold(app, &connection.id, HoldReason::Authorization, Some(until)).await
        }
        // Revoked, or held again with a new time.
        Err(RefreshError::Refused | RefreshError::Held(_)) => Ok(()),
        Err(RefreshError::Fault(fault)) => Err(fault),
    }
}

async fn is_accepted(app: &App, connection: &Connection, usable: &Usable) -> bool {
    match account::read(app, &Actor::worker(), usable, None).await {
        Ok(Some(account)) => Some(account.id) == connection.account_id,
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(connection = %connection.id, why = error.why(), "still not accepted");
            false
        }
    }
}
