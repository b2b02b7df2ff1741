//! Taking down a Pin, as the pages of its draft and of its publication show it.

use countersign_api::app::App;
use countersign_api::connections::{Connection, ConnectionError};
use countersign_api::publisher::Publication;
use countersign_api::vocabulary::{HoldReason, PublicationState};

use super::names;
use super::story::Story;
use crate::views::frame::Roles;
use crate::views::take_down::{Done, Offer, TakeDown};
use crate::web::refused::sentence;

/// What the publication's page offers, or why it does not.
pub(crate) fn of(app: &App, story: &Story, publication: &Publication, roles: Roles) -> TakeDown {
    if let Some(done) = done(story, publication) {
        return TakeDown::Done(done);
    }
    if publication.state != PublicationState::Published {
        return TakeDown::Nothing;
    }
    if !roles.reviewer {
        return TakeDown::Barred("A reviewer can take it down. An admin can give you the role.".to_owned());
    }
    match against(app, &story.account) {
        Some(reason) => TakeDown::Barred(sentence(&ConnectionError::Held(reason).to_string())),
        None => TakeDown::Offered(Box::new(Offer {
            action: format!("/publications/{}/take-down", publication.id),
            account: names::account(&story.account),
            ..Offer::default()
        })),
    }
}

/// That it was done.
pub(crate) fn done(story: &Story, publication: &Publication) -> Option<Done> {
    let taken_down = publication.taken_down.as_ref()?;
    Some(Done {
        by: story.people.name(&taken_down.by).to_owned(),
        at: taken_down.at.micros(),
        reason: taken_down.reason.clone(),
    })
}

/// What stands in the way at the account; a token that has to be renewed first does not.
fn against(app: &App, account: &Connection) -> Option<HoldReason> {
    if app.endpoints.root(account.environment).is_none() {
        return Some(HoldReason::Environment);
    }
    if !app.endpoints.allows_writes(account.environment) {
        return Some(HoldReason::Tier);
    }
    let is_gone = !account.is_active() && account.held_for().is_none();
    account.held_for().or(is_gone.then_some(HoldReason::Disconnected))
}
