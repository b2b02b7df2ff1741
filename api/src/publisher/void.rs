//! Approvals that do not hold any more: lapsed, or the reviewer or the rule has changed.

use countersign_entities::vocabulary::{DraftState, PublicationState, VoidReason};

use super::{
    show::reopen,
    store::{self, Advance},
    view::Publication,
};
use crate::{actor::Actor, app::App, audit::AuditedTx, drafts, error::Fault};

/// How many are voided in one go.
const BATCH: u64 = 100;

/// Voids what has lapsed while it waited.
pub(super) async fn void_lapsed(app: &App) -> Result<bool, Fault> {
    let lapsed = store::lapsed(&app.db, app.now(), BATCH).await?;
    for publication in &lapsed {
        void_for(app, publication, publication.state, None, VoidReason::Expired).await?;
    }
    Ok(!lapsed.is_empty())
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
    if from == PublicationState::Claimed {
        // Only what is scheduled can be voided; nothing was sent under this lease.
        let step = Advance { lease, ..Advance::new(from, PublicationState::Scheduled) };
        if !store::advance(&tx, &publication.id, step, app.now()).await? {
            return Ok(());
        }
    }
    let draft = drafts::store::lock(&tx, &publication.draft_id).await?;
    let draft = draft.ok_or(Fault::Lost("a publication's draft is gone"))?;
    let mut events = match drafts::void::void(&tx, app, &draft, reason, &Actor::worker()).await {
        Ok(events) => events,
        Err(drafts::void::VoidError::TooLate) => return Ok(()),
        Err(drafts::void::VoidError::Fault(fault)) => return Err(fault),
    };
    let (_, mut after) = reopen(&tx, app, publication, DraftState::InReview, reason.as_str()).await?;
    events.append(&mut after);
    tx.commit(events).await.map(drop)
}
