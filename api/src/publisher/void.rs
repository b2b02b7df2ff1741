//! Approvals that do not hold any more: lapsed, or the reviewer or the rule has changed.

use countersign_entities::vocabulary::{PublicationState, VoidReason};

use super::{
    show::locked,
    store::{self, Advance},
    tell::publish_event,
    turn::Turn,
    view::Publication,
};
use crate::{
    actor::Actor,
    app::App,
    approvals::reopen::void_and_reopen,
    audit::{AuditedTx, Happening},
    drafts::{self, Draft},
    error::Fault,
};

/// How many are voided in one go.
const BATCH: u64 = 100;

/// Voids what has lapsed while it waited.
pub(super) async fn void_lapsed(app: &App) -> Result<bool, Fault> {
    let mut turn = Turn::default();
    for publication in store::lapsed(&app.db, app.now(), BATCH).await? {
        let voided = void_for(app, &publication, publication.state, None, VoidReason::Expired).await;
        turn.take(&publication, voided.map(|()| true));
    }
    turn.end()
}

/// Voids the approval of a publication and gives the draft back to the reviewers, under a new digest.
pub(super) async fn void_for(
    app: &App,
    publication: &Publication,
    from: PublicationState,
    lease: Option<&str>,
    reason: VoidReason,
) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    let draft = locked(&tx, publication).await?;
    if from == PublicationState::Claimed {
        // Only what is scheduled can be voided; nothing was sent under this lease.
        let step = Advance { lease, ..Advance::new(from, PublicationState::Scheduled) };
        if !store::advance(&tx, &publication.id, step, app.now()).await? {
            return Ok(());
        }
    }
    if draft.publication_id.as_ref() != Some(&publication.id) {
        return end_alone(app, tx, publication, &draft, reason).await;
    }
    let events = match void_and_reopen(&tx, app, &draft, reason, &Actor::worker()).await {
        Ok(events) => events,
        Err(drafts::void::VoidError::TooLate) => return Ok(()),
        Err(drafts::void::VoidError::Fault(fault)) => return Err(fault),
    };
    if events.is_empty() {
        // It has ended in between.
        return Ok(());
    }
    tx.commit(events).await.map(drop)
}

/// Ends a publication that is not its draft's latest any more, and leaves the draft alone.
async fn end_alone(
    app: &App,
    tx: AuditedTx<'_>,
    publication: &Publication,
    draft: &Draft,
    reason: VoidReason,
) -> Result<(), Fault> {
    let from = if publication.state == PublicationState::Held {
        publication.state
    } else {
        PublicationState::Scheduled
    };
    let why = reason.as_str();
    let step = Advance { why: Some(why), ..Advance::new(from, PublicationState::Cancelled) };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Ok(());
    }
    let event = publish_event(app, publication, draft, Happening::PublishCancelled { why });
    tx.commit_one(event).await.map(drop)
}
