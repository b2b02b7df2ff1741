//! What follows from an answer, or from none: one transaction with the outcome of the request, the publication's
//! transition and what the queue shows. Of two settlers one wins.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::{AttemptId, EventId, GrantId},
    vocabulary::{AttemptClass, DraftState, HoldReason, PublicationState, Tab},
};

use super::{
    claim::Claim,
    outcome::{Outcome, Retry, classify},
    store::{self, Advance, Settled},
    view::Publication,
};
use crate::{
    actor::Actor,
    app::App,
    approvals::permit::PublishPermit,
    audit::{AuditedTx, Event, Happening, Outcome as Ended, Stream, Value, header::object},
    connections,
    drafts::{self, Draft, store::Change},
    error::Fault,
    hooks::Point,
    pinterest::{
        client::{Answer, Lost},
        error::UpstreamError,
    },
};

/// What is remembered of a permit that was spent.
pub(super) struct Sent {
    pub(super) attempt_id: AttemptId,
    pub(super) request_event_id: EventId,
    pub(super) n: i32,
}

impl Sent {
    /// What to remember.
    pub(super) fn of(permit: &PublishPermit) -> Self {
        Self {
            attempt_id: permit.attempt_id().clone(),
            request_event_id: permit.request_event_id().clone(),
            n: permit.attempt(),
        }
    }
}

/// How often a settling is tried while the database is away; the lease and the reaper take over after that.
const TRIES: u32 = 5;

/// Settles a send.
pub(super) async fn settle(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    answer: &Result<Answer, Lost>,
    credentials: &(GrantId, i32),
) -> Result<(), Fault> {
    let outcome = classify(answer);
    let verdict = verdict(app, claim, sent, &outcome, credentials).await?;
    let mut tries = 0;
    loop {
        match write(app, claim, sent, answer, &outcome, &verdict).await {
            Err(fault) if fault.is_passing() && tries < TRIES => {
                tries += 1;
                app.clock.sleep(app.rng.jitter(Duration::from_secs(1 << tries))).await;
            }
            Ok(true) => return confirm(app, claim, &outcome).await,
            Ok(false) => return super::reconcile::late_answer(app, &claim.publication, sent, &outcome).await,
            Err(fault) => return Err(fault),
        }
    }
}

/// Looks once at what was created; the Pin exists whether or not this works.
async fn confirm(app: &App, claim: &Claim, outcome: &Outcome) -> Result<(), Fault> {
    match outcome {
        Outcome::Published { pin_id } => super::reconcile::read_back(app, &claim.publication, pin_id).await,
        _ => Ok(()),
    }
}

/// Where the publication goes.
pub(super) struct Verdict {
    class: AttemptClass,
    to: PublicationState,
    why: &'static str,
    hold: Option<HoldReason>,
    due_at: Option<Timestamp>,
    next_look_at: Option<Timestamp>,
}

impl Verdict {
    fn new(class: AttemptClass, to: PublicationState, why: &'static str) -> Self {
        Self { class, to, why, hold: None, due_at: None, next_look_at: None }
    }

    fn again(why: &'static str, due_at: Timestamp) -> Self {
        let base = Self::new(AttemptClass::NotAccepted, PublicationState::Scheduled, why);
        Self { due_at: Some(due_at), ..base }
    }

    fn held(why: &'static str, reason: HoldReason) -> Self {
        let base = Self::new(AttemptClass::NotAccepted, PublicationState::Held, why);
        Self { hold: Some(reason), ..base }
    }
}

/// Decides where the publication goes; holds or renews the account's consent first where that is the cause, so that
/// nothing is sent with it in between.
async fn verdict(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    outcome: &Outcome,
    credentials: &(GrantId, i32),
) -> Result<Verdict, Fault> {
    let now = app.now();
    let publishing = &app.timing.publishing;
    let id = &claim.publication.connection_id;
    Ok(match outcome {
        Outcome::Published { .. } => {
            Verdict::new(AttemptClass::Published, PublicationState::Published, "created")
        }
        Outcome::Refused { why } => Verdict::new(AttemptClass::Refused, PublicationState::Refused, why),
        Outcome::Unknown { why } => unknown(app, why),
        Outcome::NotAccepted(Retry::Backoff(why)) => Verdict::again(why, now.plus(backoff(app, sent.n))),
        Outcome::NotAccepted(Retry::Throttled(wait)) => Verdict::again("rate_limited", now.plus(*wait)),
        Outcome::NotAccepted(Retry::Spam) => {
            connections::hold_for_spam(app, id).await?;
            Verdict::held("spam", HoldReason::Spam)
        }
        Outcome::NotAccepted(Retry::Tier) => {
            connections::hold(app, id, HoldReason::Tier, None).await?;
            Verdict::held("tier", HoldReason::Tier)
        }
        Outcome::NotAccepted(Retry::Scope) => {
            connections::hold(app, id, HoldReason::Scope, None).await?;
            Verdict::held("scope", HoldReason::Scope)
        }
        Outcome::NotAccepted(Retry::Token) => {
            let is_second = refused_before(app, claim, sent.n).await?;
            if is_second {
                let recheck_at = now.plus(publishing.authorization_recheck);
                connections::hold(app, id, HoldReason::Authorization, Some(recheck_at)).await?;
                Verdict::held("authorization", HoldReason::Authorization)
            } else {
                renewed(app, claim, credentials).await?
            }
        }
    })
}

/// One refresh, and one more send with the new token.
async fn renewed(app: &App, claim: &Claim, credentials: &(GrantId, i32)) -> Result<Verdict, Fault> {
    match connections::refresh(app, &claim.publication.connection_id, credentials.1).await {
        Ok(_) => Ok(Verdict::again("token", app.now())),
        Err(connections::RefreshError::Refused) => Ok(Verdict::held("revoked", HoldReason::Disconnected)),
        Err(connections::RefreshError::Held(reason)) => Ok(Verdict::held("authorization", reason)),
        Err(connections::RefreshError::Busy) => Ok(Verdict::again("token", app.now())),
        Err(connections::RefreshError::Fault(fault)) => Err(fault),
    }
}

async fn refused_before(app: &App, claim: &Claim, n: i32) -> Result<bool, Fault> {
    let attempts = store::attempts(&app.db, &claim.publication.id).await?;
    Ok(attempts.iter().any(|attempt| attempt.n == n - 1 && attempt.why.as_deref() == Some("token")))
}

/// Not proven: the board is looked at, step by step.
pub(super) fn unknown(app: &App, why: &'static str) -> Verdict {
    let base = Verdict::new(AttemptClass::Unknown, PublicationState::Unknown, why);
    Verdict { next_look_at: Some(app.now().plus(app.timing.reconcile.steps[0])), ..base }
}

/// Full jitter: a random time up to the base doubled with each try.
fn backoff(app: &App, n: i32) -> Duration {
    let publishing = &app.timing.publishing;
    let doublings = u32::try_from(n.saturating_sub(1)).unwrap_or(0).min(16);
    let most = publishing.retry_base.saturating_mul(1 << doublings).min(publishing.retry_max);
    app.rng.jitter(most).max(Duration::from_secs(1))
}

async fn write(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    answer: &Result<Answer, Lost>,
    outcome: &Outcome,
    verdict: &Verdict,
) -> Result<bool, Fault> {
    let publication = &claim.publication;
    let tx = AuditedTx::begin(app).await?;
    let now = app.now();
    if !store::settle(&tx, &sent.attempt_id, settled(answer, verdict), now).await? {
        return Ok(false);
    }
    let pin_id = match outcome {
        Outcome::Published { pin_id } => Some(pin_id.as_str()),
        _ => None,
    };
    let step = Advance {
        lease: Some(&claim.lease_token),
        why: Some(verdict.why),
        hold: verdict.hold,
        due_at: verdict.due_at,
        next_look_at: verdict.next_look_at,
        pin_id,
        ..Advance::new(PublicationState::Sending, verdict.to)
    };
    if !store::advance(&tx, &publication.id, step, now).await? {
        return Ok(false);
    }
    let (draft, mut after) = follow(&tx, app, publication, verdict).await?;
    let mut events = vec![
        outcome_event(app, publication, &draft, sent, answer, pin_id)?,
        publish_event(app, publication, &draft, happening(verdict, sent.n)).outcome(ended(verdict.class)),
    ];
    events.append(&mut after);
    app.hooks.reach(Point::SettleBeforeCommit).await?;
    tx.commit(events).await?;
    app.hooks.reach(Point::SettleAfterCommit).await?;
    app.wake.notify_one();
    Ok(true)
}

fn settled(answer: &Result<Answer, Lost>, verdict: &Verdict) -> Settled {
    let mut settled = Settled {
        class: verdict.class,
        why: Some(verdict.why.to_owned()),
        status: None,
        code: None,
        message: None,
        upstream_request_id: None,
        duration_ms: None,
    };
    if let Ok(answer) = answer {
        settled.status = Some(i32::from(answer.status));
        settled.duration_ms = i32::try_from(answer.duration.as_millis()).ok();
        settled.upstream_request_id.clone_from(&answer.request_id);
        if !(200..300).contains(&answer.status) {
            let error = UpstreamError::of(answer);
            settled.code = error.code;
            settled.message = error.message;
        }
    }
    settled
}

/// What the draft does after its publication moved.
async fn follow(
    tx: &AuditedTx<'_>,
    app: &App,
    publication: &Publication,
    verdict: &Verdict,
) -> Result<(Draft, Vec<Event>), Fault> {
    match verdict.to {
        PublicationState::Published => {
            connections::clear_spam_level(tx, &publication.connection_id).await?;
            Ok((show_published(tx, publication).await?, Vec::new()))
        }
        PublicationState::Refused => reopen(tx, app, publication, DraftState::Draft, "refused").await,
        _ => {
            let due_at = verdict.due_at.unwrap_or(publication.due_at);
            let draft = show(tx, app, publication, verdict.to, verdict.hold, due_at).await?;
            Ok((draft, Vec::new()))
        }
    }
}

/// Lets the queue show a publication that is still on its way.
pub(super) async fn show(
    tx: &AuditedTx<'_>,
    app: &App,
    publication: &Publication,
    state: PublicationState,
    hold: Option<HoldReason>,
    due_at: Timestamp,
) -> Result<Draft, Fault> {
    let draft = locked(tx, publication).await?;
    let attention = match state {
        PublicationState::Held if hold != Some(HoldReason::Paused) => Some("held".to_owned()),
        PublicationState::Unknown => Some("unknown".to_owned()),
        PublicationState::NeedsDecision => Some("needs_decision".to_owned()),
        _ => None,
    };
    let tab = drafts::tab_of(draft.state, Some((state, hold)), Some(due_at), app.now(), attention.as_deref());
    let change = Change {
        tab: Some(tab),
        attention: Some(attention),
        due_at: Some(Some(due_at)),
        ..Change::default()
    };
    drafts::store::change(tx, &draft, change).await
}

/// Lets the queue show that the Pin exists.
pub(super) async fn show_published(tx: &AuditedTx<'_>, publication: &Publication) -> Result<Draft, Fault> {
    let draft = locked(tx, publication).await?;
    let change = Change {
        state: Some(DraftState::Published),
        tab: Some(Tab::Published),
        attention: Some(None),
        ..Change::default()
    };
    drafts::store::change(tx, &draft, change).await
}

/// Gives a draft back to people after its publication ended without a Pin: a new revision by the system, so that no
/// page loaded before can approve it. The draft that is returned is the one before, which the events are about.
pub(super) async fn reopen(
    tx: &AuditedTx<'_>,
    app: &App,
    publication: &Publication,
    state: DraftState,
    attention: &str,
) -> Result<(Draft, Vec<Event>), Fault> {
    let before = locked(tx, publication).await?;
    let (draft, revision) = drafts::renew(tx, app, &before).await?;
    let change = Change {
        state: Some(state),
        tab: Some(Tab::Attention),
        attention: Some(Some(attention.to_owned())),
        ..Change::default()
    };
    let draft = drafts::store::change(tx, &draft, change).await?;
    let edited = drafts::events::edited(app, &Actor::worker(), &draft, &revision)?;
    Ok((before, vec![edited]))
}

async fn locked(tx: &AuditedTx<'_>, publication: &Publication) -> Result<Draft, Fault> {
    let draft = drafts::store::lock(tx, &publication.draft_id).await?;
    draft.ok_or(Fault::Lost("a publication's draft is gone"))
}

/// A `publish.*` event of the worker's.
pub(super) fn publish_event(
    app: &App,
    publication: &Publication,
    draft: &Draft,
    happening: Happening,
) -> Event {
    publish_event_by(app, &Actor::worker(), publication, draft, happening)
}

/// A `publish.*` event.
pub(super) fn publish_event_by(
    app: &App,
    actor: &Actor,
    publication: &Publication,
    draft: &Draft,
    happening: Happening,
) -> Event {
    let event =
        Event::fresh(app, Stream::Connection(publication.connection_id.to_string()), actor, happening);
    event.about_draft(&draft.id, draft.revision).flow(&publication.id).cause(&publication.approved_by)
}

fn happening(verdict: &Verdict, attempt: i32) -> Happening {
    let why = verdict.why;
    match verdict.to {
        PublicationState::Published => {
            Happening::PublishSucceeded { attempt: Some(attempt), drift: Vec::new() }
        }
        PublicationState::Scheduled => {
            let due_at = verdict.due_at.map(Timestamp::rfc3339).unwrap_or_default();
            Happening::PublishRescheduled { due_at, why }
        }
        PublicationState::Held => Happening::PublishHeld { why },
        PublicationState::Unknown => Happening::PublishUnknown { why },
        _ => Happening::PublishRefused { why },
    }
}

fn ended(class: AttemptClass) -> Ended {
    match class {
        AttemptClass::Published => Ended::Ok,
        AttemptClass::Unknown => Ended::Unknown,
        AttemptClass::NotAccepted | AttemptClass::Refused => Ended::Failed,
    }
}

/// The one outcome of the request.
fn outcome_event(
    app: &App,
    publication: &Publication,
    draft: &Draft,
    sent: &Sent,
    answer: &Result<Answer, Lost>,
    pin_id: Option<&str>,
) -> Result<Event, Fault> {
    let (happening, ended) = match answer {
        Ok(answer) => answered(answer),
        Err(Lost::NotSent { kind }) => {
            (Happening::ApiError { kind, sent: "none", code: None }, Ended::Failed)
        }
        Err(Lost::MaybeSent { kind }) => (Happening::ApiUnknown { why: kind }, Ended::Unknown),
    };
    let event =
        publish_event(app, publication, draft, happening).cause(&sent.request_event_id).outcome(ended);
    let message = answer.as_ref().ok().filter(|answer| answer.status >= 300).map(UpstreamError::of);
    let remote = match (pin_id, message.and_then(|error| error.message)) {
        (Some(pin_id), _) => Some(object([("pin_id", pin_id.into())])),
        (None, Some(message)) => Some(object([("message", Value::String(message))])),
        (None, None) => None,
    };
    match remote.transpose().map_err(|error| Fault::Event(error.to_string()))? {
        Some(remote) => Ok(event.remote(remote)),
        None => Ok(event),
    }
}

fn answered(answer: &Answer) -> (Happening, Ended) {
    let status = i32::from(answer.status);
    if status == 429 {
        let rate = &answer.rate;
        let limited =
            Happening::ApiRateLimited { limit: rate.limit, remaining: rate.remaining, reset_s: rate.reset_s };
        return (limited, Ended::Failed);
    }
    let code = if status >= 300 { UpstreamError::of(answer).code } else { None };
    let response = Happening::ApiResponse {
        status,
        duration_ms: i64::try_from(answer.duration.as_millis()).unwrap_or(i64::MAX),
        bytes: i64::try_from(answer.body.len()).unwrap_or(i64::MAX),
        code,
    };
    (response, if (200..300).contains(&status) { Ended::Ok } else { Ended::Failed })
}

/// Ends a publication whose approval is not genuine: rows that SQL wrote send nothing, and somebody is told.
pub(super) async fn refuse_unproven(
    app: &App,
    publication: &Publication,
    lease: &str,
    why: &'static str,
) -> Result<(), Fault> {
    tracing::error!(publication = %publication.id, why, "a publication is not what was approved; nothing was sent");
    let tx = AuditedTx::begin(app).await?;
    let step = Advance {
        lease: Some(lease),
        why: Some("not_genuine"),
        ..Advance::new(PublicationState::Claimed, PublicationState::Refused)
    };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Ok(());
    }
    let draft = locked(&tx, publication).await?;
    let change = Change {
        state: Some(DraftState::Draft),
        tab: Some(Tab::Attention),
        attention: Some(Some("not_genuine".to_owned())),
        ..Change::default()
    };
    drafts::store::change(&tx, &draft, change).await?;
    let happening = Happening::PublishRefused { why: "not_genuine" };
    // The cause may be forged too: the event cites nothing.
    let mut event = publish_event(app, publication, &draft, happening).denied();
    event.cause = None;
    tx.commit_one(event).await.map(drop)
}
