//! `/`: the queue.

use std::collections::{HashMap, HashSet};

use countersign_api::approvals::{self, Approval};
use countersign_api::drafts::{self, Draft, Error};
use countersign_api::ids::DraftId;
use countersign_api::operators::{Reader, Role};
use countersign_api::publisher::{Publication, view as publications};
use poem::handler;
use poem::web::Query;

use super::asked::{no_place, status_with};
use super::pin::names::{Accounts, People};
use crate::views::form::FieldError;
use crate::views::queue::{self as view, Counts, Tab, Tabs};
use crate::web::{Answer, Refused, Visit, page, page_as};
use query::Asked;

mod first_run;
mod query;
mod rows;

/// `GET /`
#[handler]
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let reader = visit.reader()?;
    let tab = asked.tab().unwrap_or_else(|| home(&reader));
    let (found, errors) = found(&visit, &reader, &asked, tab).await?;
    let counts = counts(&visit).await?;
    let accounts = Accounts::all(&visit.app).await?;
    let known = Known::of(&visit, &reader, found.items).await?;
    let mut frame = visit.frame().await?;
    frame.environment = rows::gravest(&known, frame.environment);
    let model = view::Queue {
        lead: lead(counts),
        tabs: tabs(tab, counts),
        filters: query::filters(&visit.app, &asked, &accounts, errors).await?,
        pager: query::pager(&asked, tab, known.drafts.len(), found.next),
        rows: rows::rows(&visit.app, &known, &frame),
        first_run: first_run::steps(&reader, tab, counts, &accounts),
    };
    Ok(page_as(status_with(&model.filters.errors), view::page(&frame, &model)))
}

/// The drafts that are asked for, or what is wrong with the question.
async fn found(
    visit: &Visit,
    reader: &Reader,
    asked: &Asked,
    tab: Tab,
) -> Result<(drafts::Page, Vec<FieldError>), Refused> {
    let errors = match asked.filter(tab, &visit.app.config.review.time_zone) {
        Ok(filter) => match drafts::list(&visit.app, reader, &filter).await {
            Err(Error::BadCursor) => vec![no_place()],
            found => return Ok((found?, Vec::new())),
        },
        Err(errors) => errors,
    };
    Ok((drafts::Page::default(), errors))
}

/// `GET /queue/tabs`
#[handler]
pub(super) async fn live_tabs(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    let reader = visit.reader()?;
    let tab = asked.tab().unwrap_or_else(|| home(&reader));
    Ok(page(view::tabs(&tabs(tab, counts(&visit).await?))))
}

/// Where a person begins: those who only decide, with what waits for them.
fn home(reader: &Reader) -> Tab {
    let roles = reader.roles();
    if roles.has(Role::Reviewer) && !roles.has(Role::Author) { Tab::Review } else { Tab::Drafts }
}

async fn counts(visit: &Visit) -> Result<Counts, Refused> {
    let counts = drafts::counts(&visit.app).await?;
    let of = |tab: Tab| {
        counts.iter().find(|(known, _)| known.as_str() == tab.code()).map_or(0, |(_, drafts)| *drafts)
    };
    Ok(Tab::ALL.map(|tab| u64::try_from(of(tab)).unwrap_or(0)))
}

fn tabs(current: Tab, counts: Counts) -> Tabs {
    Tabs { current, counts, poll: Some(format!("/queue/tabs?tab={}", current.code())) }
}

fn lead(counts: Counts) -> String {
    match counts[1] {
        0 => "Nothing waits for a second signature. Nothing goes out without one.".to_owned(),
        1 => "One Pin waits for a second signature. Nothing goes out before it is there.".to_owned(),
        several => {
            format!("{several} Pins wait for a second signature. Nothing goes out before it is there.")
        }
    }
}

/// The drafts of a page, with what their rows tell besides.
struct Known {
    drafts: Vec<Draft>,
    publications: Vec<Publication>,
    approvals: HashMap<DraftId, Approval>,
    signed_by_token: HashSet<DraftId>,
    people: People,
}

impl Known {
    async fn of(visit: &Visit, reader: &Reader, drafts: Vec<Draft>) -> Result<Self, Refused> {
        let published: Vec<_> = drafts.iter().filter_map(|draft| draft.publication_id.clone()).collect();
        let publications = publications::find_many(&visit.app, &published).await?;
        let ids: Vec<DraftId> = publications.iter().map(|publication| publication.draft_id.clone()).collect();
        // The latest of each draft is the last one.
        let approvals = approvals::look::of_drafts(&visit.app, reader, &ids).await?;
        let approvals: HashMap<_, _> =
            approvals.into_iter().map(|approval| (approval.draft_id.clone(), approval)).collect();
        let mut people: Vec<_> = approvals.values().map(|approval| approval.reviewer_id.clone()).collect();
        people.extend(
            drafts
                .iter()
                .flat_map(|draft| [Some(draft.author_id.clone()), draft.submitted_by.clone()])
                .flatten(),
        );
        let people = People::of(&visit.app, people).await?;
        let signed = drafts.iter().filter(|draft| draft.submitted_by.is_some());
        let signed: Vec<DraftId> = signed.map(|draft| draft.id.clone()).collect();
        let signed_by_token = drafts::signed_by_token(&visit.app, reader, &signed).await?;
        Ok(Self { drafts, publications, approvals, signed_by_token, people })
    }
}
