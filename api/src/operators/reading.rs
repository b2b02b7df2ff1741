//! Reading the audit log as a person: that somebody looked is itself an event.

use countersign_entities::ids::EventId;

use super::Auditor;
use crate::{
    actor::{Actor, Via},
    app::App,
    audit::{
        AuditedTx, Event, Happening,
        read::{self, EventFilter, StoredEvent, StoredSealed},
    },
    error::Fault,
};

/// The most events on a page.
pub const MAX_LIMIT: u64 = 200;

/// Evidence that somebody may read the log: an auditor, or whoever commands the machine.
#[derive(Clone, Debug)]
pub struct LogReader(Actor);

impl LogReader {
    /// Whoever may run the program on the data folder could read the tables anyway; so the log at least tells of it.
    pub fn command_line() -> Self {
        Self(Actor::system(Via::Cli))
    }
}

impl From<&Auditor> for LogReader {
    fn from(auditor: &Auditor) -> Self {
        Self(auditor.actor().clone())
    }
}

/// One page of the log.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// The events, newest first.
    pub items: Vec<StoredEvent>,
    /// The position before which the next page begins; none on the last one.
    pub next: Option<i64>,
}

/// Events that fit, newest first, at most `limit` (1 to [`MAX_LIMIT`]). A page that shows any is told of.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn events(
    app: &App,
    reader: impl Into<LogReader>,
    filter: &EventFilter,
    limit: u64,
) -> Result<LogPage, Fault> {
    let limit = limit.clamp(1, MAX_LIMIT);
    let mut items = read::list(app, filter, limit + 1).await?;
    let has_more = items.len() as u64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    tell_viewed(app, reader, items.len()).await?;
    let next = items.last().filter(|_| has_more).map(|last| last.position);
    Ok(LogPage { items, next })
}

/// One event with its sealed parts opened; none if there is no such. It is told which parts were looked at.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn event(
    app: &App,
    reader: impl Into<LogReader>,
    id: &EventId,
) -> Result<Option<(StoredEvent, Vec<StoredSealed>)>, Fault> {
    let Some(found) = read::find(&app.db, id).await? else { return Ok(None) };
    let parts = read::sealed_of(&app.db, std::slice::from_ref(id)).await?;
    let opened: Vec<String> =
        parts.iter().filter(|part| part.value.is_some()).map(|part| part.name.clone()).collect();
    let happening = match opened.is_empty() {
        true => Happening::AuditViewed { events: 1 },
        false => Happening::SealedViewed { event: id.to_string(), parts: opened },
    };
    tell(app, &reader.into(), happening).await?;
    Ok(Some((found, parts)))
}

/// Tells that so many events were looked at; that there were none to look at is no news.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn tell_viewed(app: &App, reader: impl Into<LogReader>, events: usize) -> Result<(), Fault> {
    match i64::try_from(events).unwrap_or(i64::MAX) {
        0 => Ok(()),
        events => tell(app, &reader.into(), Happening::AuditViewed { events }).await,
    }
}

async fn tell(app: &App, LogReader(reader): &LogReader, happening: Happening) -> Result<(), Fault> {
    let event = Event::installation(app, reader, happening);
    AuditedTx::begin(app).await?.commit_one(event).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        operators::testing::{log, person, resumed, signed_in},
        testing,
    };

    async fn auditor(app: &App) -> Auditor {
        person(app, "ada@x.example", "auditor").await;
        let session = signed_in(app, "ada@x.example").await;
        resumed(app, &session).await.unwrap().0.auditor().unwrap()
    }

    #[tokio::test]
    async fn whoever_reads_the_log_stands_in_it() {
        let test = testing::app().await;
        let auditor = auditor(&test.app).await;
        let page = events(&test.app, &auditor, &EventFilter::default(), 1).await.unwrap();
        assert_eq!(page.items.len(), 1);
        let before = page.next.unwrap();
        let older = EventFilter { before: Some(before), ..EventFilter::default() };
        let rest = events(&test.app, &auditor, &older, 200).await.unwrap();
        assert!(rest.items.iter().all(|event| event.position < before) && rest.next.is_none());
        let (_, parts) = event(&test.app, &auditor, &page.items[0].id).await.unwrap().unwrap();
        assert!(parts.iter().any(|part| part.name == "who"));
        let (kinds, _) = log(&test.app).await;
        assert_eq!(kinds[kinds.len() - 3..], ["audit_viewed", "audit_viewed", "sealed_viewed"]);
    }

    #[tokio::test]
    async fn a_page_of_nothing_and_an_event_that_is_not_there_are_not_told() {
        let test = testing::app().await;
        let auditor = auditor(&test.app).await;
        let before = log(&test.app).await.0.len();
        let none = EventFilter { flow: Some("pub_nowhere".to_owned()), ..EventFilter::default() };
        assert!(events(&test.app, &auditor, &none, 10).await.unwrap().items.is_empty());
        let id = "evt_019ca8a0-4e20-757b-ad4d-0000b39bd11f".parse().unwrap();
        assert!(event(&test.app, &auditor, &id).await.unwrap().is_none());
        assert_eq!(log(&test.app).await.0.len(), before);
    }
}
