//! Giving a draft up, or its approval.

use countersign_entities::{
    ids::DraftId,
    vocabulary::{DraftState, Tab, VoidReason},
};

use super::{
    draft::Draft,
    error::Error,
    events,
    fields::Patch,
    renew::renew,
    store::{self, Change},
    void::void,
    working_copy::WorkingOn,
    write::open,
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Happening},
    operators::role::Author,
};

/// Gives a draft up for good; an approval is void.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Ended`]; [`Error::TooLate`] while it is sent.
pub async fn discard(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: Option<i64>,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let draft = open(&tx, id, if_version, &Patch::default()).await?;
    let mut told = void(&tx, app, &draft, VoidReason::Cancelled, author.actor()).await?;
    let change = Change {
        state: Some(DraftState::Discarded),
        tab: Some(Tab::Discarded),
        attention: Some(None),
        ..Change::default()
    };
    let after = store::change(&tx, &draft, change).await?;
    store::working_copy::delete(&tx, &WorkingOn::Draft(id.clone()), None).await?;
    let (revision, digest) = (after.revision, after.digest.clone());
    let discarded = Happening::DraftDiscarded { revision, digest, fields: Vec::new() };
    told.push(events::about(app, author.actor(), &after, discarded));
    tx.commit(told).await?;
    Ok(after)
}

/// Takes an approved draft off the schedule: the approval is void, and the draft is in `draft` under a new digest.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Ended`]; [`Error::NothingToCancel`] where nothing was scheduled,
/// [`Error::TooLate`] while it is sent.
pub async fn cancel(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: Option<i64>,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let draft = open(&tx, id, if_version, &Patch::default()).await?;
    let mut told = void(&tx, app, &draft, VoidReason::Cancelled, author.actor()).await?;
    if told.is_empty() {
        return Err(Error::NothingToCancel);
    }
    let (renewed, revision) = renew(&tx, app, &draft).await?;
    told.push(events::edited(app, &Actor::system(author.actor().via), &renewed, &revision)?);
    let change = Change {
        state: Some(DraftState::Draft),
        tab: Some(Tab::Drafts),
        attention: Some(None),
        submitted: Some(None),
        ..Change::default()
    };
    let after = store::change(&tx, &renewed, change).await?;
    tx.commit(told).await?;
    Ok(after)
}
