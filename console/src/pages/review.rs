//! `/review`: the desk on which Pins are countersigned.

use countersign_api::approvals::{self, Decision};
use countersign_api::drafts::{CommentBody, DraftState};
use countersign_api::error::Refusal;
use countersign_api::ids::DraftId;
use poem::handler;
use poem::web::{Path, Query};
use serde::Deserialize;

use super::drafts::beside;
use super::pin::story::Story;
use crate::views::review::{self as view, Unfinished};
use crate::web::{Answer, Flash, Form, Message, Refused, Visit, id, page, page_as, see, see_about, see_with};

mod conflict;
mod current;
mod list;
mod toast;

/// The query of `/review`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    draft: String,
    preview: String,
}

/// `GET /review`
#[handler]
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let reader = visit.reader()?;
    let waiting = list::Waiting::read(&visit, &reader).await?;
    let wanted = if asked.draft.is_empty() { waiting.first() } else { Some(id(&asked.draft)?) };
    let story = match wanted {
        Some(id) => Some(Story::read(&visit.app, &reader, &id).await?),
        None => None,
    };
    if let Some(story) = story.as_ref().filter(|story| story.draft.state != DraftState::InReview) {
        return Ok(see(&story.url()));
    }
    Ok(page(desk(&visit, &waiting, story, &asked.preview, None).await?))
}

/// The desk, also as the answer to a verdict that has to be completed.
async fn desk(
    visit: &Visit,
    waiting: &list::Waiting,
    story: Option<Story>,
    preview: &str,
    unfinished: Option<Unfinished>,
) -> Result<maud::Markup, Refused> {
    let mut frame = match &story {
        Some(story) => visit.frame_in(story.draft.environment.as_str()).await?,
        None => visit.frame().await?,
    };
    if let Some(story) = &story {
        frame.here = format!("/review?draft={}", story.draft.id);
    }
    if let Some(toast) = toast::approved(visit, &frame).await? {
        frame.toast = Some(toast);
    }
    let is_after_verdict = visit.flash.as_ref().is_some_and(|flash| is_verdict(flash.message));
    let open = story.as_ref().map(|story| story.draft.id.clone());
    let current = match story {
        Some(story) => Some(current::current(visit, &frame, &story, preview, unfinished).await?),
        None => None,
    };
    let model = waiting.model(&visit.app, open.as_ref(), current, is_after_verdict, &frame);
    Ok(view::page(&frame, &model))
}

fn is_verdict(message: Message) -> bool {
    matches!(message, Message::Approved | Message::ChangesRequested | Message::Rejected)
}

/// `POST /drafts/{id}/approve`
#[handler]
pub(super) async fn approve(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (reviewer, id) = (visit.reviewer()?, id::<DraftId>(&draft)?);
    let note = match form.given("note").map(CommentBody::parse).transpose() {
        Ok(note) => note,
        Err(error) => return unfinished(&visit, &id, "approve", &form, &error.message).await,
    };
    let next = list::after(&visit, &id).await?;
    let decision = Decision { digest: form.text("digest").to_owned(), note, if_version: None };
    match approvals::approve(&visit.app, &reviewer, &id, decision).await {
        Ok(_) => Ok(see_about(&visit, &next, &Flash::about(Message::Approved, id.as_str()))),
        Err(error) => refused(&visit, &id, "approve", &form, error).await,
    }
}

/// `POST /drafts/{id}/request-changes`
#[handler]
pub(super) async fn request_changes(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (reviewer, id) = (visit.reviewer()?, id::<DraftId>(&draft)?);
    let (note, seen) = match note(&visit, &id, "request-changes", &form).await? {
        Ok(noted) => noted,
        Err(answer) => return Ok(answer),
    };
    let next = list::after(&visit, &id).await?;
    match approvals::request_changes(&visit.app, &reviewer, &id, seen, &note).await {
        Ok(_) => Ok(see_with(&visit, &next, Message::ChangesRequested)),
        Err(error) => refused(&visit, &id, "request-changes", &form, error).await,
    }
}

/// `POST /drafts/{id}/reject`
#[handler]
pub(super) async fn reject(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (reviewer, id) = (visit.reviewer()?, id::<DraftId>(&draft)?);
    let (note, seen) = match note(&visit, &id, "reject", &form).await? {
        Ok(noted) => noted,
        Err(answer) => return Ok(answer),
    };
    let next = list::after(&visit, &id).await?;
    match approvals::reject(&visit.app, &reviewer, &id, seen, &note).await {
        Ok(_) => Ok(see_with(&visit, &next, Message::Rejected)),
        Err(error) => refused(&visit, &id, "reject", &form, error).await,
    }
}

/// `POST /drafts/{id}/undo`
#[handler]
pub(super) async fn undo(visit: Visit, Path(draft): Path<String>, _form: Form) -> Answer {
    let (reviewer, id) = (visit.reviewer()?, id::<DraftId>(&draft)?);
    match approvals::undo(&visit.app, &reviewer, &id, None).await {
        Ok(_) => Ok(see_with(&visit, &format!("/review?draft={id}"), Message::Undone)),
        Err(error) => Err(beside(&id, error)),
    }
}

/// The note of a verdict that needs one, and the version with the content that the reviewer saw; else the answer that
/// says why not.
async fn note(
    visit: &Visit,
    id: &DraftId,
    verb: &str,
    form: &Form,
) -> Result<Result<(CommentBody, Option<i64>), poem::Response>, Refused> {
    let story = Story::read(&visit.app, &visit.reader()?, id).await?;
    if story.draft.state == DraftState::InReview && story.draft.digest != form.text("digest") {
        let stale = approvals::Error::Stale(Box::new(story.draft));
        return refused(visit, id, verb, form, stale).await.map(Err);
    }
    match CommentBody::parse(form.text("note")) {
        Ok(note) => Ok(Ok((note, Some(story.draft.version)))),
        Err(error) => unfinished(visit, id, verb, form, &error.message).await.map(Err),
    }
}

/// The desk with a verdict that is to be completed; everything typed is kept.
async fn unfinished(visit: &Visit, id: &DraftId, verb: &str, form: &Form, error: &str) -> Answer {
    let reader = visit.reader()?;
    let story = Story::read(&visit.app, &reader, id).await?;
    if story.draft.state != DraftState::InReview {
        return Ok(see(&story.url()));
    }
    let unfinished = Unfinished {
        verb: verb.to_owned(),
        note: visit.shown_again(form.text("note")),
        error: error.to_owned(),
    };
    let waiting = list::Waiting::read(visit, &reader).await?;
    Ok(page_as(422, desk(visit, &waiting, Some(story), "", Some(unfinished)).await?))
}

async fn refused(visit: &Visit, id: &DraftId, verb: &str, form: &Form, error: approvals::Error) -> Answer {
    match error {
        approvals::Error::Stale(_) | approvals::Error::State { .. } | approvals::Error::TooLate => {
            conflict::page(visit, id, form, error).await
        }
        // A note that holds a secret of this installation.
        approvals::Error::Invalid(fields) if fields.iter().any(|field| field.field == CommentBody::FIELD) => {
            let words = fields.first().map_or_else(String::new, |field| field.message.clone());
            unfinished(visit, id, verb, form, &words).await
        }
        other if other.kind() == countersign_api::error::Kind::Forbidden => Err(other.into()),
        other => Err(beside(id, other)),
    }
}
