//! What an approval leads to, said right after it, with the way back.

use std::time::Duration;

use countersign_api::drafts;
use countersign_api::ids::DraftId;
use countersign_api::publisher::view;
use countersign_api::vocabulary::PublicationState;

use crate::pages::pin::parts;
use crate::views::frame::{Frame, Toast, Undo};
use crate::web::{Message, Refused, Visit};

/// The least time for which the way back is offered here; the draft's page offers it for longer.
const OFFERED: Duration = Duration::from_secs(10);

/// The message after an approval; none if the last action was another one, or its draft is no longer to be found.
pub(super) async fn approved(visit: &Visit, frame: &Frame) -> Result<Option<Toast>, Refused> {
    let flash = visit.flash.as_ref().filter(|flash| flash.message == Message::Approved);
    let id: Option<DraftId> = flash.and_then(|flash| flash.subject.as_deref()?.parse().ok());
    let Some(id) = id else { return Ok(None) };
    let Some(draft) = drafts::find(&visit.app.db, &id).await? else { return Ok(None) };
    let Some(publication) = &draft.publication_id else { return Ok(None) };
    let (publication, _) = view::find(&visit.app, &visit.reader()?, publication).await?;
    let left = publication.due_at.since(visit.app.now());
    let board = parts::board(&visit.app, &draft).unwrap_or_else(|| "its board".to_owned());
    let when = match &draft.publish_zone {
        Some(zone) => format!("on {}", frame.times.within(zone).full(publication.due_at.micros())),
        None if left.is_zero() => "now".to_owned(),
        None => format!("in {} s", left.as_secs().max(1)),
    };
    let is_open = publication.state == PublicationState::Scheduled && !left.is_zero();
    let seconds = left.min(visit.app.timing.publishing.undo.max(OFFERED)).as_secs();
    let is_paused = frame.paused.is_some();
    let is_sent_then = !is_paused && seconds == left.as_secs();
    let after = is_sent_then.then(|| "Countersigned. Sent, or being sent.".to_owned());
    Ok(Some(Toast {
        words: if is_paused {
            format!("Countersigned for {board}. It is held while publishing is paused.")
        } else {
            format!("Countersigned. Will publish to {board} {when}.")
        },
        about: Some(format!("/drafts/{id}")),
        undo: is_open.then(|| Undo { action: format!("/drafts/{id}/undo"), seconds, after }),
    }))
}
