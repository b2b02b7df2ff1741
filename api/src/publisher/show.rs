//! What the queue shows of a publication: the draft follows it in the same transaction.

use countersign_entities::{
    Timestamp,
    vocabulary::{DraftState, HoldReason, PublicationState, Tab},
};

use super::view::Publication;
use crate::{
    app::App,
    approvals,
    audit::{AuditedTx, Event},
    drafts::{self, Draft, store::Change},
    error::Fault,
};

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
    let events = approvals::reopen::reopen(tx, app, &before, state, attention).await?;
    Ok((before, events))
}

pub(super) async fn locked(tx: &AuditedTx<'_>, publication: &Publication) -> Result<Draft, Fault> {
    let draft = drafts::store::lock(tx, &publication.draft_id).await?;
    draft.ok_or(Fault::Lost("a publication's draft is gone"))
}
