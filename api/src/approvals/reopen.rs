//! Giving a draft back to people when its approval ended without a Pin.

use countersign_entities::vocabulary::{DraftState, Tab, VoidReason};

use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event},
    drafts::{self, Draft, store::Change, void::VoidError},
    error::Fault,
};

/// A new revision by the system, so that no page loaded before can approve it; the draft waits in `state`, and shows
/// why it needs attention. Returns the events that tell of it.
pub(crate) async fn reopen(
    tx: &AuditedTx<'_>,
    app: &App,
    before: &Draft,
    state: DraftState,
    attention: &str,
) -> Result<Vec<Event>, Fault> {
    let (draft, revision) = drafts::renew(tx, app, before).await?;
    let change = Change {
        state: Some(state),
        tab: Some(Tab::Attention),
        attention: Some(Some(attention.to_owned())),
        submitted: (state == DraftState::Draft).then_some(None),
        ..Change::default()
    };
    let draft = drafts::store::change(tx, &draft, change).await?;
    Ok(vec![drafts::events::edited(app, &Actor::worker(), &draft, &revision)?])
}

/// Voids a draft's approval for a cause that is not the author's, and gives the draft back to the reviewers. Returns
/// the events that tell of it: none where there was nothing to void.
///
/// # Errors
/// [`VoidError::TooLate`] once a worker has its publication.
pub(crate) async fn void_and_reopen(
    tx: &AuditedTx<'_>,
    app: &App,
    draft: &Draft,
    reason: VoidReason,
    actor: &Actor,
) -> Result<Vec<Event>, VoidError> {
    let mut events = drafts::void::void(tx, app, draft, reason, actor).await?;
    if !events.is_empty() {
        events.extend(reopen(tx, app, draft, DraftState::InReview, reason.as_str()).await?);
    }
    Ok(events)
}
