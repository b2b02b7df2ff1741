//! Whose account consented, and what that makes of the connection.

use countersign_entities::{
    Timestamp,
    ids::GrantId,
    vocabulary::{ConnectionState, HoldReason},
};

use super::{
    callback::{end_if_new, tell},
    connection::Connection,
    error::CallbackRefused,
    store::{self, Flow},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::Fault,
    hooks::Point,
    pinterest::{
        account::{self, Account},
        calls::{CallError, Usable, persist},
        scope::Scopes,
    },
};

/// Asks Pinterest whose account it is and gives the tokens to the connection, or drops them. `before` is where the
/// connection stood when the consent came back.
///
/// # Errors
/// [`CallbackRefused`]; then the tokens are deleted.
pub(super) async fn settle(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    before: ConnectionState,
    usable: &Usable,
) -> Result<Connection, CallbackRefused> {
    match read_twice(app, actor, flow, usable).await {
        Ok(Some(account)) => take(app, actor, flow, before, usable, &account).await,
        Err(CallError::Fault(fault)) => Err(fault.into()),
        Ok(None) | Err(_) => Err(unread(app, actor, flow, usable).await?),
    }
}

/// As [`settle`], where nobody waits for the answer; none, and nothing has changed, where Pinterest may say later whose
/// account it is.
///
/// # Errors
/// [`CallbackRefused`]; then the tokens are deleted.
pub(super) async fn settle_patiently(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    before: ConnectionState,
    usable: &Usable,
) -> Result<Option<Connection>, CallbackRefused> {
    match read_twice(app, actor, flow, usable).await {
        Ok(Some(account)) => take(app, actor, flow, before, usable, &account).await.map(Some),
        Err(CallError::Fault(fault)) => Err(fault.into()),
        Err(CallError::Upstream(error)) if error.is_token() => Err(unread(app, actor, flow, usable).await?),
        Ok(None) => Err(unread(app, actor, flow, usable).await?),
        Err(_) => Ok(None),
    }
}

/// Reading may be repeated, and a consent is too dear to be lost by one cut answer.
async fn read_twice(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    usable: &Usable,
) -> Result<Option<Account>, CallError> {
    let mut asked = Ok(None);
    for _ in 0..2 {
        asked = account::read(app, actor, usable, Some(flow.id.to_string())).await;
        match &asked {
            Ok(Some(_)) | Err(CallError::Fault(_)) => return asked,
            Ok(None) => {}
            Err(error) => tracing::warn!(why = error.why(), "the account behind a consent could not be read"),
        }
    }
    asked
}

/// Drops tokens whose account Pinterest does not tell.
async fn unread(app: &App, actor: &Actor, flow: &Flow, usable: &Usable) -> Result<CallbackRefused, Fault> {
    persist(app, || drop_tokens(app, actor, flow, &usable.grant, "account_unread", None)).await?;
    Ok(CallbackRefused::AccountUnread)
}

async fn take(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    before: ConnectionState,
    usable: &Usable,
    account: &Account,
) -> Result<Connection, CallbackRefused> {
    app.hooks.reach(Point::ConnectAfterAccount).await.map_err(Fault::from)?;
    let settled = persist(app, || write(app, actor, flow, before, usable, account)).await?;
    app.hooks.reach(Point::ConnectAfterConfirm).await.map_err(Fault::from)?;
    settled
}

async fn write(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    before: ConnectionState,
    usable: &Usable,
    account: &Account,
) -> Result<Result<Connection, CallbackRefused>, Fault> {
    let tx = AuditedTx::begin(app).await?;
    let connection = store::lock(&tx, &flow.connection_id).await?;
    let connection = connection.ok_or(Fault::Lost("a consent without its connection"))?;
    let is_there = store::grant_of_flow(&tx, &flow.id).await?.is_some();
    if !is_there || (connection.state == ConnectionState::Disconnected && before != connection.state) {
        drop(tx);
        if is_there {
            drop_tokens(app, actor, flow, &usable.grant, "disconnect", None).await?;
        }
        return Ok(Err(CallbackRefused::Ended));
    }
    if connection.account_id.as_ref().is_some_and(|id| *id != account.id) {
        drop(tx);
        let mismatched = tell(app, actor, flow, Happening::AccountMismatched {}).denied();
        drop_tokens(app, actor, flow, &usable.grant, "mismatched", Some(mismatched)).await?;
        let connected = connection.username.unwrap_or_default();
        return Ok(Err(CallbackRefused::OtherAccount { connected, got: account.username.clone() }));
    }
    let taken_over = match is_connected_elsewhere(&tx, &connection, account).await? {
        true => {
            drop(tx);
            None
        }
        false => take_over(app, tx, actor, flow, usable, connection, account).await?,
    };
    let Some(connection) = taken_over else {
        let mismatched = tell(app, actor, flow, Happening::AccountMismatched {}).denied();
        drop_tokens(app, actor, flow, &usable.grant, "already_connected", Some(mismatched)).await?;
        return Ok(Err(CallbackRefused::AlreadyConnected(account.username.clone())));
    };
    Ok(Ok(connection))
}

/// Whether another connection that has not ended has this account: two would take each other's limits and holds for
/// nobody's.
async fn is_connected_elsewhere(
    tx: &AuditedTx<'_>,
    connection: &Connection,
    account: &Account,
) -> Result<bool, Fault> {
    let is_other = |other: &Connection| {
        other.id != connection.id
            && other.environment == connection.environment
            && other.account_id.as_ref() == Some(&account.id)
            && !other.is_ended()
    };
    Ok(store::list(tx).await?.iter().any(is_other))
}

/// The tokens become the connection's, in the place of those it had; none where another connection took the account at
/// the same moment.
async fn take_over(
    app: &App,
    tx: AuditedTx<'_>,
    actor: &Actor,
    flow: &Flow,
    usable: &Usable,
    mut connection: Connection,
    account: &Account,
) -> Result<Option<Connection>, Fault> {
    let from = connection.state;
    let mut told = Vec::new();
    if let Some(old) = store::grant_of(&tx, &connection.id).await? {
        store::delete_grant(&tx, &old.id).await?;
        told.push(Happening::TokenDeleted {
            grant: old.id.to_string(),
            by: "reconnect",
            remote_revocation: None,
        });
    }
    store::give_to_connection(&tx, &usable.grant, &flow.id, &connection.id).await?;
    if connection.is_confirmed() {
        // The same account by its id, perhaps renamed.
        connection.expected_username = Some(account.username.clone());
    }
    connection.username = Some(account.username.clone());
    connection.account_id = Some(account.id.clone());
    connection.connected_at = Some(app.now());
    connection.ended_at = None;
    told.extend(stand(&mut connection, &usable.scopes, app.now()));
    if !store::save_account(&tx, &connection, from).await? {
        return Ok(None);
    }
    let events = told.into_iter().map(|happening| {
        let is_refusal =
            matches!(happening, Happening::AccountMismatched {} | Happening::ScopeInsufficient { .. });
        let event = tell(app, actor, flow, happening);
        if is_refusal { event.denied() } else { event }
    });
    tx.commit(events.collect()).await?;
    Ok(Some(connection))
}

/// Moves the connection to where its account, its scopes and what still holds it put it; says what happened.
fn stand(connection: &mut Connection, scopes: &Scopes, now: Timestamp) -> Vec<Happening> {
    let mut told = Vec::new();
    let by_account = connection.state_by_account();
    match by_account {
        ConnectionState::Active => told.push(Happening::AccountConfirmed {}),
        ConnectionState::WrongAccount => told.push(Happening::AccountMismatched {}),
        ConnectionState::Unconfirmed => told.push(Happening::AccountUnconfirmed {}),
        _ => {}
    }
    let needed = Scopes::publishing();
    let is_held = connection.state == ConnectionState::Held;
    let held = connection.hold_reason.filter(|_| is_held || connection.rests_from_spam(now));
    let names = |scopes: &Scopes| scopes.names().into_iter().map(str::to_owned).collect();
    let is_short = !scopes.missing(&needed).is_empty();
    if is_short {
        told.push(Happening::ScopeInsufficient { need: names(&needed), have: names(scopes) });
    }
    // A new consent does not make Pinterest forget a block, nor give the app a tier.
    let lasting = held.filter(|reason| outlasts_consent(*reason) && by_account == ConnectionState::Active);
    let next = lasting.or_else(|| is_short.then_some(HoldReason::Scope));
    if let Some(reason) = next {
        if !is_held || held != next {
            told.push(Happening::ConnectionHeld { why: reason.as_str() });
        }
        connection.hold(reason, connection.hold_until.filter(|_| lasting.is_some()));
        return told;
    }
    if let Some(reason) = held {
        told.push(Happening::ConnectionReleased { why: reason.as_str() });
    }
    connection.move_to(by_account);
    told
}

fn outlasts_consent(reason: HoldReason) -> bool {
    !matches!(
        reason,
        HoldReason::Authorization | HoldReason::Scope | HoldReason::Disconnected | HoldReason::WrongAccount
    )
}

/// Deletes tokens that no connection took; a new connection ends with them. Where somebody has taken or deleted them
/// meanwhile, nothing is changed or told.
async fn drop_tokens(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    grant: &GrantId,
    why: &'static str,
    first: Option<Event>,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    if !store::delete_grant_of_flow(&tx, grant, &flow.id).await? {
        return Ok(());
    }
    let deleted =
        Happening::TokenDeleted { grant: grant.to_string(), by: why, remote_revocation: Some("unsupported") };
    let ended = end_if_new(app, &tx, actor, flow, why).await?;
    let events = first.into_iter().chain([tell(app, actor, flow, deleted)]).chain(ended);
    tx.commit(events.collect()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::support::world;

    #[tokio::test]
    async fn tokens_that_a_connection_has_taken_are_not_dropped() {
        let world = world().await;
        let (app, connection) = (world.app(), world.connected().await);
        let end = Timestamp(i64::MAX);
        let flow = store::flows_before(&app.db, end, end, 1).await.unwrap().pop().unwrap();
        let there = store::grant_of(&app.db, &connection.id).await.unwrap().unwrap();
        let told = world.story(&connection.id).await;
        drop_tokens(app, &Actor::worker(), &flow, &there.id, "account_unread", None).await.unwrap();
        assert!(store::grant_of(&app.db, &connection.id).await.unwrap().is_some());
        assert_eq!(world.story(&connection.id).await, told);
    }
}
