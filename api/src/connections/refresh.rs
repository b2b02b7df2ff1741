//! Renewing a pair of tokens. Pinterest rotates it: the old refresh token is used up by the call, so one refresher at a
//! time, and the new pair is stored before it is used.
//!
//! In this process a lock keeps refreshers of one connection apart, across processes a lease in the row does; who comes
//! second reads the row again and finds the next generation there.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use countersign_entities::{
    ids::{ConnectionId, EventId},
    vocabulary::{ConnectionState, HoldReason},
};

use super::{
    connection::{self, Connection},
    exchange::{grant as next_generation, status_and_code, told_failure},
    hold::{hold, hold_for_authorization},
    sealed, spool,
    store::{self, Grant},
    usable::with_grant,
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::Fault,
    hooks::Point,
    pinterest::{
        Usable, account,
        calls::{CallError, millis, persist},
        oauth::{self, TokenFailure, Tokens},
        scope::Scopes,
    },
    secret::Secret,
};

/// Why a token was not renewed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// Pinterest refused twice and takes the access token no more, or there is nothing to renew with: the connection is
    /// revoked, its tokens are deleted.
    #[error("Pinterest does not accept this account's consent any more")]
    Refused,
    /// It is not known which refresh token is good, or only the token endpoint refuses: the connection is held.
    #[error("the account is held ({0})")]
    Held(HoldReason),
    /// Another process renews it, or Pinterest does not answer just now: nothing has changed.
    #[error("the token cannot be renewed just now")]
    Busy,
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Waits between tries to store a new pair.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Locks of this process, one for each connection that was ever renewed.
#[derive(Default)]
struct Refreshers(Mutex<HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>);

impl Refreshers {
    fn of(&self, id: &ConnectionId) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(id.clone()).or_default())
    }
}

/// Keeps apart whoever renews a connection's tokens in this process.
pub(super) fn lock_of(app: &App, id: &ConnectionId) -> Arc<tokio::sync::Mutex<()>> {
    app.memory.of::<Refreshers>().of(id)
}

/// Renews a connection's tokens, unless somebody already put another generation in the place of `seen_generation`.
///
/// It runs to its end even if the caller goes away: a rotated pair must not get lost.
///
/// # Errors
/// [`RefreshError`].
pub async fn refresh(app: &App, id: &ConnectionId, seen_generation: i32) -> Result<Usable, RefreshError> {
    let (app, id) = (app.clone(), id.clone());
    let tasks = app.tasks.clone();
    let work = tasks.spawn(async move {
        let lock = lock_of(&app, &id);
        let _one_at_a_time = lock.lock().await;
        twice(&app, &id, seen_generation).await
    });
    work.await.map_err(|error| Fault::Other(error.to_string()))?
}

/// How one try ended.
enum Try {
    /// There is a usable token: renewed by us, or by somebody else before.
    Renewed(Usable),
    /// The token endpoint refused, or there is nothing to ask it with.
    Refused,
    /// The answer was lost: the old refresh token may be used up.
    Lost,
    /// Nothing was used up.
    NotNow,
}

/// Tries, and tries once more: a refusal is believed the second time only, after reading the row again.
async fn twice(app: &App, id: &ConnectionId, seen: i32) -> Result<Usable, RefreshError> {
    let first = one_try(app, id, seen).await?;
    let second = match &first {
        Try::Renewed(_) | Try::NotNow => None,
        Try::Refused | Try::Lost => Some(one_try(app, id, seen).await?),
    };
    match (first, second) {
        (Try::Renewed(usable), _) | (_, Some(Try::Renewed(usable))) => Ok(usable),
        (Try::NotNow, _) | (_, None | Some(Try::NotNow)) => Err(RefreshError::Busy),
        (Try::Refused, Some(Try::Refused)) if !is_still_accepted(app, id).await? => {
            revoke(app, id, seen, why_over(app, id).await?).await
        }
        (Try::Refused | Try::Lost, Some(Try::Refused | Try::Lost)) => {
            hold_for_authorization(app, id).await?;
            Err(RefreshError::Held(HoldReason::Authorization))
        }
    }
}

/// Whether Pinterest still takes the present access token, or does not say that it does not. The token endpoint gives
/// the same answer to a consent that was revoked and to an app secret that is wrong: only the former also ends the
/// access token, and no slip in a configuration or of the machine's clock may delete everybody's tokens.
async fn is_still_accepted(app: &App, id: &ConnectionId) -> Result<bool, RefreshError> {
    let connection = store::find(&app.db, id).await?.ok_or(RefreshError::Refused)?;
    let grant = store::grant_of(&app.db, id).await?.ok_or(RefreshError::Refused)?;
    let asked = account::read(app, &Actor::worker(), &with_grant(app, &connection, &grant)?, None).await;
    Ok(!matches!(asked, Err(CallError::Upstream(error)) if error.is_token()))
}

/// Why a consent is over that Pinterest does not take any more, as the log tells it.
async fn why_over(app: &App, id: &ConnectionId) -> Result<&'static str, Fault> {
    let grant = store::grant_of(&app.db, id).await?;
    let ends_at = grant.as_ref().and_then(|grant| grant.refresh_expires_at);
    Ok(match grant {
        Some(grant) if grant.refresh_sealed.is_none() => "no_refresh_token",
        _ if ends_at.is_some_and(|at| at <= app.now()) => "expired",
        _ => "refused",
    })
}

async fn one_try(app: &App, id: &ConnectionId, seen: i32) -> Result<Try, RefreshError> {
    app.hooks.reach(Point::RefreshBeforeIntent).await.map_err(Fault::from)?;
    let connection = store::find(&app.db, id).await?.ok_or(RefreshError::Refused)?;
    let mut grant = store::grant_of(&app.db, id).await?.ok_or(RefreshError::Refused)?;
    // An earlier renewal may have used this refresh token up, and found no database for the pair that it got.
    if grant.generation == seen && spool::give_next(app, &grant).await? {
        grant = store::grant_of(&app.db, id).await?.ok_or(RefreshError::Refused)?;
    }
    if grant.generation != seen {
        return Ok(Try::Renewed(with_grant(app, &connection, &grant)?));
    }
    // That its time is over is for Pinterest to say: this machine's clock may be months ahead.
    let Some(token) = sealed::open_refresh(app, &grant)? else {
        return Ok(Try::Refused);
    };
    let Some(intent) = intend(app, id, &grant).await? else { return Ok(Try::NotNow) };
    app.hooks.reach(Point::RefreshBeforeCall).await.map_err(Fault::from)?;
    let answered = oauth::refresh(app, connection.environment, &token).await;
    app.hooks.reach(Point::RefreshAfterCall).await.map_err(Fault::from)?;
    match answered {
        Ok(tokens) => renewed(app, &connection, &grant, &intent, &tokens, &token).await.map(Try::Renewed),
        Err(failure) => {
            let event = failure_event(app, id, &grant, &failure)?.cause(&intent);
            persist(app, || async {
                let tx = AuditedTx::begin(app).await?;
                store::release_lease(&tx, &grant).await?;
                tx.commit_one(event.clone()).await
            })
            .await?;
            Ok(match failure {
                TokenFailure::Refused(_) => Try::Refused,
                TokenFailure::Unknown(_) => Try::Lost,
                TokenFailure::NotNow(_) => Try::NotNow,
            })
        }
    }
}

/// Takes the lease and commits the intent; none if another process has the lease.
async fn intend(app: &App, id: &ConnectionId, grant: &Grant) -> Result<Option<EventId>, Fault> {
    let started = Happening::ExchangeStarted {
        grant: grant.id.to_string(),
        generation: grant.generation + 1,
        timeout_ms: millis(app.timing.calls.other_intent),
    };
    let event = connection::event(app, &Actor::worker(), id, started);
    let tx = AuditedTx::begin(app).await?;
    let now = app.now();
    if !store::lease(&tx, grant, now, now.plus(app.timing.oauth.refresh_lease_ttl)).await? {
        return Ok(None);
    }
    Ok(Some(tx.commit_one(event).await?.id))
}

fn failure_event(
    app: &App,
    id: &ConnectionId,
    grant: &Grant,
    failure: &TokenFailure,
) -> Result<Event, Fault> {
    let (status, code) = status_and_code(failure);
    let happening = match failure {
        TokenFailure::Unknown(why) => Happening::ApiUnknown { why },
        _ => Happening::RefreshFailed {
            grant: grant.id.to_string(),
            generation: grant.generation + 1,
            status,
            code,
        },
    };
    told_failure(connection::event(app, &Actor::worker(), id, happening), failure)
}

/// Stores the new pair, and only then lets anybody use it.
async fn renewed(
    app: &App,
    connection: &Connection,
    old: &Grant,
    intent: &EventId,
    tokens: &Tokens,
    used: &Secret,
) -> Result<Usable, RefreshError> {
    let mut next = next_generation(app, &old.id, old.generation + 1, tokens, &old.scopes);
    if next.refresh_sealed.is_none() {
        // None came, so the old one stays good.
        next.refresh_sealed = Some(sealed::seal_refresh(app, &old.id, used));
        next.refresh_expires_at = old.refresh_expires_at;
    }
    let event = connection.event(app, &Actor::worker(), told(&next)).cause(intent);
    let kept = spool::Kept::of(&connection.id, intent, &next);
    spool::keep(app, &kept).await.map_err(Fault::from)?;
    keep_pair(app, &connection.id, old, &next, &event).await?;
    app.hooks.reach(Point::RefreshAfterStore).await.map_err(Fault::from)?;
    spool::forget(app, &kept).await;
    if !next.scopes.missing(&Scopes::publishing()).is_empty() {
        hold(app, &connection.id, HoldReason::Scope, None).await?;
    }
    Ok(with_grant(app, connection, &next)?)
}

/// What the log is told of a new generation.
pub(super) fn told(next: &Grant) -> Happening {
    Happening::TokenRefreshed {
        grant: next.id.to_string(),
        generation: next.generation,
        scopes_granted: next.scopes.names().into_iter().map(str::to_owned).collect(),
        access_expires_at: next.access_expires_at.rfc3339(),
        refresh_expires_at: next.refresh_expires_at.map(|at| at.rfc3339()),
    }
}

/// Writes the new pair, again and again for as long as the lease was meant to last: the old refresh token is used up, so
/// whoever gives up leaves it to the spool.
async fn keep_pair(
    app: &App,
    id: &ConnectionId,
    old: &Grant,
    next: &Grant,
    event: &Event,
) -> Result<(), Fault> {
    let until = app.clock.monotonic() + app.timing.oauth.refresh_lease_ttl;
    let mut wait = SHORTEST_WAIT;
    loop {
        match write_pair(app, id, old, next, event).await {
            Err(fault) if may_pass(&fault) && app.clock.monotonic() < until => {
                tracing::warn!(connection = %id, %fault, "renewed tokens are not stored yet");
                app.clock.sleep(app.rng.jitter(wait)).await;
            }
            done => return done,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Writes the new pair once; it is well if a commit that seemed to fail had held.
pub(super) async fn write_pair(
    app: &App,
    id: &ConnectionId,
    old: &Grant,
    next: &Grant,
    event: &Event,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    if store::renew(&tx, old, next.clone()).await? {
        return tx.commit_one(event.clone()).await.map(drop);
    }
    let is_ours =
        |there: &Grant| there.generation == next.generation && there.access_sealed == next.access_sealed;
    match store::grant_of(&tx, id).await? {
        Some(there) if is_ours(&there) => Ok(()),
        _ => Err(Fault::Lost("the tokens were deleted while they were renewed")),
    }
}

/// Whether the same write may succeed later: it is conditional on the generation, so it may also be repeated where the
/// first may have held.
fn may_pass(fault: &Fault) -> bool {
    fault.is_passing() || matches!(fault, Fault::Database(_) | Fault::CommitUnknown(_))
}

/// The consent is over, by Pinterest's word or by time: the connection ends and its tokens are deleted, unless somebody
/// renewed them in between.
async fn revoke(app: &App, id: &ConnectionId, seen: i32, why: &'static str) -> Result<Usable, RefreshError> {
    let tx = AuditedTx::begin(app).await?;
    let mut connection = store::lock(&tx, id).await?.ok_or(RefreshError::Refused)?;
    let grant = store::grant_of(&tx, id).await?.ok_or(RefreshError::Refused)?;
    if grant.generation != seen {
        return Ok(with_grant(app, &connection, &grant)?);
    }
    let from = connection.state;
    store::delete_grant(&tx, &grant.id).await?;
    connection.end(ConnectionState::Revoked, app.now());
    store::save(&tx, &connection, from).await?;
    let deleted =
        Happening::TokenDeleted { grant: grant.id.to_string(), by: "revoked", remote_revocation: None };
    let revoked = Happening::ConnectionRevoked { why };
    let expired = (grant.access_expires_at <= app.now())
        .then(|| Happening::TokenExpired { grant: grant.id.to_string(), generation: grant.generation });
    let told = expired.into_iter().chain([deleted, revoked]);
    tx.commit(told.map(|happening| connection.event(app, &Actor::worker(), happening)).collect()).await?;
    Err(RefreshError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::support::{KITCHEN, world};

    #[tokio::test]
    async fn a_pair_whose_commit_seemed_to_fail_is_known_again_and_another_is_not() {
        let world = world().await;
        let (app, connection) = (world.app(), world.connected().await);
        let old = store::grant_of(&app.db, &connection.id).await.unwrap().unwrap();
        let next = Grant { generation: 2, access_sealed: vec![1], ..old.clone() };
        let event = || connection.event(app, &Actor::worker(), Happening::AccountConfirmed {});
        write_pair(app, &connection.id, &old, &next, &event()).await.unwrap();
        write_pair(app, &connection.id, &old, &next, &event()).await.unwrap();
        let told = world.story(&connection.id).await;
        assert_eq!(told.iter().filter(|kind| *kind == "oauth.account.confirmed").count(), 2, "once more");
        let other = Grant { access_sealed: vec![2], ..next };
        let lost = write_pair(app, &connection.id, &old, &other, &event()).await;
        assert!(matches!(lost, Err(Fault::Lost(_))), "{lost:?}");
    }

    #[tokio::test]
    async fn without_a_refresh_token_a_consent_ends_by_pinterests_word_only() {
        let world = world().await;
        let (app, connection) = (world.app(), world.connected().await);
        let old = store::grant_of(&app.db, &connection.id).await.unwrap().unwrap();
        let next = Grant { generation: 2, refresh_sealed: None, ..old.clone() };
        let event = connection.event(app, &Actor::worker(), Happening::AccountConfirmed {});
        write_pair(app, &connection.id, &old, &next, &event).await.unwrap();
        let held = refresh(app, &connection.id, 2).await.map(drop).unwrap_err();
        assert!(matches!(held, RefreshError::Held(HoldReason::Authorization)), "{held}");
        world.simulator.revoke(KITCHEN);
        let refused = refresh(app, &connection.id, 2).await.map(drop).unwrap_err();
        assert!(matches!(refused, RefreshError::Refused), "{refused}");
        assert!(store::grant_of(&app.db, &connection.id).await.unwrap().is_none());
    }

    #[test]
    fn what_may_pass_is_repeated_and_what_was_decided_is_not() {
        let error = || "gone".to_owned().into();
        assert!(may_pass(&Fault::Busy(error())) && may_pass(&Fault::CommitUnknown(error())));
        assert!(
            !may_pass(&Fault::Lost("deleted"))
                && !may_pass(&Fault::Crash(crate::hooks::Crash(Point::RefreshAfterCall)))
        );
    }
}
