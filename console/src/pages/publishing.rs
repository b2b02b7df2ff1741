//! The kill switch: a section of the settings.

use std::time::Duration;

use countersign_api::drafts::{self, Filter};
use countersign_api::publisher::pause::{self as switch, MayPause, MayResume};
use countersign_api::vocabulary::Tab;
use poem::handler;

use crate::views::frame::Frame;
use crate::views::publishing::Publishing;
use crate::web::{Answer, Form, Message, Refused, Visit, see_with};

/// How far ahead the section looks.
const SOON: Duration = Duration::from_secs(86_400);

/// `POST /publishing/pause`
#[handler]
pub(super) async fn pause(visit: Visit, _form: Form) -> Answer {
    switch::pause(&visit.app, &MayPause::person(visit.person()?)?).await?;
    Ok(see_with(&visit, "/settings#publishing", Message::Paused))
}

/// `POST /publishing/resume`
#[handler]
pub(super) async fn resume(visit: Visit, _form: Form) -> Answer {
    switch::resume(&visit.app, &MayResume::from(&visit.admin()?)).await?;
    Ok(see_with(&visit, "/settings#publishing", Message::Resumed))
}

/// The switch, as this person sees it.
pub(super) async fn section(visit: &Visit, frame: &Frame) -> Result<Publishing, Refused> {
    let person = visit.person()?;
    Ok(Publishing {
        paused: frame.paused.clone(),
        may_pause: MayPause::person(person).is_ok(),
        may_resume: person.admin().is_ok(),
        due_soon: due_soon(visit).await?,
    })
}

/// How many Pins wait to be sent now or within a day; more than a page of the queue has are not counted.
async fn due_soon(visit: &Visit) -> Result<u64, Refused> {
    let (app, person, limit) = (&visit.app, visit.reader()?, drafts::MAX_LIMIT);
    let due_to = Some(app.now().plus(SOON));
    let now = Filter { tab: Some(Tab::Approved), limit, ..Filter::default() };
    let later = Filter { tab: Some(Tab::Scheduled), due_to, limit, ..Filter::default() };
    let (now, later) = (drafts::list(app, &person, &now).await?, drafts::list(app, &person, &later).await?);
    Ok((now.items.len() + later.items.len()) as u64)
}
