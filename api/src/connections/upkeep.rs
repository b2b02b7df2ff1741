//! What a background loop does for connections: tokens are renewed in time, and holds end when their cause is gone.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use countersign_entities::{
    ids::ConnectionId,
    vocabulary::{ConnectionState, HoldReason},
};

use super::{
    connection::Connection,
    hold::{hold, hold_for_authorization, release},
    refresh::{RefreshError, refresh},
    store::{self, Grant},
};
use crate::{
    actor::Actor,
    app::App,
    error::Fault,
    pinterest::{Usable, account},
};

/// Connections for which something failed, each with the moment before which it is not tried again. A new process may try
/// at once.
#[derive(Default)]
pub(super) struct Failed(Mutex<HashMap<ConnectionId, Duration>>);

impl Failed {
    pub(super) fn rests(&self, app: &App, id: &ConnectionId) -> bool {
        let failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(id).is_some_and(|until| *until > app.clock.monotonic())
    }

    pub(super) fn note(&self, app: &App, id: &ConnectionId) {
        let now = app.clock.monotonic();
        let mut failed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, until| *until > now);
        failed.insert(id.clone(), now + app.timing.oauth.refresh_retry);
    }
}

/// Connections whose tokens are due to be renewed, each with its generation: at 80 % of their life, and weekly, so that
/// the refresh token of an idle account never lapses. A token that nothing can renew is due when it is over, so that it
/// is deleted. What cannot be asked for now, or failed just before, is not due.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn due_for_refresh(app: &App) -> Result<Vec<(ConnectionId, i32)>, Fault> {
    let connections = store::list(&app.db).await?;
    let failed = app.memory.of::<Failed>();
    let may_try = |id: &ConnectionId| {
        let connection = connections.iter().find(|connection| connection.id == *id);
        connection.is_some_and(|connection| can_be_asked(app, connection)) && !failed.rests(app, id)
    };
    let grants = store::grants(&app.db).await?;
    let is_over = |grant: &Grant| grant.access_expires_at <= app.now();
    let is_due =
        |grant: &Grant| if grant.refresh_sealed.is_some() { is_due(app, grant) } else { is_over(grant) };
    let due = grants.into_iter().filter(|(id, grant)| is_due(grant) && may_try(id));
    Ok(due.map(|(id, grant)| (id, grant.generation)).collect())
}

/// Whether the account's Pinterest is configured, and no hold says to wait.
pub(super) fn can_be_asked(app: &App, connection: &Connection) -> bool {
    let is_held = connection.state == ConnectionState::Held;
    let waits = is_held && connection.hold_until.is_some_and(|until| until > app.now());
    app.endpoints.root(connection.environment).is_some() && !waits
}

fn is_due(app: &App, grant: &Grant) -> bool {
    let life = grant.access_expires_at.since(grant.issued_at);
    let share = life * app.timing.oauth.refresh_at_percent / 100;
    app.now() >= grant.issued_at.plus(share.min(app.timing.oauth.idle_refresh))
}

/// Renews what is due. A connection that cannot be renewed does not keep the others waiting, and is tried again after a
/// quarter of an hour.
///
/// # Errors
/// [`Fault`] where the database fails; of several, the last.
pub async fn keep_fresh(app: &App) -> Result<(), Fault> {
    let mut ended = Ok(());
    for (id, generation) in due_for_refresh(app).await? {
        let Err(error) = refresh(app, &id, generation).await else {
            tracing::info!(connection = %id, "token renewed");
            continue;
        };
        tracing::warn!(connection = %id, %error, "token not renewed");
        app.memory.of::<Failed>().note(app, &id);
        if let RefreshError::Fault(fault) = error {
            ended = Err(fault);
        }
    }
    ended
}

/// Holds what cannot work with this configuration, and releases what is held for a cause that is gone.
///
/// # Errors
/// [`Fault`] where the database fails; of several, the last, since one damaged account does not keep the others waiting.
pub async fn recheck(app: &App) -> Result<(), Fault> {
    let mut ended = Ok(());
    for connection in store::list(&app.db).await? {
        if let Err(fault) = recheck_one(app, &connection).await {
            tracing::error!(connection = %connection.id, %fault, "an account could not be looked at again");
            ended = Err(fault);
        }
    }
    ended
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
        Ok(_) | Err(RefreshError::Busy) => hold_for_authorization(app, &connection.id).await,
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
