//! The audit log, read from the database: what the checks at a test's end, and journeys, ask of it.

use countersign_api::audit::read::{self, StoredEvent};
use countersign_api::db::Db;
use serde_json::Value;

/// More events than any journey makes.
const ALL: u64 = 100_000;

/// One event with its header and its sealed content.
#[derive(Clone, Debug)]
pub struct Event {
    /// The header, parsed.
    pub header: Value,
    /// The sealed part `content`, parsed; null where there is none.
    pub content: Value,
}

impl Event {
    /// Its type.
    pub fn kind(&self) -> &str {
        self.header["type"].as_str().unwrap_or_default()
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.header["id"].as_str().unwrap_or_default()
    }

    /// A fact as text; empty where it is absent.
    pub fn fact(&self, name: &str) -> &str {
        self.header["facts"][name].as_str().unwrap_or_default()
    }

    /// The id of the thing that it is about.
    pub fn object(&self) -> &str {
        self.header["object"]["ref"].as_str().unwrap_or_default()
    }

    /// What it follows from.
    pub fn cause(&self) -> &str {
        self.header["cause"].as_str().unwrap_or_default()
    }
}

/// The whole log, in its order.
#[derive(Clone, Debug)]
pub struct Log(pub Vec<Event>);

impl Log {
    /// Reads it all.
    pub async fn read(db: &Db) -> Self {
        let stored = read::tail(db, 0, ALL).await.unwrap();
        let mut events = Vec::with_capacity(stored.len());
        for batch in stored.chunks(200) {
            let ids: Vec<_> = batch.iter().map(|event| event.id.clone()).collect();
            let sealed = read::sealed_of(db, &ids).await.unwrap();
            events.extend(batch.iter().map(|event| {
                let own = sealed.iter().find(|part| part.event_id == event.id && part.name == "content");
                parsed(event, own.and_then(|part| part.value.as_deref()))
            }));
        }
        Self(events)
    }

    /// The types of all events about a thing, in order.
    pub fn about(&self, object: &str) -> Vec<&str> {
        self.0.iter().filter(|event| event.object() == object).map(Event::kind).collect()
    }

    /// All events of a type.
    pub fn of(&self, kind: &str) -> Vec<&Event> {
        self.0.iter().filter(|event| event.kind() == kind).collect()
    }

    /// The only event of a type.
    ///
    /// # Panics
    /// If there is none, or several.
    #[track_caller]
    pub fn the(&self, kind: &str) -> &Event {
        let found = self.of(kind);
        assert_eq!(found.len(), 1, "events of type {kind}, among: {:?}", self.kinds());
        found[0]
    }

    /// The types of all events, in order.
    pub fn kinds(&self) -> Vec<&str> {
        self.0.iter().map(Event::kind).collect()
    }

    /// Whether there is an event of this type whose header has these words.
    pub fn has(&self, kind: &str, words: &str) -> bool {
        self.0.iter().any(|event| event.kind() == kind && event.header.to_string().contains(words))
    }
}

fn parsed(event: &StoredEvent, content: Option<&str>) -> Event {
    let content = content.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    Event { header: serde_json::from_str(&event.header).unwrap(), content }
}
