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
    audit::{AuditedTx, Happening, Housekeeping},
    error::Fault,
    pinterest::scope::Scopes,
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
    let Some(mut connection) = store::lock(&tx, id).await? else { return Ok(()) };
    // Pinterest says so although the configuration does not: it is tried again later, not at once.
    let is_news = reason == HoldReason::Tier && app.endpoints.allows_writes(connection.environment);
    let later = || app.now().plus(app.timing.publishing.authorization_recheck);
    let until = until.or_else(|| is_news.then(later));
    if connection.held_for() == Some(reason) {
        drop(tx);
        let tx = AuditedTx::housekeeping(app, Housekeeping::Holds).await?;
        store::prolong_hold(&tx, id, reason, until).await?;
        return tx.commit().await;
    }
    let from = connection.state;
    if from != ConnectionState::Active {
        return Ok(());
    }
    connection.hold(reason, until);
    store::save(&tx, &connection, from).await?;
    let held = Happening::ConnectionHeld { why: reason.as_str() };
    tx.commit_one(connection.event(app, &Actor::worker(), held)).await.map(drop)
}

/// Holds an account whose token Pinterest does not take. It is asked again in a while.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn hold_for_authorization(app: &App, id: &ConnectionId) -> Result<(), Fault> {
    let until = app.now().plus(app.timing.publishing.authorization_recheck);
    hold(app, id, HoldReason::Authorization, Some(until)).await
}

/// Holds an account that Pinterest blocked for spam: 1 hour, then 6, then 24, while it happens in a row. It takes the
/// place of any other hold, whose cause shows again when this one is over.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn hold_for_spam(app: &App, id: &ConnectionId) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    let Some(mut connection) = store::lock(&tx, id).await? else { return Ok(()) };
    // Nothing is sent while it rests, so this is the same block once more: a result that is written down a second time.
    if connection.rests_from_spam(app.now()) {
        return Ok(());
    }
    let from = connection.state;
    if !matches!(from, ConnectionState::Active | ConnectionState::Held) {
        drop(tx);
        let tx = AuditedTx::housekeeping(app, Housekeeping::Holds).await?;
        store::count_block(&tx, id).await?;
        return tx.commit().await;
    }
    let pauses = app.timing.publishing.spam_pauses;
    let level = usize::try_from(connection.spam_level).unwrap_or(0).min(pauses.len() - 1);
    connection.spam_level += 1;
    connection.hold(HoldReason::Spam, Some(app.now().plus(pauses[level])));
    store::save(&tx, &connection, from).await?;
    let held = Happening::ConnectionHeld { why: HoldReason::Spam.as_str() };
    tx.commit_one(connection.event(app, &Actor::worker(), held)).await.map(drop)
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

/// Lets an account go on that is held for `reason`; does nothing if it is not. Where a permission is missing, it is held
/// for that from now on.
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
    let mut told = vec![Happening::ConnectionReleased { why: reason.as_str() }];
    if reason != HoldReason::Scope && connection.is_active() && lacks_scopes(&tx, id).await? {
        connection.hold(HoldReason::Scope, None);
        told.push(Happening::ConnectionHeld { why: HoldReason::Scope.as_str() });
    }
    store::save(&tx, &connection, ConnectionState::Held).await?;
    let event = |happening| connection.event(app, &Actor::worker(), happening);
    tx.commit(told.into_iter().map(event).collect()).await.map(drop)
}

async fn lacks_scopes(tx: &AuditedTx<'_>, id: &ConnectionId) -> Result<bool, Fault> {
    let grant = store::grant_of(tx, id).await?;
    Ok(grant.is_some_and(|grant| !grant.scopes.missing(&Scopes::publishing()).is_empty()))
}
