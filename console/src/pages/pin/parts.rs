//! The parts of a Pin as the views want them: image, preview, time, state.

use countersign_api::app::App;
use countersign_api::drafts::content::Content;
use countersign_api::drafts::{Asset, Draft, DraftState};
use countersign_api::ids::AssetId;
use countersign_api::publisher::Publication;
use countersign_api::vocabulary::Environment;

use super::boards;
use crate::views::badge;
use crate::views::draft::Live;
use crate::views::picture::Picture;
use crate::views::proof::Proof;
use crate::views::queue_row::{Due, Origin};

/// The image as it will be sent. Its address names the bytes, so that no kept picture stands beside another digest.
pub(crate) fn picture(asset: &Asset) -> Picture {
    let side = |pixels: i32| u32::try_from(pixels).unwrap_or(0);
    Picture {
        url: format!("/assets/{}/content?sha256={}", asset.id, asset.sha256),
        width: side(asset.width),
        height: side(asset.height),
    }
}

/// A small image for a row, of which only the id is known.
pub(crate) fn thumbnail(asset: &AssetId) -> Picture {
    Picture { url: format!("/assets/{asset}/thumbnail"), width: 400, height: 600 }
}

/// The preview of a content.
pub(crate) fn proof(app: &App, draft: &Draft, content: &Content, asset: Option<&Asset>) -> Proof {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Proof {
        picture: asset.map(picture),
        title: text(content.title()),
        description: text(content.description()),
        alt_text: text(content.alt_text()),
        link_host: draft.link_host.clone(),
        board: board(app, draft),
    }
}

/// The board in words.
pub(crate) fn board(app: &App, draft: &Draft) -> Option<String> {
    let (board, section) = (draft.board_id.as_deref(), draft.board_section_id.as_deref());
    boards::words(app, &draft.connection_id, board, section)
}

/// When it is due. `zone` is that of this installation, for a time that nobody wished.
pub(crate) fn due(draft: &Draft, publication: Option<&Publication>, zone: &str) -> Due {
    let published = publication.and_then(|publication| publication.published_at);
    match (published, draft.due_at, &draft.publish_zone) {
        (Some(at), ..) if draft.state == DraftState::Published => Due::Published(at.micros()),
        (_, Some(at), Some(zone)) => Due::NotBefore { at: at.micros(), zone: zone.clone() },
        (_, Some(at), None) if draft.state == DraftState::Approved => {
            Due::NotBefore { at: at.micros(), zone: zone.to_owned() }
        }
        _ => Due::OnceApproved,
    }
}

/// Through what a draft came.
pub(crate) fn origin(draft: &Draft) -> Origin {
    match draft.origin.as_str() {
        "api" => Origin::Api,
        _ => Origin::Page,
    }
}

/// The publication that says where the draft stands: one that ended long ago says nothing any more.
pub(crate) fn telling<'a>(draft: &Draft, publication: Option<&'a Publication>) -> Option<&'a Publication> {
    let is_with_it = matches!(draft.state, DraftState::Approved | DraftState::Published);
    publication.filter(|_| is_with_it || draft.attention.is_some())
}

/// A draft's state, as the views know it.
pub(crate) fn state(draft: &Draft) -> badge::DraftState {
    badge::DraftState::parse(draft.state.as_str()).unwrap_or(badge::DraftState::Draft)
}

/// A publication's state, as the views know it.
pub(crate) fn publication_state(publication: &Publication) -> Option<badge::PublicationState> {
    badge::PublicationState::parse(publication.state.as_str())
}

/// The chip of a draft.
pub(crate) fn chip(draft: &Draft, publication: Option<&Publication>) -> badge::Badge {
    if draft.state == DraftState::Published && publication.is_some_and(|found| found.taken_down.is_some()) {
        return badge::TAKEN_DOWN;
    }
    let telling = telling(draft, publication).and_then(publication_state);
    badge::of_pin(state(draft), telling, draft.attention.is_some())
}

/// The chip that keeps itself up to date where something moves.
pub(crate) fn live(draft: &Draft, publication: Option<&Publication>, poll: String) -> Live {
    let current = telling(draft, publication);
    let moves = current.and_then(publication_state).is_some_and(badge::PublicationState::is_moving);
    let word = current.map_or("none", |publication| publication.state.as_str());
    Live {
        badge: chip(draft, publication),
        why: current.and_then(super::reasons::short),
        state: format!("{}/{word}/{}", draft.state, draft.version),
        poll: (draft.state == DraftState::Approved && moves).then_some(poll),
    }
}

/// The page of a Pin: at Pinterest, or in the simulator. The sandbox shows nobody its Pins.
pub(crate) fn pin_url(app: &App, environment: Environment, pin_id: &str) -> Option<String> {
    match environment {
        Environment::Production => Some(format!("https://www.pinterest.com/pin/{pin_id}/")),
        Environment::Sandbox => None,
        Environment::Rehearsal => {
            let root = app.endpoints.root(environment)?;
            Some(root.join(&format!("/pin/{pin_id}/")).ok()?.to_string())
        }
    }
}
