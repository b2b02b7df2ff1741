//! `/audit`: the log, for those who may read it. That somebody looked is itself recorded.

use std::sync::{Mutex, PoisonError};

use countersign_api::audit::read;
use countersign_api::ids::EventId;
use countersign_api::operators::Auditor;
use countersign_api::operators::reading::{self, LogPage};
use poem::handler;
use poem::web::{Path, Query};

use super::asked::status_with;
use crate::views::audit::{self as view, SelfCheck};
use crate::views::number;
use crate::web::{Answer, Refused, Visit, id, page, page_as};
use query::Asked;

mod model;
mod query;
mod sealed;
mod subjects;

/// `GET /audit`
#[handler]
pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Answer {
    show(&visit, &visit.auditor()?, &asked).await
}

/// `POST /audit/self-check`: reads the whole log again.
#[handler]
pub(super) async fn self_check(visit: Visit, _form: crate::web::Form) -> Answer {
    let auditor = visit.auditor()?;
    let checked = read::self_check(&visit.app.db).await?;
    let at = visit.app.now().micros();
    let check = match checked.fault {
        None => SelfCheck::Whole { size: checked.events, newer: 0, at, root: checked.root },
        Some(fault) => SelfCheck::Broken { at, faults: vec![fault] },
    };
    *visit.app.memory.of::<LastCheck>().0.lock().unwrap_or_else(PoisonError::into_inner) = Some(check);
    show(&visit, &auditor, &Asked::default()).await
}

/// `GET /audit/{id}`
#[handler]
pub(super) async fn record(visit: Visit, Path(event): Path<String>) -> Answer {
    let (auditor, id) = (visit.auditor()?, id::<EventId>(&event)?);
    let found = reading::event(&visit.app, &auditor, &id).await?;
    let (event, parts) = found.ok_or_else(Refused::not_found)?;
    let subjects = subjects::Subjects::of(&visit, std::slice::from_ref(&event)).await?;
    let model = view::EventPage {
        header: event.header.clone(),
        sealed: sealed::opened(&event, parts),
        event: model::event(event, &subjects),
    };
    Ok(page(view::event(&visit.frame().await?, &model)))
}

/// The result of the last self-check since the start.
#[derive(Default)]
struct LastCheck(Mutex<Option<SelfCheck>>);

async fn show(visit: &Visit, auditor: &Auditor, asked: &Asked) -> Answer {
    let mut frame = visit.frame().await?;
    let (found, errors) = match asked.filter(&visit.app.config.review.time_zone) {
        Ok(filter) => (reading::events(&visit.app, auditor, &filter, query::LIMIT).await?, Vec::new()),
        Err(errors) => (LogPage::default(), errors),
    };
    let subjects = subjects::Subjects::of(visit, &found.items).await?;
    let count = found.items.len() as u64;
    let model = view::Audit {
        filters: query::filters(asked, &subjects, errors),
        pager: asked.pager(&format!("{} records on this page", number(count)), found.next),
        events: found.items.into_iter().map(|event| model::event(event, &subjects)).collect(),
        check: last_check(visit).await?,
    };
    frame.here = asked.address("");
    Ok(page_as(status_with(&model.filters.errors), view::page(&frame, &model)))
}

async fn last_check(visit: &Visit) -> Result<SelfCheck, Refused> {
    let last = visit.app.memory.of::<LastCheck>();
    let last = last.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let present = read::head(&visit.app.db).await?.1.size();
    Ok(match last {
        Some(SelfCheck::Whole { size, at, root, .. }) => {
            SelfCheck::Whole { newer: present.saturating_sub(size), size, at, root }
        }
        Some(check) => check,
        None => SelfCheck::None { size: present },
    })
}
