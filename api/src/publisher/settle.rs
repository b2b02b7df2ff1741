//! What follows from an answer, or from none: one transaction with the outcome of the request, the publication's
//! transition and what the queue shows. Of two settlers one wins.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::{AttemptId, EventId, GrantId},
    vocabulary::{DraftState, PublicationState, Tab},
};

use super::{
    claim::Claim,
    outcome::{Outcome, classify},
    reap::LEASE_EXPIRED,
    show::{locked, reopen, show, show_published},
    spool,
    store::{self, Advance, Settled},
    tell::{ended, happening, outcome_event, publish_event, stream},
    verdict::{self, Verdict},
    view::Publication,
};
use crate::{
    actor::Actor,
    app::App,
    approvals::permit::PublishPermit,
    audit::{AuditedTx, Event, Happening},
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
    /// When the answer was there, or nobody waited for it any more.
    pub(super) answered_at: Timestamp,
}

impl Sent {
    /// What to remember.
    pub(super) fn of(permit: &PublishPermit, now: Timestamp) -> Self {
        Self {
            attempt_id: permit.attempt_id().clone(),
            request_event_id: permit.request_event_id().clone(),
            n: permit.attempt(),
            answered_at: now,
        }
    }
}

/// The word for what SQL wrote and nobody approved.
const NOT_GENUINE: &str = "not_genuine";

/// How often a settling is tried again while the database is away; the spool, the lease and the reaper take over after
/// that.
const TRIES: u32 = 5;

/// How a send came to be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// By this settler.
    Now,
    /// By this settler, which does not believe the answer: it names the Pin of another publication.
    Doubted,
    /// The reaper was quicker: this is evidence, and told as such.
    Late,
    /// By an earlier try, whose commit had held after all.
    Before,
}

/// Settles a send. What cannot be written down at once, for whatever reason, is kept in the spool until it can, so that
/// the end of this process loses nothing.
pub(super) async fn settle(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    answer: &Result<Answer, Lost>,
    credentials: &(GrantId, i32),
) -> Result<(), Fault> {
    let outcome = classify(answer);
    let kept = spool::Kept::of(claim, sent, answer);
    let mut is_kept = false;
    let mut writing = Box::pin(write_down(app, claim, sent, answer, &outcome, credentials, TRIES));
    let written = tokio::select! {
        biased;
        written = &mut writing => written,
        () = app.clock.sleep(app.timing.publishing.spool_after) => {
            is_kept = spool::keep(app, &kept).await?;
            writing.await
        }
    };
    if !is_kept && written.as_ref().is_err_and(|fault| !matches!(fault, Fault::Crash(_))) {
        spool::keep(app, &kept).await?;
    }
    let written = written?;
    if is_kept {
        spool::forget(app, &kept).await?;
    }
    confirm(app, claim, &outcome, &written).await
}

/// Decides what an answer makes of the publication and commits it, with so many more tries while the database is away.
/// It may be done again and again: what is settled stays as it is.
pub(super) async fn write_down(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    answer: &Result<Answer, Lost>,
    outcome: &Outcome,
    credentials: &(GrantId, i32),
    tries: u32,
) -> Result<Written, Fault> {
    let mut patience = Patience { tries, left: tries };
    let proven = loop {
        match verdict::unless_repeated(app, claim, outcome).await {
            Err(fault) if patience.lasts(app, &fault).await => {}
            proven => break proven?,
        }
    };
    let verdict = loop {
        match verdict::decide(app, claim, sent, &proven, credentials).await {
            Err(fault) if patience.lasts(app, &fault).await => {}
            decided => break decided?,
        }
    };
    loop {
        let written = match write(app, claim, sent, answer, &proven, &verdict).await {
            Ok(true) if proven == *outcome => Ok(Written::Now),
            Ok(true) => Ok(Written::Doubted),
            Ok(false) => after_another(app, claim, sent, &proven).await,
            Err(fault) => Err(fault),
        };
        match written {
            Err(fault) if patience.lasts(app, &fault).await => {}
            written => return written,
        }
    }
}

/// Somebody settled this send before: the reaper, or an earlier try of ours whose end was not known.
async fn after_another(app: &App, claim: &Claim, sent: &Sent, outcome: &Outcome) -> Result<Written, Fault> {
    let attempts = store::attempts(&app.db, &claim.publication.id).await?;
    let settled =
        attempts.into_iter().find(|attempt| attempt.id == sent.attempt_id && attempt.settled_at.is_some());
    if settled.is_some_and(|attempt| attempt.why.as_deref() != Some(LEASE_EXPIRED)) {
        return Ok(Written::Before);
    }
    super::reconcile::late_answer(app, &claim.publication, sent, outcome).await?;
    Ok(Written::Late)
}

/// Tells what is proven of a send that the reaper took for lost: evidence, and no verdict.
pub(super) async fn tell_late(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    outcome: &Outcome,
) -> Result<Written, Fault> {
    let proven = verdict::unless_repeated(app, claim, outcome).await?;
    super::reconcile::late_answer(app, &claim.publication, sent, &proven).await?;
    Ok(Written::Late)
}

/// How many more times something is tried while the database is away.
struct Patience {
    tries: u32,
    left: u32,
}

impl Patience {
    /// Waits, longer each time; says whether it is worth another try.
    async fn lasts(&mut self, app: &App, fault: &Fault) -> bool {
        if !fault.is_outage() || self.left == 0 {
            return false;
        }
        let most = Duration::from_secs(1 << (self.tries - self.left + 1));
        self.left -= 1;
        app.clock.sleep(app.rng.jitter(most)).await;
        true
    }
}

/// Looks once at what was created; the Pin exists whether or not this works.
pub(super) async fn confirm(
    app: &App,
    claim: &Claim,
    outcome: &Outcome,
    written: &Written,
) -> Result<(), Fault> {
    match (written, outcome) {
        (Written::Now, Outcome::Published { pin_id }) => {
            super::reconcile::read_back(app, &claim.publication, pin_id).await
        }
        _ => Ok(()),
    }
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
    locked(&tx, publication).await?;
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
        outcome_event(app, publication, &draft, &sent.request_event_id, answer, pin_id)?,
        publish_event(app, publication, &draft, happening(verdict, sent.n)).outcome(ended(verdict.class)),
    ];
    events.append(&mut after);
    app.hooks.reach(Point::SettleBeforeCommit).await?;
    tx.commit(events).await?;
    app.hooks.reach(Point::SettleAfterCommit).await?;
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

/// Ends a publication whose approval is not genuine: rows that SQL wrote send nothing, and somebody is told.
pub(super) async fn refuse_unproven(
    app: &App,
    publication: &Publication,
    lease: &str,
    why: &'static str,
) -> Result<(), Fault> {
    tracing::error!(publication = %publication.id, why, "a publication is not what was approved; nothing was sent");
    let tx = AuditedTx::begin(app).await?;
    let draft = drafts::store::lock(&tx, &publication.draft_id).await?;
    let step = Advance {
        lease: Some(lease),
        why: Some(NOT_GENUINE),
        ..Advance::new(PublicationState::Claimed, PublicationState::Refused)
    };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Ok(());
    }
    let refused = Happening::PublishRefused { why: NOT_GENUINE };
    let mut events = Vec::new();
    // The cause may be forged too: the event cites nothing.
    let told =
        Event::fresh(app, stream(publication), &Actor::worker(), refused).flow(&publication.id).denied();
    match draft {
        Some(draft) => {
            let (draft, after) = give_back(&tx, app, publication, &draft).await?;
            events.push(told.about_draft(&draft.id, draft.revision));
            events.extend(after);
        }
        None => events.push(told.about("publication", &publication.id)),
    }
    tx.commit(events).await.map(drop)
}

/// Gives an approved draft back to its authors, where it waits for this very publication; any other stays as it is. A
/// draft whose own rows are damaged gets no new revision.
async fn give_back(
    tx: &AuditedTx<'_>,
    app: &App,
    publication: &Publication,
    draft: &Draft,
) -> Result<(Draft, Vec<Event>), Fault> {
    let is_its = draft.publication_id.as_ref() == Some(&publication.id);
    if !is_its || draft.state != DraftState::Approved {
        return Ok((draft.clone(), Vec::new()));
    }
    if drafts::whole(tx, draft).await.is_ok() {
        return reopen(tx, app, publication, DraftState::Draft, NOT_GENUINE).await;
    }
    let change = Change {
        state: Some(DraftState::Draft),
        tab: Some(Tab::Attention),
        attention: Some(Some(NOT_GENUINE.to_owned())),
        ..Change::default()
    };
    Ok((drafts::store::change(tx, draft, change).await?, Vec::new()))
}
