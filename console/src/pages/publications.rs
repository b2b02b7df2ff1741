//! `/publications/{id}`: one approval on its way to Pinterest.

use countersign_api::drafts::CommentBody;
use countersign_api::error::{Kind, Refusal};
use countersign_api::ids::PublicationId;
use countersign_api::publisher::{self, Resolution, view as service};
use poem::handler;
use poem::web::Path;

use super::drafts::beside;
use crate::views::draft as draft_view;
use crate::views::publications as view;
use crate::views::take_down::{Offer, Outcome, TakeDown};
use crate::views::trouble::{Trouble, Typed};
use crate::web::error::with_wait;
use crate::web::refused::{sentence, status_of};
use crate::web::{Answer, Fields, Form, Message, Visit, id, page, page_as, see_with};

mod model;

/// `GET /publications/{id}`
#[handler]
pub(super) async fn show(visit: Visit, Path(publication): Path<String>) -> Answer {
    let reader = visit.reader()?;
    let (frame, model) = model::read(&visit, &reader, &id(&publication)?).await?;
    Ok(page(view::page(&frame, &model)))
}

/// `GET /publications/{id}/state`
#[handler]
pub(super) async fn live(visit: Visit, Path(publication): Path<String>) -> Answer {
    let (reader, id) = (visit.reader()?, id::<PublicationId>(&publication)?);
    let (publication, _) = service::find(&visit.app, &reader, &id).await?;
    Ok(page(draft_view::live(&model::live(&publication))))
}

/// `POST /publications/{id}/resolve`
#[handler]
pub(super) async fn resolve(visit: Visit, Path(publication): Path<String>, form: Form) -> Answer {
    let (reviewer, id) = (visit.reviewer()?, id::<PublicationId>(&publication)?);
    let (found, _) = service::find(&visit.app, &reviewer.in_person()?, &id).await?;
    let reason = match CommentBody::parse(form.text("reason")) {
        Ok(reason) => reason,
        Err(error) => return undecided(&visit, &id, &form, &error.message).await,
    };
    let choice = choice(&form);
    match publisher::resolve(&visit.app, &reviewer, &id, choice, &reason).await {
        Ok(()) => Ok(decided(&visit, found.draft_id.as_str(), form.text("outcome"))),
        Err(error) if is_about_the_choice(&error) => undecided(&visit, &id, &form, &words(&error)).await,
        Err(error) => Err(beside(&found.draft_id, error)),
    }
}

/// `POST /publications/{id}/take-down`
#[handler]
pub(super) async fn take_down(visit: Visit, Path(publication): Path<String>, form: Form) -> Answer {
    let (reviewer, id) = (visit.reviewer()?, id::<PublicationId>(&publication)?);
    let reason = match CommentBody::parse(form.text("reason")) {
        Ok(reason) => reason,
        Err(error) => {
            return not_deleted(&visit, &id, &form, 422, |offer| offer.reason_error = Some(error.message))
                .await;
        }
    };
    if form.text("sure") != "yes" {
        return not_deleted(&visit, &id, &form, 422, |offer| offer.refused = Some(UNSURE.to_owned())).await;
    }
    match publisher::take_down(&visit.app, &reviewer, &id, &reason).await {
        Ok(()) => Ok(see_with(&visit, &format!("/publications/{id}"), Message::TakenDown)),
        Err(error) => still_there(&visit, &id, &form, error).await,
    }
}

/// The page with what was typed and why it was not done. What somebody may not do, and faults, have pages of their own.
async fn still_there(visit: &Visit, id: &PublicationId, form: &Form, error: publisher::Error) -> Answer {
    if error.fault().is_some() || matches!(error.kind(), Kind::NotFound | Kind::Forbidden) {
        return Err(error.into());
    }
    let why = words(&error);
    let answer = not_deleted(visit, id, form, status_of(error.kind()), |offer| {
        offer.outcome = outcome(&error);
        offer.refused = Some(why);
    })
    .await?;
    Ok(with_wait(answer, &error))
}

fn outcome(error: &publisher::Error) -> Outcome {
    match error {
        publisher::Error::TakeDownUnderWay => Outcome::UnderWay,
        error if error.may_be_done() => Outcome::Unknown,
        _ => Outcome::NotDone,
    }
}

async fn not_deleted(
    visit: &Visit,
    id: &PublicationId,
    form: &Form,
    status: u16,
    say: impl FnOnce(&mut Offer),
) -> Answer {
    let (mut frame, mut model) = model::read(visit, &visit.reader()?, id).await?;
    if let TakeDown::Offered(offer) = &mut model.take_down {
        offer.reason = visit.shown_again(form.text("reason"));
        say(offer);
    }
    frame.here = format!("/publications/{id}");
    Ok(page_as(status, view::page(&frame, &model)))
}

const UNSURE: &str = "Tick the box to say that you know it cannot be undone, then press again.";

/// Anything but a Pin that is there gives this one up.
fn choice(form: &Fields) -> Resolution {
    match form.text("outcome") {
        "published" => Resolution::Published { pin_id: form.text("pin_id").trim().to_owned() },
        _ => Resolution::Abandon,
    }
}

fn is_about_the_choice(error: &publisher::Error) -> bool {
    !error.fields().is_empty() || matches!(error, publisher::Error::PinTaken)
}

fn words(error: &publisher::Error) -> String {
    error.fields().first().map_or_else(|| sentence(&error.to_string()), |field| field.message.clone())
}

fn decided(visit: &Visit, draft: &str, outcome: &str) -> poem::Response {
    match outcome {
        "published" => see_with(visit, &format!("/drafts/{draft}"), Message::Adopted),
        "again" => see_with(visit, &format!("/review?draft={draft}"), Message::OnceMore),
        _ => see_with(visit, &format!("/drafts/{draft}"), Message::GivenUp),
    }
}

/// The page with a choice that was refused; everything typed is kept.
async fn undecided(visit: &Visit, id: &PublicationId, form: &Fields, words: &str) -> Answer {
    let (mut frame, mut model) = model::read(visit, &visit.reader()?, id).await?;
    if let Some(Trouble::Unknown(unknown)) = &mut model.trouble {
        unknown.refused = Some(words.to_owned());
        unknown.typed = Typed {
            outcome: form.text("outcome").to_owned(),
            pin_id: visit.shown_again(form.text("pin_id")),
            reason: visit.shown_again(form.text("reason")),
        };
    }
    frame.here = format!("/publications/{id}");
    Ok(page_as(422, view::page(&frame, &model)))
}
