//! Looking on the board for a Pin whose creation is not proven.
//!
//! A candidate was created between the start of the send and a while after its deadline, is none of ours, and says
//! the same. One is ours; several are for a person; none after the last look is for a person too. Nothing of other
//! Pins is stored but the ids of candidates, and nothing is ever sent again without a fresh approval.

use countersign_entities::{Timestamp, vocabulary::PublicationState};

use super::{
    outcome::Outcome,
    settle::Sent,
    show::{locked, show, show_published},
    store::{self, Advance},
    tell::publish_event,
    turn::Turn,
    view::{AttemptView, Publication},
};
use crate::{
    app::App,
    approvals::likeness::Likeness,
    audit::{
        AuditedTx, Event, Happening, Housekeeping, Value,
        header::{Header, object},
        read::{self, EventFilter, StoredEvent},
    },
    connections, drafts,
    error::Fault,
    hooks::Point,
    pinterest::pins::{self, BoardPin},
};

/// How the log calls an answer that came too late to be an outcome.
const LATE: &str = "late_answer";

/// More evidence than one publication can have.
const MOST_TOLD: u64 = 100;

/// How many boards are looked at in one go.
const BATCH: u64 = 10;

/// Looks at the boards that are due.
pub(super) async fn look_at_due(app: &App) -> Result<bool, Fault> {
    let mut turn = Turn::default();
    for publication in store::next_looks(&app.db, app.now(), BATCH).await? {
        let looked = match look_once(app, &publication).await {
            // Damaged rows stay damaged: a person decides.
            Err(Fault::Lost(why)) => {
                tracing::error!(publication = %publication.id, why, "this publication's rows are damaged");
                decide(app, &publication, "rows_damaged", None).await
            }
            looked => looked,
        };
        turn.take(&publication, looked.map(|()| true));
    }
    turn.end()
}

async fn look_once(app: &App, publication: &Publication) -> Result<(), Fault> {
    let attempts = store::attempts(&app.db, &publication.id).await?;
    let Some(attempt) = attempts.last() else { return decide(app, publication, "no_attempt", None).await };
    let seen = look(app, publication, attempt).await?;
    conclude(app, publication, attempt, seen).await
}

/// What a look showed.
enum Seen {
    /// The board could not be read.
    Nothing(&'static str),
    /// Ids of Pins that may be ours.
    Candidates(Vec<String>),
}

/// What a Pin of ours says, and between which moments it was made.
pub(super) struct Wanted {
    likeness: Likeness,
    from: Timestamp,
    to: Timestamp,
}

impl Wanted {
    /// What one send would have made.
    ///
    /// # Errors
    /// [`Fault::Lost`] where what was approved is damaged.
    pub(super) async fn of(
        app: &App,
        publication: &Publication,
        attempt: &AttemptView,
    ) -> Result<Self, Fault> {
        let draft = drafts::find(&app.db, &publication.draft_id).await?;
        let draft = draft.ok_or(Fault::Lost("a publication's draft is gone"))?;
        let revision = drafts::revision(&app.db, &draft.id, draft.revision).await?;
        let revision = revision.ok_or(Fault::Lost("a draft's current revision is gone"))?;
        let reconcile = &app.timing.reconcile;
        Ok(Self {
            likeness: Likeness::of(&revision.content),
            from: attempt.started_at.minus(reconcile.clock_skew),
            to: attempt.deadline_at.plus(reconcile.after_deadline),
        })
    }

    /// Whether a Pin may be the one.
    pub(super) fn may_be(&self, pin: &BoardPin) -> bool {
        pin.created_at.is_some_and(|at| self.from <= at && at <= self.to)
            && pin.likeness.differences(&self.likeness).is_empty()
    }
}

async fn look(app: &App, publication: &Publication, attempt: &AttemptView) -> Result<Seen, Fault> {
    app.hooks.reach(Point::ReconcileBeforeCall).await?;
    let usable = match connections::readable(app, &publication.connection_id).await {
        Ok(usable) => usable,
        Err(connections::Unusable::Fault(fault)) => return Err(fault),
        Err(_) => return Ok(Seen::Nothing("account_not_usable")),
    };
    let wanted = Wanted::of(app, publication, attempt).await?;
    let candidates =
        pins::of_board(app, &usable, &publication.board_id, &publication.id, |pin| wanted.may_be(pin)).await;
    app.hooks.reach(Point::ReconcileAfterCall).await?;
    let ids = match candidates {
        Ok(ids) => ids,
        Err(pins::ReadError::Fault(fault)) => return Err(fault),
        Err(pins::ReadError::Upstream(why)) => return Ok(Seen::Nothing(why)),
    };
    let ours = store::known_pins(&app.db, publication.environment, &ids).await?;
    Ok(Seen::Candidates(ids.into_iter().filter(|id| !ours.contains(id)).collect()))
}

async fn conclude(
    app: &App,
    publication: &Publication,
    attempt: &AttemptView,
    seen: Seen,
) -> Result<(), Fault> {
    match seen {
        Seen::Candidates(ids) if ids.len() == 1 => found(app, publication, &ids[0], "board").await.map(drop),
        Seen::Candidates(ids) if ids.len() > 1 => decide(app, publication, "ambiguous", Some(ids)).await,
        Seen::Candidates(_) => match next_look(app, attempt) {
            Some(at) => not_seen(app, publication, at).await,
            None => decide(app, publication, "not_seen", Some(Vec::new())).await,
        },
        Seen::Nothing(why) => match next_look(app, attempt) {
            Some(at) => postpone(app, publication, at, why).await,
            None => decide(app, publication, why, None).await,
        },
    }
}

/// The next look by the plan, which counts from the moment the outcome became unknown; none after the last. What was
/// missed meanwhile is not made up for.
fn next_look(app: &App, attempt: &AttemptView) -> Option<Timestamp> {
    let since = attempt.settled_at.unwrap_or(attempt.deadline_at);
    app.timing.reconcile.steps.iter().map(|step| since.plus(*step)).find(|at| *at > app.now())
}

/// The board was read and the Pin is not there: looks again later.
async fn not_seen(app: &App, publication: &Publication, next: Timestamp) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    if !store::looked(&tx, publication, next, app.now()).await? {
        return Ok(());
    }
    let event = reconciled(app, &tx, publication, "not_seen", "board").await?;
    app.hooks.reach(Point::ReconcileBeforeCommit).await?;
    tx.commit_one(event).await?;
    app.hooks.reach(Point::ReconcileAfterCommit).await?;
    Ok(())
}

/// The board could not be read: that is no look, and the log is told of none.
async fn postpone(
    app: &App,
    publication: &Publication,
    next: Timestamp,
    why: &'static str,
) -> Result<(), Fault> {
    tracing::info!(publication = %publication.id, why, "the board could not be read");
    let tx = AuditedTx::housekeeping(app, Housekeeping::Claims).await?;
    store::look_later(&tx, publication, next).await?;
    tx.commit().await
}

/// The Pin is there: adopts it. Whether its publication was still unknown; if not, nothing is written.
async fn found(app: &App, publication: &Publication, pin_id: &str, by: &'static str) -> Result<bool, Fault> {
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let step = Advance {
        why: Some("found"),
        pin_id: Some(pin_id),
        ..Advance::new(PublicationState::Unknown, PublicationState::Published)
    };
    let now = app.now();
    if !store::advance(&tx, &publication.id, step, now).await? {
        return Ok(false);
    }
    if by == "board" {
        store::looked_last(&tx, publication, now).await?;
    }
    let draft = show_published(&tx, publication).await?;
    let evidence = reconciled(app, &tx, publication, "found", by).await?.remote(pin(pin_id)?);
    let succeeded = Happening::PublishSucceeded { attempt: publication.attempts };
    app.hooks.reach(Point::ReconcileBeforeCommit).await?;
    tx.commit(vec![evidence, publish_event(app, publication, &draft, succeeded)]).await?;
    app.hooks.reach(Point::ReconcileAfterCommit).await?;
    Ok(true)
}

/// Leaves it to a person, with what the last look found; none where the board could not be read.
async fn decide(
    app: &App,
    publication: &Publication,
    why: &'static str,
    found: Option<Vec<String>>,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let now = app.now();
    let step = Advance {
        why: Some(why),
        candidates: found.as_ref().map(|ids| ids.join(",")),
        ..Advance::new(PublicationState::Unknown, PublicationState::NeedsDecision)
    };
    if !store::advance(&tx, &publication.id, step, now).await? {
        return Ok(());
    }
    let mut events = Vec::new();
    if let Some(ids) = &found {
        store::looked_last(&tx, publication, now).await?;
        let result = if ids.is_empty() { "not_seen" } else { "ambiguous" };
        events.push(reconciled(app, &tx, publication, result, "board").await?);
    }
    let draft =
        show(&tx, app, publication, PublicationState::NeedsDecision, None, publication.due_at).await?;
    events.push(publish_event(app, publication, &draft, Happening::PublishNeedsDecision { why }));
    app.hooks.reach(Point::ReconcileBeforeCommit).await?;
    tx.commit(events).await?;
    app.hooks.reach(Point::ReconcileAfterCommit).await?;
    Ok(())
}

/// An answer that came after the lease had run out: evidence, never a second outcome.
pub(super) async fn late_answer(
    app: &App,
    publication: &Publication,
    sent: &Sent,
    outcome: &Outcome,
) -> Result<(), Fault> {
    if is_told_late(app, publication, sent).await? {
        return Ok(());
    }
    tracing::info!(publication = %publication.id, attempt = sent.n, "an answer came after the lease had run out");
    let Outcome::Published { pin_id } = outcome else {
        let evidence = words([("proves", proof(outcome))])?;
        return tell_late(app, publication, "not_seen", evidence, None).await;
    };
    if found(app, publication, pin_id, LATE).await? {
        return Ok(());
    }
    // A look or a person was quicker; that Pin is evidence all the same.
    tell_late(app, publication, "found", pin(pin_id)?, Some(pin_id)).await
}

/// Whether this very answer is evidence in the log already: its file outlived the commit.
async fn is_told_late(app: &App, publication: &Publication, sent: &Sent) -> Result<bool, Fault> {
    let (kind, flow) = (Some("api.reconciled".to_owned()), Some(publication.id.to_string()));
    let filter = EventFilter { kind, flow, ..EventFilter::default() };
    let told = read::list(app, &filter, MOST_TOLD).await?;
    let is_it = |event: &StoredEvent| {
        let by = Header::parse_line(&event.header).ok().and_then(|mut header| header.facts.remove("by"));
        event.cause.as_deref() == Some(sent.request_event_id.as_str()) && by == Some(LATE.into())
    };
    Ok(told.iter().any(is_it))
}

async fn tell_late(
    app: &App,
    publication: &Publication,
    result: &'static str,
    evidence: Value,
    pin_id: Option<&str>,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    if let Some(pin_id) = pin_id {
        locked(&tx, publication).await?;
        // Whoever still has to decide is offered it.
        store::add_candidate(&tx, &publication.id, pin_id).await?;
    }
    let event = reconciled(app, &tx, publication, result, LATE).await?.remote(evidence);
    tx.commit_one(event).await.map(drop)
}

/// What a late answer without a Pin proves, in one word.
fn proof(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Published { .. } => "created",
        Outcome::NotAccepted(_) => "not_accepted",
        Outcome::Refused { why } | Outcome::Unknown { why } => why,
    }
}

async fn reconciled(
    app: &App,
    tx: &AuditedTx<'_>,
    publication: &Publication,
    result: &'static str,
    by: &'static str,
) -> Result<Event, Fault> {
    let draft = drafts::find(tx, &publication.draft_id).await?;
    let draft = draft.ok_or(Fault::Lost("a publication's draft is gone"))?;
    let attempts = store::attempts(tx, &publication.id).await?;
    let event = publish_event(app, publication, &draft, Happening::ApiReconciled { result, by });
    Ok(match attempts.last() {
        Some(attempt) => event.cause(&attempt.request_event_id),
        None => event,
    })
}

fn pin(pin_id: &str) -> Result<Value, Fault> {
    words([("pin_id", pin_id)])
}

fn words<const N: usize>(members: [(&'static str, &str); N]) -> Result<Value, Fault> {
    object(members.map(|(name, word)| (name, word.into()))).map_err(|error| Fault::Event(error.to_string()))
}

/// Reads a created Pin back once and keeps only the names of the fields that differ; failing to is no failure.
pub(super) async fn read_back(app: &App, publication: &Publication, pin_id: &str) -> Result<(), Fault> {
    let Ok(usable) = connections::readable(app, &publication.connection_id).await else { return Ok(()) };
    let Some(draft) = drafts::find(&app.db, &publication.draft_id).await? else { return Ok(()) };
    let Some(revision) = drafts::revision(&app.db, &draft.id, draft.revision).await? else { return Ok(()) };
    app.hooks.reach(Point::ReadBackBeforeCall).await?;
    let shown = pins::get(app, &usable, pin_id, &publication.id).await;
    app.hooks.reach(Point::ReadBackAfterCall).await?;
    let shown = match shown {
        Ok(Some(shown)) => shown,
        Ok(None) | Err(pins::ReadError::Upstream(_)) => return Ok(()),
        Err(pins::ReadError::Fault(fault)) => return Err(fault),
    };
    let mut drift = shown.likeness.differences(&Likeness::of(&revision.content));
    if shown.board_id.is_some_and(|board| board != publication.board_id) {
        drift.push("board_id");
    }
    if drift.is_empty() {
        return Ok(());
    }
    let tx = AuditedTx::begin(app).await?;
    store::set_drift(&tx, &publication.id, &drift.join(",")).await?;
    let event = reconciled(app, &tx, publication, "found", "read_back").await?;
    let names = drift.into_iter().map(|name| Value::from(name.to_owned())).collect::<Vec<_>>();
    let remote = object([("drift", Value::Array(names))]).map_err(|error| Fault::Event(error.to_string()))?;
    tx.commit_one(event.remote(remote)).await.map(drop)
}
