//! `/drafts/{id}`: one draft, its signatures, its story, and what can be done.

use countersign_api::drafts::{self, Origin, PublishAtInput};
use countersign_api::error::Refusal;
use countersign_api::ids::DraftId;
use countersign_api::{approvals, publisher};
use poem::handler;
use poem::web::{Path, Query};
use serde::Deserialize;

use super::composer;
use super::pin::parts;
use crate::views::comments::Unfinished;
use crate::views::draft as view;
use crate::web::refused::{sentence, status_of};
use crate::web::theme::return_path;
use crate::web::{Answer, Form, Message, Refused, Visit, id, page, page_as, see, see_with};

mod model;

pub(super) use model::{DECISIONS, comments, zones};

/// The query of a draft's address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    from: String,
    to: String,
    preview: String,
}

/// `GET /drafts/{id}`
#[handler]
pub(super) async fn show(visit: Visit, Path(draft): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let (reader, id) = (visit.reader()?, id(&draft)?);
    model::name_board(&visit, &reader, &id).await?;
    let (frame, model) = model::read(&visit, &reader, &id, &asked).await?;
    Ok(page(view::page(&frame, &model)))
}

/// `GET /drafts/{id}/state`
#[handler]
pub(super) async fn live(visit: Visit, Path(draft): Path<String>) -> Answer {
    let (reader, id) = (visit.reader()?, id::<DraftId>(&draft)?);
    let draft = drafts::find(&visit.app.db, &id).await?.ok_or_else(Refused::not_found)?;
    let publication = match &draft.publication_id {
        Some(publication) => Some(publisher::view::find(&visit.app, &reader, publication).await?.0),
        None => None,
    };
    let live = parts::live(&draft, publication.as_ref(), format!("/drafts/{id}/state"));
    Ok(page(view::live(&live)))
}

/// `POST /drafts/{id}/submit`
#[handler]
pub(super) async fn submit(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    let done = approvals::submit(&visit.app, &author, &id, seen(&form)).await;
    told(&visit, &id, done.map(drop), Message::Submitted)
}

/// `POST /drafts/{id}/withdraw`
#[handler]
pub(super) async fn withdraw(visit: Visit, Path(draft): Path<String>, _form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    let done = approvals::withdraw(&visit.app, &author, &id, None).await;
    told(&visit, &id, done.map(drop), Message::Withdrawn)
}

/// `POST /drafts/{id}/cancel`
#[handler]
pub(super) async fn cancel(visit: Visit, Path(draft): Path<String>, _form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    let done = drafts::cancel(&visit.app, &author, &id, None).await;
    told(&visit, &id, done.map(drop), Message::Cancelled)
}

/// `POST /drafts/{id}/duplicate`
#[handler]
pub(super) async fn duplicate(visit: Visit, Path(draft): Path<String>, _form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    match drafts::duplicate(&visit.app, &author, &id, None, Origin::Page).await {
        Ok(copy) => Ok(see_with(&visit, &format!("/drafts/{}", copy.id), Message::Duplicated)),
        Err(error) => Err(beside(&id, error)),
    }
}

/// `POST /drafts/{id}/discard`
#[handler]
pub(super) async fn discard(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    match drafts::discard(&visit.app, &author, &id, seen(&form)).await {
        Ok(_) => Ok(see_with(&visit, "/?tab=discarded", Message::Discarded)),
        Err(error) => Err(beside(&id, error)),
    }
}

/// `POST /drafts/{id}/reschedule`
#[handler]
pub(super) async fn reschedule(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let (author, id) = (visit.author()?, id::<DraftId>(&draft)?);
    let local = form.given("publish_local").map(str::to_owned);
    let zone = form.text("publish_zone").to_owned();
    let at = local.map(|local| PublishAtInput { local, zone, offset: None });
    match drafts::reschedule(&visit.app, &author, &id, seen(&form), at).await {
        Ok(_) => Ok(see_with(&visit, &format!("/drafts/{id}"), Message::Rescheduled)),
        Err(error) if error.fields().is_empty() => Err(beside(&id, error)),
        Err(error) => composer::time_refused(&visit, &id, &form, error).await,
    }
}

/// `POST /drafts/{id}/comments`
#[handler]
pub(super) async fn comment(visit: Visit, Path(draft): Path<String>, form: Form) -> Answer {
    let person = visit.person()?;
    person.may_comment()?;
    let (id, text) = (id::<DraftId>(&draft)?, form.text("comment"));
    let error = match drafts::comment(&visit.app, person, &id, text).await {
        Ok(_) => return Ok(see_with(&visit, return_path(form.text("return_to")), Message::Commented)),
        Err(error) => error,
    };
    let Some(field) = error.fields().first() else { return Err(beside(&id, error)) };
    let unfinished = Unfinished { text: visit.shown_again(text), error: field.message.clone() };
    let (frame, mut model) = model::read(&visit, &person.in_person()?, &id, &Asked::default()).await?;
    model.comments.unfinished = Some(unfinished);
    Ok(page_as(422, view::page(&frame, &model)))
}

/// The version of the draft that stood on the page of a form; one that cannot be read is none that there ever is.
fn seen(form: &Form) -> Option<i64> {
    form.given("version").map(|version| version.parse().unwrap_or(-1))
}

/// Back to the draft with a message, or why not.
pub(super) fn told<E>(visit: &Visit, id: &DraftId, done: Result<(), E>, message: Message) -> Answer
where
    E: Refusal + Send + Sync + 'static,
{
    match done {
        Ok(()) => Ok(see_with(visit, &format!("/drafts/{id}"), message)),
        Err(error) => Err(beside(id, error)),
    }
}

/// A refusal with the way back to the draft. Faults, and what somebody may not do, have pages of their own.
pub(super) fn beside<E>(id: &DraftId, error: E) -> Refused
where
    E: Refusal + Send + Sync + 'static,
{
    use countersign_api::error::Kind;
    if error.fault().is_some() || matches!(error.kind(), Kind::NotFound | Kind::Forbidden) {
        return error.into();
    }
    let fields: Vec<String> = error.fields().iter().map(|field| field.message.clone()).collect();
    let mut page = crate::views::error_page::ErrorPage::of(status_of(error.kind()));
    page.happened = sentence(&error.to_string());
    if !fields.is_empty() {
        page.todo = fields.join(" ");
    }
    if error.kind() == Kind::Conflict {
        page.pin = "This changed nothing. The page of the Pin says what became of it.";
    }
    page.way_out = ("Back to the Pin".to_owned(), format!("/drafts/{id}"));
    Refused::Page(Box::new(page))
}

/// `GET /drafts`, which is no page of its own.
#[handler]
pub(super) async fn list(visit: Visit) -> Answer {
    visit.reader()?;
    Ok(see("/?tab=drafts"))
}
