//! `/drafts/new` and `/drafts/{id}/edit`: writing a Pin. The view says what each button of its one form does.

use countersign_api::approvals;
use countersign_api::drafts::working_copy::{self, WorkingOn};
use countersign_api::drafts::{self, Draft, DraftState};
use countersign_api::error::Refusal;
use countersign_api::ids::DraftId;
use countersign_api::operators::Author;
use poem::http::StatusCode;
use poem::web::{Path, Query};
use poem::{IntoResponse as _, handler};
use serde::Deserialize;

use super::drafts::beside;
use super::pin::story::Story;
use crate::web::{Answer, Form, Message, Refused, Visit, id, see, see_with};
use desk::{Basis, Desk};
use typed::Typed;

mod boards;
mod desk;
mod errors;
mod keep;
mod model;
mod typed;

/// The query of `/drafts/new`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    connection: String,
}

/// `GET /drafts/new`
#[handler]
pub(super) async fn new(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let author = visit.author()?;
    let zone = visit.app.config.review.time_zone_name.clone();
    let typed = Typed { connection_id: asked.connection, publish_zone: zone, ..Typed::default() };
    open(&visit, &author, Desk::new(Basis::New, typed), &WorkingOn::New).await
}

/// `GET /drafts/{id}/edit`
#[handler]
pub(super) async fn edit(visit: Visit, Path(draft): Path<String>) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    let story = Story::read(&visit.app, &visit.reader()?, &id).await?;
    if matches!(story.draft.state, DraftState::Published | DraftState::Discarded) {
        return Ok(see(&story.url()));
    }
    let typed = Typed::of_revision(&story.revision, &visit.app.config.review.time_zone_name);
    open(&visit, &author, Desk::new(Basis::Draft(Box::new(story)), typed), &WorkingOn::Draft(id)).await
}

/// The form, with what this person had typed and not saved.
async fn open(visit: &Visit, author: &Author, mut desk: Desk, on: &WorkingOn) -> Answer {
    let copy = working_copy::load(&visit.app, author, on).await?;
    let kept = copy.and_then(|copy| Some((Typed::from_json(&copy.fields)?, copy.updated_at)));
    if let Some((typed, at)) = kept {
        desk.restore(typed, at, visit);
    }
    desk.show(visit, 200).await
}

/// `POST /drafts`
#[handler]
pub(super) async fn create(visit: Visit, form: Form) -> Answer {
    let author = visit.author()?;
    answer(&visit, &author, Desk::new(Basis::New, Typed::of_form(&form)), &form).await
}

/// `POST /drafts/{id}`
#[handler]
pub(super) async fn save(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    let story = Story::read(&visit.app, &visit.reader()?, &id).await?;
    answer(&visit, &author, Desk::new(Basis::Draft(Box::new(story)), Typed::of_form(&form)), &form).await
}

/// `POST /drafts/{id}/autosave`, also for a draft that is not saved yet: `/drafts/new/autosave`
#[handler]
pub(super) async fn autosave(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let author = visit.author()?;
    let on = match draft.as_str() {
        "new" => WorkingOn::New,
        draft => WorkingOn::Draft(id(draft)?),
    };
    working_copy::autosave(&visit.app, &author, &on, &Typed::of_form(&form).to_json()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a working copy holds of the words that people type, each with its label.
pub(super) fn words_of(copy: &str) -> Vec<(String, String)> {
    Typed::from_json(copy).map(|typed| typed.labelled()).unwrap_or_default()
}

/// Does what the pressed button says. A chosen image is stored first, whatever it says.
async fn answer(visit: &Visit, author: &Author, mut desk: Desk, form: &Form) -> Answer {
    let then = form.text("then");
    if then == "anew" {
        working_copy::forget(&visit.app, author, &WorkingOn::New).await?;
        return Ok(see("/drafts/new"));
    }
    desk.refuse_secrets(visit);
    desk.keep_image(visit, author, form).await?;
    if !desk.errors.is_empty() {
        return desk.show(visit, 422).await;
    }
    if let Some(asked) = then.strip_prefix("sections:") {
        let (board, bookmark) = asked.split_once(':').unwrap_or((asked, ""));
        desk.sections_of = Some(board.to_owned());
        desk.bookmark = Some(bookmark.to_owned()).filter(|bookmark| !bookmark.is_empty());
    } else if let Some(bookmark) = then.strip_prefix("boards:") {
        desk.bookmark = Some(bookmark.to_owned()).filter(|bookmark| !bookmark.is_empty());
    } else if then == "board" {
        let status = desk.create_board(visit, author).await?;
        return desk.show(visit, status).await;
    } else if then != "account" {
        return keep_draft(visit, author, desk, then == "submit").await;
    }
    desk.show(visit, 200).await
}

/// Saves, and signs where that was asked for.
async fn keep_draft(visit: &Visit, author: &Author, mut desk: Desk, signs: bool) -> Answer {
    if signs && desk.is_empty() {
        desk.errors = errors::nothing_yet();
        return desk.show(visit, 422).await;
    }
    let before = desk.revision();
    let draft = match desk.store(visit, author).await? {
        Ok(draft) => draft,
        Err(status) => return desk.show(visit, status).await,
    };
    if signs {
        return sign(visit, author, desk, draft).await;
    }
    let message = if before == Some(draft.revision) { Message::Unchanged } else { Message::Saved };
    Ok(see_with(visit, &format!("/drafts/{}", draft.id), message))
}

async fn sign(visit: &Visit, author: &Author, desk: Desk, draft: Draft) -> Answer {
    match approvals::submit(&visit.app, author, &draft.id, Some(draft.version)).await {
        Ok(draft) => Ok(see_with(visit, &format!("/drafts/{}", draft.id), Message::Submitted)),
        Err(error) if error.fields().is_empty() => Err(beside(&draft.id, error)),
        Err(error) => {
            let story = Story::read(&visit.app, &visit.reader()?, &draft.id).await?;
            let mut desk = Desk { basis: Basis::Draft(Box::new(story)), ..desk };
            desk.errors = errors::of_fields(error.fields());
            desk.saved = Some("Saved as a draft. It is not signed yet.".to_owned());
            desk.show(visit, 422).await
        }
    }
}

/// The form with a time that cannot be used, from another page's form.
pub(super) async fn time_refused(
    visit: &Visit,
    id: &DraftId,
    form: &Form,
    error: drafts::Error,
) -> Result<poem::Response, Refused> {
    let story = Story::read(&visit.app, &visit.reader()?, id).await?;
    let mut typed = Typed::of_revision(&story.revision, &visit.app.config.review.time_zone_name);
    form.text("publish_local").clone_into(&mut typed.publish_local);
    form.text("publish_zone").clone_into(&mut typed.publish_zone);
    let mut desk = Desk::new(Basis::Draft(Box::new(story)), typed);
    desk.errors = errors::of_fields(error.fields());
    desk.show(visit, 422).await
}
