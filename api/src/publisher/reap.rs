//! Leases that ran out, and requests whose outcome nobody told.

use countersign_entities::{
    Timestamp,
    ids::PublicationId,
    vocabulary::{AttemptClass, PublicationState},
};

use super::{
    show::{locked, show},
    store::{self, Advance, Settled},
    tell::publish_event,
    turn::Turn,
    view::{AttemptView, Publication},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{
        AuditedTx, Event, Happening, Housekeeping, Outcome,
        read::{self, OpenIntent},
    },
    error::Fault,
    hooks::Point,
};

/// The word for a send whose outcome nobody told in time.
pub(super) const LEASE_EXPIRED: &str = "lease_expired";

/// How many are taken in one go.
const BATCH: u64 = 100;

/// Takes leases that ran out: `claimed` goes back to `scheduled`, `sending` becomes `unknown`, never `scheduled`. Those
/// that are `waiting` to be written down as what is proven of them are left alone.
pub(super) async fn reap(app: &App, waiting: &[PublicationId]) -> Result<bool, Fault> {
    expire(app, None, waiting).await
}

/// At start, with the lock on the data folder held: leases of this installation's earlier process are over, but for
/// those that are `waiting` to be written down.
///
/// # Errors
/// [`Fault`] where the database fails, or one of them cannot be ended now: the reaper comes back to it.
pub(super) async fn expire_own_leases(app: &App, waiting: &[PublicationId]) -> Result<(), Fault> {
    while expire(app, Some(&app.instance), waiting).await? {}
    Ok(())
}

async fn expire(app: &App, owner: Option<&str>, waiting: &[PublicationId]) -> Result<bool, Fault> {
    let mut turn = Turn::default();
    for publication in store::expired(&app.db, app.now(), owner, BATCH).await? {
        if waiting.contains(&publication.id) {
            continue;
        }
        let ended = match publication.state {
            PublicationState::Claimed => unclaim(app, &publication).await,
            _ => lose(app, &publication).await,
        };
        turn.take(&publication, ended.map(|()| true));
    }
    turn.end()
}

async fn unclaim(app: &App, publication: &Publication) -> Result<(), Fault> {
    let Some(lease) = &publication.lease_token else { return Ok(()) };
    let tx = AuditedTx::housekeeping(app, Housekeeping::Claims).await?;
    store::unclaim(&tx, &publication.id, lease, publication.due_at).await?;
    tx.commit().await
}

async fn lose(app: &App, publication: &Publication) -> Result<(), Fault> {
    let attempts = store::attempts(&app.db, &publication.id).await?;
    let open = attempts.into_iter().find(|attempt| attempt.settled_at.is_none());
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let now = app.now();
    let step = Advance {
        lease: publication.lease_token.as_deref(),
        why: Some(LEASE_EXPIRED),
        next_look_at: Some(now.plus(app.timing.reconcile.steps[0])),
        ..Advance::new(PublicationState::Sending, PublicationState::Unknown)
    };
    if !store::advance(&tx, &publication.id, step, now).await? {
        return Ok(());
    }
    let draft = show(&tx, app, publication, PublicationState::Unknown, None, publication.due_at).await?;
    let mut events = Vec::new();
    if let Some(attempt) = &open {
        store::settle(&tx, &attempt.id, lost(), now).await?;
        if read::is_open(&tx, &attempt.request_event_id).await? {
            let unknown = Happening::ApiUnknown { why: LEASE_EXPIRED };
            let event = publish_event(app, publication, &draft, unknown).outcome(Outcome::Unknown);
            events.push(cite(event, attempt));
        }
    }
    let unknown = Happening::PublishUnknown { why: LEASE_EXPIRED };
    events.push(publish_event(app, publication, &draft, unknown).outcome(Outcome::Unknown));
    app.hooks.reach(Point::ReapBeforeCommit).await?;
    tx.commit(events).await?;
    app.hooks.reach(Point::ReapAfterCommit).await?;
    Ok(())
}

fn cite(event: Event, attempt: &AttemptView) -> Event {
    event.cause(&attempt.request_event_id)
}

fn lost() -> Settled {
    Settled {
        class: AttemptClass::Unknown,
        why: Some(LEASE_EXPIRED.to_owned()),
        status: None,
        code: None,
        message: None,
        upstream_request_id: None,
        duration_ms: None,
    }
}

/// Tells `api.unknown` of requests whose process died before it could tell the outcome. That of a send is told with
/// its publication, by whoever settles it or when its lease is over.
pub(super) async fn tell_lost_outcomes(app: &App) -> Result<bool, Fault> {
    tell_lost(app, app.now()).await
}

/// At start: where this folder's server is the only one, every request whose outcome is still to be told is an earlier
/// process's, and nobody waits for an answer any more.
pub(super) async fn end_own_requests(app: &App) -> Result<(), Fault> {
    while !app.db.is_postgres() && tell_lost(app, Timestamp(i64::MAX)).await? {}
    Ok(())
}

async fn tell_lost(app: &App, until: Timestamp) -> Result<bool, Fault> {
    let mut did = false;
    for intent in read::overdue_intents(&app.db, until, BATCH).await? {
        if store::is_sending(&app.db, intent.flow.as_deref()).await? {
            continue;
        }
        match AuditedTx::begin(app).await?.commit_one(no_outcome(app, &intent)).await {
            Ok(_) => did = true,
            // Told in between by whoever made the request; or its place in the log is damaged, and stays so.
            Err(Fault::Lost(why)) => {
                let is_open = read::is_open(&app.db, &intent.event_id).await?;
                if is_open {
                    tracing::error!(request = %intent.event_id, why, "the lost outcome of a request cannot be told");
                }
                did |= !is_open;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(did)
}

fn no_outcome(app: &App, intent: &OpenIntent) -> Event {
    let unknown = Happening::ApiUnknown { why: "no_outcome" };
    let mut event = Event::fresh(app, intent.stream.clone(), &Actor::worker(), unknown);
    event = event.outcome(Outcome::Unknown).cause(&intent.event_id);
    event.flow.clone_from(&intent.flow);
    match &intent.object {
        Some((kind, of, Some(revision))) if kind == "draft" => event.about_draft(of, *revision),
        Some((kind, of, _)) => event.about(kind, of),
        None => event,
    }
}
