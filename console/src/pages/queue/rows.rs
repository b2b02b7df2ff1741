//! Drafts as rows.

use countersign_api::app::App;
use countersign_api::drafts::{Draft, DraftState};

use super::Known;
use crate::pages::pin::{parts, reasons, signatures};
use crate::views::environment::Environment;
use crate::views::frame::Frame;
use crate::views::queue_row::Row;

/// The gravest environment of a page: that of this installation, or of a row that is older than its settings.
pub(super) fn gravest(known: &Known, installed: Environment) -> Environment {
    known.drafts.iter().filter_map(environment).fold(installed, Environment::max)
}

fn environment(draft: &Draft) -> Option<Environment> {
    Environment::parse(draft.environment.as_str())
}

/// The rows of a page. Each names its environment where they are not all that of the frame.
pub(super) fn rows(app: &App, known: &Known, frame: &Frame) -> Vec<Row> {
    let is_mixed = known.drafts.iter().any(|draft| environment(draft) != Some(frame.environment));
    known.drafts.iter().map(|draft| row(app, known, draft, frame.times.zone(), is_mixed)).collect()
}

fn row(app: &App, known: &Known, draft: &Draft, zone: &str, is_mixed: bool) -> Row {
    let publication =
        known.publications.iter().find(|found| Some(&found.id) == draft.publication_id.as_ref());
    let name = |id: &_| known.people.name(id).to_owned();
    Row {
        url: format!("/drafts/{}", draft.id),
        title: draft.title.clone().unwrap_or_default(),
        picture: draft.asset_id.as_ref().map(parts::thumbnail),
        board: parts::board(app, draft),
        link_host: draft.link_host.clone(),
        author: name(&draft.author_id),
        updated_at: draft.updated_at.micros(),
        origin: parts::origin(draft),
        due: parts::due(draft, publication, zone),
        signatures: signatures::lines(
            draft,
            known.approvals.get(&draft.id),
            known.signed_by_token.contains(&draft.id),
            name,
        ),
        badge: parts::chip(draft, publication),
        why: why(draft, publication),
        environment: environment(draft).filter(|_| is_mixed),
    }
}

fn why(draft: &Draft, publication: Option<&countersign_api::publisher::Publication>) -> Option<String> {
    match draft.state {
        DraftState::Draft | DraftState::InReview | DraftState::Approved => {
            parts::telling(draft, publication).and_then(reasons::short)
        }
        _ => None,
    }
}
