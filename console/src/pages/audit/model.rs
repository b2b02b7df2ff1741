//! A record as the page shows it.

use countersign_api::audit::Value;
use countersign_api::audit::header::Header;
use countersign_api::audit::read::StoredEvent;

use super::subjects::Subjects;
use crate::views::audit::{About, Event};

/// A record. A header that cannot be read any more shows without its facts; the self-check names it.
pub(super) fn event(event: StoredEvent, subjects: &Subjects) -> Event {
    let header = Header::parse_line(&event.header).ok();
    let facts = header.iter().flat_map(|header| &header.facts);
    let sealed = header.iter().flat_map(|header| header.sealed.keys());
    Event {
        id: event.id.to_string(),
        at: event.at.micros(),
        who: subjects.who(&event),
        about: about(&event, header.as_ref(), subjects),
        seq: u64::try_from(event.seq).unwrap_or(0),
        index: u64::try_from(event.position).unwrap_or(0),
        stream: subjects.stream(&event.stream),
        facts: facts.map(|(name, value)| (name.replace('_', " "), text(value))).collect(),
        sealed: sealed.map(|part| part.name().to_owned()).collect(),
        prev: header.as_ref().map_or_else(String::new, |header| hex::encode(header.prev)),
        kind: event.kind,
        outcome: event.outcome,
        leaf: event.leaf,
        flow: event.flow,
    }
}

/// A call to Pinterest says which one, and its answer how it came out.
fn about(event: &StoredEvent, header: Option<&Header>, subjects: &Subjects) -> Option<About> {
    let about = subjects.about(event)?;
    let fact = |name: &str| header.and_then(|header| header.facts.get(name)).map(text);
    match fact("operation").or_else(|| fact("status")).filter(|_| event.kind.starts_with("api.")) {
        Some(what) => Some(About { words: format!("{what}, {}", about.words), ..about }),
        None => Some(about),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_text().unwrap_or_default(),
    }
}
