//! Holding an account, and letting it go on.

use countersign_entities::{
    Timestamp,
    ids::ConnectionId,
    vocabulary::{ConnectionState, HoldReason},
};

use super::store;
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::Fault,
};

/// Holds an active account, until `until` where the cause goes away by itself. An account that is held already keeps
/// its reason; the same reason again prolongs it. Any other state is left alone.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn hold(
    app: &App,
    id: &ConnectionId,
    reason: HoldReason,
    until: Option<Timestamp>,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    let Some(event) = hold_within(app, &tx, id, reason, until).await? else { return Ok(()) };
    tx.commit(event).await.map(drop)
}

/// Holds an account that Pinterest blocked for spam: 1 hour, then 6, then 24, while it happens in a row.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn hold_for_spam(app: &App, id: &ConnectionId) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    let Some(mut connection) = store::lock(&tx, id).await? else { return Ok(()) };
    let pauses = app.timing.publishing.spam_pauses;
    let level = usize::try_from(connection.spam_level).unwrap_or(0).min(pauses.len() - 1);
    let until = app.now().plus(pauses[level]);
    connection.spam_level += 1;
    store::save(&tx, &connection, connection.state).await?;
    let events = hold_within(app, &tx, id, HoldReason::Spam, Some(until)).await?;
    tx.commit(events.unwrap_or_default()).await.map(drop)
}

/// Forgets earlier spam blocks: a Pin went through.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn clear_spam_level(tx: &AuditedTx<'_>, id: &ConnectionId) -> Result<(), Fault> {
    let Some(mut connection) = store::lock(tx, id).await? else { return Ok(()) };
    if connection.spam_level == 0 {
        return Ok(());
    }
    connection.spam_level = 0;
    store::save(tx, &connection, connection.state).await
}

/// Lets an account go on that is held for `reason`; does nothing if it is not.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn release(app: &App, id: &ConnectionId, reason: HoldReason) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    let Some(mut connection) = store::lock(&tx, id).await? else { return Ok(()) };
    if connection.state != ConnectionState::Held || connection.hold_reason != Some(reason) {
        return Ok(());
    }
    connection.move_to(connection.state_by_account());
    store::save(&tx, &connection, ConnectionState::Held).await?;
    let released = Happening::ConnectionReleased { why: reason.as_str() };
    tx.commit_one(connection.event(app, &Actor::worker(), released)).await?;
    Ok(())
}

/// Holds within a transaction; the events to commit with it, none if there is nothing to write.
async fn hold_within(
    app: &App,
    tx: &AuditedTx<'_>,
    id: &ConnectionId,
    reason: HoldReason,
    until: Option<Timestamp>,
) -> Result<Option<Vec<Event>>, Fault> {
    let Some(mut connection) = store::lock(tx, id).await? else { return Ok(None) };
    let from = connection.state;
    let is_same = from == ConnectionState::Held && connection.hold_reason == Some(reason);
    if from != ConnectionState::Active && !is_same {
        return Ok(None);
    }
    // Pinterest says so although the configuration does not: it is tried again later, not at once.
    let is_news = reason == HoldReason::Tier && app.endpoints.allows_writes(connection.environment);
    let later = || app.now().plus(app.timing.publishing.authorization_recheck);
    connection.hold(reason, until.or_else(|| is_news.then(later)));
    store::save(tx, &connection, from).await?;
    let held = Happening::ConnectionHeld { why: reason.as_str() };
    let told = if is_same { None } else { Some(connection.event(app, &Actor::worker(), held)) };
    Ok(Some(told.into_iter().collect()))
}
