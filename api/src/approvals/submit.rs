//! Into review, and back out of it.

use countersign_entities::{
    ids::DraftId,
    vocabulary::{ConnectionState, DraftState, Tab},
};

use super::{Error, store, told::Told};
use crate::{
    app::App,
    audit::{AuditedTx, Event, Happening, Stream},
    drafts::{self, Draft, Revision, store::Change},
    error::Fault,
    operators::{Author, Principal},
};

/// Asks for a second signature on the current revision. `if_version` is what the author saw, where the door knows.
///
/// # Errors
/// [`Error::Invalid`] names what is missing; [`Error::Connection`] where the account cannot publish.
pub async fn submit(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: Option<i64>,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let (draft, revision) = current(&tx, id).await?;
    seen(&draft, if_version)?;
    let may = matches!(draft.state, DraftState::Draft | DraftState::ChangesRequested);
    allow(may, &draft, "asking for approval")?;
    let missing = revision.content.missing_for_submit();
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    match store::connection_state(&tx, &draft.connection_id).await? {
        Some(ConnectionState::Active) => {}
        Some(state) => return Err(Error::Connection(state.as_str())),
        None => return Err(Error::Connection("gone")),
    }
    let change = Change {
        state: Some(DraftState::InReview),
        tab: Some(Tab::Review),
        attention: Some(None),
        submitted: Some(Some((author.id().clone(), app.now()))),
        ..Change::default()
    };
    let changed = drafts::store::change(&tx, &draft, change).await?;
    let step = |digest, rule, own_draft| Happening::Submitted { digest, rule, own_draft };
    let event = review_event(&tx, app, author, &draft, step).await?;
    tx.commit_one(event).await?;
    Ok(changed)
}

/// Takes a draft back out of review.
///
/// # Errors
/// [`Error::State`] where it is not in review.
pub async fn withdraw(
    app: &App,
    author: &Author,
    id: &DraftId,
    if_version: Option<i64>,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    let (draft, _) = current(&tx, id).await?;
    seen(&draft, if_version)?;
    allow(draft.state == DraftState::InReview, &draft, "withdrawing")?;
    let change = Change {
        state: Some(DraftState::Draft),
        tab: Some(Tab::Drafts),
        attention: Some(None),
        submitted: Some(None),
        ..Change::default()
    };
    let changed = drafts::store::change(&tx, &draft, change).await?;
    let step = |digest, rule, own_draft| Happening::Withdrawn { digest, rule, own_draft };
    let event = review_event(&tx, app, author, &draft, step).await?;
    tx.commit_one(event).await?;
    Ok(changed)
}

/// An event about the draft's current revision, with the rule in force and whether it is the person's own draft.
pub(super) async fn review_event(
    tx: &AuditedTx<'_>,
    app: &App,
    principal: &Principal,
    draft: &Draft,
    happening: impl FnOnce(String, &'static str, bool) -> Happening,
) -> Result<Event, Fault> {
    let is_own = Told::of(tx, &draft.id).await?.authors().contains(principal.id());
    let happening = happening(draft.digest.clone(), app.config.review.rule.as_str(), is_own);
    Ok(about(Event::fresh(app, stream(draft), principal.actor(), happening), draft))
}

/// The stream of a draft's account.
pub(super) fn stream(draft: &Draft) -> Stream {
    Stream::Connection(draft.connection_id.to_string())
}

/// Says that an event is about the draft's current revision.
pub(super) fn about(event: Event, draft: &Draft) -> Event {
    event.about_draft(&draft.id, draft.revision)
}

/// The draft and its current revision, which say the same.
pub(super) async fn current(tx: &AuditedTx<'_>, id: &DraftId) -> Result<(Draft, Revision), Error> {
    let draft = drafts::store::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let revision = drafts::whole(tx, &draft).await?;
    Ok((draft, revision))
}

/// Refuses what was decided on a page that is out of date.
pub(super) fn seen(draft: &Draft, if_version: Option<i64>) -> Result<(), Error> {
    match if_version {
        Some(version) if version != draft.version => Err(Error::Stale(Box::new(draft.clone()))),
        _ => Ok(()),
    }
}

pub(super) fn allow(may: bool, draft: &Draft, step: &'static str) -> Result<(), Error> {
    if may { Ok(()) } else { Err(Error::State { state: words(draft.state), step }) }
}

fn words(state: DraftState) -> &'static str {
    match state {
        DraftState::Draft => "a draft",
        DraftState::InReview => "waiting for review",
        DraftState::ChangesRequested => "waiting for changes",
        DraftState::Rejected => "rejected",
        DraftState::Approved => "countersigned",
        DraftState::Published => "published",
        DraftState::Discarded => "discarded",
    }
}
