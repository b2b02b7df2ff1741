//! Holding what cannot be sent now, and letting it go when the cause is gone.

use countersign_entities::{
    Timestamp,
    vocabulary::{ConnectionState, HoldReason, PublicationState},
};

use super::{
    show::{locked, show},
    store::{self, Advance},
    tell::publish_event,
    turn::Turn,
    view::Publication,
};
use crate::{
    app::App,
    approvals,
    audit::{AuditedTx, Happening},
    db::Reads,
    error::Fault,
    pinterest::scope::Scopes,
};

/// How many are released in one go.
const BATCH: u64 = 100;

/// What stands in the way of a publication just now.
pub(super) async fn obstacle(
    app: &App,
    on: &impl Reads,
    publication: &Publication,
) -> Result<Option<HoldReason>, Fault> {
    if approvals::store::is_paused(on).await? {
        return Ok(Some(HoldReason::Paused));
    }
    let Some(account) = store::account(on, &publication.connection_id).await? else {
        return Ok(Some(HoldReason::Disconnected));
    };
    let by_state = match account.state {
        ConnectionState::Active => None,
        ConnectionState::Held => Some(account.hold_reason.unwrap_or(HoldReason::Authorization)),
        ConnectionState::Unconfirmed | ConnectionState::WrongAccount => Some(HoldReason::WrongAccount),
        ConnectionState::Pending | ConnectionState::Revoked | ConnectionState::Disconnected => {
            Some(HoldReason::Disconnected)
        }
    };
    Ok(by_state.or_else(|| by_way(app, publication)).or_else(|| by_consent(&account)))
}

fn by_way(app: &App, publication: &Publication) -> Option<HoldReason> {
    match app.endpoints.root(publication.environment) {
        None => Some(HoldReason::Environment),
        Some(_) if !app.endpoints.allows_writes(publication.environment) => Some(HoldReason::Tier),
        Some(_) => None,
    }
}

fn by_consent(account: &store::Account) -> Option<HoldReason> {
    let Some(scopes) = &account.scopes else { return Some(HoldReason::Disconnected) };
    let is_enough = Scopes::parse(scopes).missing(&Scopes::publishing()).is_empty();
    (!is_enough).then_some(HoldReason::Scope)
}

/// Holds a publication; does nothing if somebody else has moved it on.
pub(super) async fn hold(
    app: &App,
    publication: &Publication,
    from: PublicationState,
    lease: Option<&str>,
    reason: HoldReason,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let step = Advance {
        lease,
        why: Some(reason.as_str()),
        hold: Some(reason),
        ..Advance::new(from, PublicationState::Held)
    };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Ok(());
    }
    let draft = show(&tx, app, publication, PublicationState::Held, Some(reason), publication.due_at).await?;
    let event = publish_event(app, publication, &draft, Happening::PublishHeld { why: reason.as_str() });
    tx.commit_one(event).await.map(drop)
}

/// Gives a claim back until the approved time, where the publication's row was ahead of it.
pub(super) async fn postpone(
    app: &App,
    publication: &Publication,
    lease: &str,
    due_at: Timestamp,
) -> Result<(), Fault> {
    let (why, tx) = ("not_before", AuditedTx::begin(app).await?);
    locked(&tx, publication).await?;
    let step = Advance {
        lease: Some(lease),
        why: Some(why),
        due_at: Some(due_at),
        ..Advance::new(PublicationState::Claimed, PublicationState::Scheduled)
    };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Ok(());
    }
    let draft = show(&tx, app, publication, PublicationState::Scheduled, None, due_at).await?;
    let moved = Happening::PublishRescheduled { due_at: due_at.rfc3339(), why };
    tx.commit_one(publish_event(app, publication, &draft, moved)).await.map(drop)
}

/// Lets go of what is held by nothing any more; what is held by something else now says so.
pub(super) async fn release_ready(app: &App) -> Result<bool, Fault> {
    let is_paused = approvals::store::is_paused(&app.db).await?;
    let mut turn = Turn::default();
    for publication in store::releasable(&app.db, is_paused, BATCH).await? {
        turn.take(&publication, release_or_tell(app, &publication).await);
    }
    turn.end()
}

async fn release_or_tell(app: &App, publication: &Publication) -> Result<bool, Fault> {
    match obstacle(app, &app.db, publication).await? {
        None => release(app, publication).await.map(|()| true),
        reason if reason == publication.hold_reason => Ok(false),
        Some(reason) => {
            hold(app, publication, PublicationState::Held, None, reason).await?;
            Ok(true)
        }
    }
}

async fn release(app: &App, publication: &Publication) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let step = Advance::new(PublicationState::Held, PublicationState::Scheduled);
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Ok(());
    }
    let draft = show(&tx, app, publication, PublicationState::Scheduled, None, publication.due_at).await?;
    let why = publication.hold_reason.map_or("gone", HoldReason::as_str);
    let event = publish_event(app, publication, &draft, Happening::PublishReleased { why });
    tx.commit_one(event).await.map(drop)
}
