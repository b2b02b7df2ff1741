//! A person's choice about a publication whose outcome could not be proven.

use countersign_entities::{
    ids::PublicationId,
    vocabulary::{DraftState, PublicationState},
};

use super::{
    Error,
    reconcile::Wanted,
    show::{locked, reopen, show_published},
    store::{self, Advance},
    tell::publish_event_by,
    view::Publication,
};
use crate::{
    app::App,
    audit::{AuditedTx, Happening, Value, header::object},
    connections,
    drafts::{CommentBody, secrets::refuse_live},
    error::{Fault, FieldError},
    hooks::Point,
    operators::Reviewer,
    pinterest::pins,
};

/// What the person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// That Pin is ours; nothing is sent.
    Published {
        /// Its id at Pinterest.
        pin_id: String,
    },
    /// Given up; the draft waits for review again under a new digest, so that it can be approved once more.
    Abandon,
}

/// Ends a publication that needs a decision.
///
/// # Errors
/// [`Error::NothingToDecide`] where it does not, or somebody was quicker; [`Error::Invalid`] where the Pin is not to
/// be found on that board.
pub async fn resolve(
    app: &App,
    reviewer: &Reviewer,
    id: &PublicationId,
    resolution: Resolution,
    reason: &CommentBody,
) -> Result<(), Error> {
    refuse_live(app, CommentBody::FIELD, reason.as_str()).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let publication = store::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    if publication.state != PublicationState::NeedsDecision {
        return Err(Error::NothingToDecide);
    }
    match &resolution {
        Resolution::Published { pin_id } => adopt(app, reviewer, &publication, pin_id, reason).await,
        Resolution::Abandon => abandon(app, reviewer, &publication, reason).await,
    }
}

async fn adopt(
    app: &App,
    reviewer: &Reviewer,
    publication: &Publication,
    pin_id: &str,
    reason: &CommentBody,
) -> Result<(), Error> {
    check_pin(app, publication, pin_id).await?;
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let taken = store::known_pins(&tx, publication.environment, &[pin_id.to_owned()]).await?;
    if !taken.is_empty() {
        return Err(Error::PinTaken);
    }
    let step = Advance {
        why: Some("adopted"),
        pin_id: Some(pin_id),
        ..Advance::new(PublicationState::NeedsDecision, PublicationState::Published)
    };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Err(Error::NothingToDecide);
    }
    let draft = show_published(&tx, publication).await?;
    let resolved = Happening::PublishResolved { to: "published" };
    let event = publish_event_by(app, reviewer.actor(), publication, &draft, resolved);
    let event = event.content(note(reason)?).remote(value([("pin_id", pin_id.into())])?);
    app.hooks.reach(Point::ResolveBeforeCommit).await.map_err(Fault::from)?;
    tx.commit_one(event).await?;
    app.hooks.reach(Point::ResolveAfterCommit).await.map_err(Fault::from)?;
    Ok(())
}

/// A Pin that a look found may be adopted at once. Another one must be on that board and pass for ours as it would have
/// in a look: what is adopted can be taken down, and nobody may delete by that what somebody else published.
async fn check_pin(app: &App, publication: &Publication, pin_id: &str) -> Result<(), Error> {
    let is_number =
        !pin_id.is_empty() && pin_id.len() <= 32 && pin_id.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        let message = "A Pin's id is a number, such as the one at the end of its address at Pinterest.";
        return Err(Error::Invalid(vec![FieldError::new("pin_id", "not_a_number", message)]));
    }
    if publication.candidates.iter().any(|candidate| candidate == pin_id) {
        return Ok(());
    }
    let wanted = wanted(app, publication).await?;
    let usable = match connections::readable(app, &publication.connection_id).await {
        Ok(usable) => usable,
        Err(connections::Unusable::Fault(fault)) => return Err(fault.into()),
        Err(_) => return Err(unseen("The account is not connected, so the Pin cannot be looked up.")),
    };
    match pins::get(app, &usable, pin_id, &publication.id).await {
        Ok(Some(pin)) if pin.board_id.as_deref() == Some(publication.board_id.as_str()) => {
            if wanted.may_be(&pin) { Ok(()) } else { Err(not_ours()) }
        }
        Ok(_) => Err(unseen("There is no such Pin on the board that this one was for.")),
        Err(pins::ReadError::Upstream(_)) => Err(unseen("Pinterest did not show that Pin. Try again later.")),
        Err(pins::ReadError::Fault(fault)) => Err(fault.into()),
    }
}

async fn wanted(app: &App, publication: &Publication) -> Result<Wanted, Error> {
    let attempts = store::attempts(&app.db, &publication.id).await?;
    let Some(attempt) = attempts.last() else { return Err(not_ours()) };
    match Wanted::of(app, publication, attempt).await {
        Err(Fault::Lost(_)) => {
            Err(unseen("What was approved is damaged, so no Pin can be compared with it."))
        }
        wanted => Ok(wanted?),
    }
}

fn not_ours() -> Error {
    let message = "That Pin says something else than what was approved, or was not made when it was sent.";
    Error::Invalid(vec![FieldError::new("pin_id", "not_ours", message)])
}

fn unseen(message: &str) -> Error {
    Error::Invalid(vec![FieldError::new("pin_id", "not_seen", message)])
}

async fn abandon(
    app: &App,
    reviewer: &Reviewer,
    publication: &Publication,
    reason: &CommentBody,
) -> Result<(), Error> {
    let tx = AuditedTx::begin(app).await?;
    locked(&tx, publication).await?;
    let step = Advance {
        why: Some("given_up"),
        ..Advance::new(PublicationState::NeedsDecision, PublicationState::Abandoned)
    };
    if !store::advance(&tx, &publication.id, step, app.now()).await? {
        return Err(Error::NothingToDecide);
    }
    let (draft, mut after) = reopen(&tx, app, publication, DraftState::InReview, "abandoned").await?;
    let resolved = Happening::PublishResolved { to: "abandoned" };
    let event = publish_event_by(app, reviewer.actor(), publication, &draft, resolved).content(note(reason)?);
    let mut events = vec![event];
    events.append(&mut after);
    app.hooks.reach(Point::ResolveBeforeCommit).await.map_err(Fault::from)?;
    tx.commit(events).await?;
    app.hooks.reach(Point::ResolveAfterCommit).await.map_err(Fault::from)?;
    Ok(())
}

fn note(reason: &CommentBody) -> Result<Value, Fault> {
    value([("note", reason.as_str().into())])
}

fn value<const N: usize>(members: [(&'static str, Value); N]) -> Result<Value, Fault> {
    object(members).map_err(|error| Fault::Event(error.to_string()))
}
