//! The events that tell of drafts.

use super::draft::{Draft, Revision};
use crate::{
    actor::Actor,
    app::App,
    audit::{Event, Happening, Stream},
    error::Fault,
};

/// An event about a draft's current revision, in its account's stream.
pub(crate) fn about(app: &App, actor: &Actor, draft: &Draft, happening: Happening) -> Event {
    Event::fresh(app, Stream::Connection(draft.connection_id.to_string()), actor, happening)
        .about_draft(&draft.id, draft.revision)
}

/// `review.draft.created`, with the content sealed.
pub(super) fn created(app: &App, actor: &Actor, draft: &Draft, revision: &Revision) -> Result<Event, Fault> {
    let (n, digest, fields) = told(revision);
    sealed(about(app, actor, draft, Happening::DraftCreated { revision: n, digest, fields }), revision)
}

/// `review.draft.edited`, with the content sealed; `draft` is the draft at this revision.
pub(crate) fn edited(app: &App, actor: &Actor, draft: &Draft, revision: &Revision) -> Result<Event, Fault> {
    let (n, digest, fields) = told(revision);
    sealed(about(app, actor, draft, Happening::DraftEdited { revision: n, digest, fields }), revision)
}

fn told(revision: &Revision) -> (i32, String, Vec<String>) {
    (revision.revision, revision.digest.clone(), revision.fields.clone())
}

fn sealed(event: Event, revision: &Revision) -> Result<Event, Fault> {
    let content = revision.sealed().map_err(|error| Fault::Event(error.to_string()))?;
    Ok(event.content(content))
}
