//! What the audit log tells of a Pin that we published: which one it is, and whether it was taken down.
//!
//! A row can be made to name anybody's Pin. What may be deleted is only what the log says that we created or adopted, in
//! the sealed part of the event that proved it.

use super::{
    store::Facts,
    told::{self, fact},
};
use crate::{
    audit::{
        Stream,
        read::{self, StoredEvent},
        sealed::Part,
    },
    db::Reads,
    error::Fault,
};

/// Types that name the Pin of the `publish.succeeded` which was written with them.
const NAMING: [&str; 2] = ["api.response", "api.reconciled"];

/// A Pin of ours, by the log.
pub(super) struct Published {
    /// Its id at Pinterest.
    pub(super) pin_id: String,
    /// Whether it was taken down.
    pub(super) is_taken_down: bool,
}

/// The Pin of a publication; `Err` where by the log there is none, or another one than its row says.
pub(super) async fn published(
    on: &impl Reads,
    facts: &Facts,
) -> Result<Result<Published, &'static str>, Fault> {
    let (approval, publication) = (&facts.approval, &facts.publication);
    let events = read::about(on, approval.draft_id.as_str(), 0).await?;
    let mut rest = events.iter().skip_while(|event| event.id != approval.event_id);
    let Some(approved) = rest.next().filter(|event| told::is_of(event, approval)) else {
        return Ok(Err("the audit log does not have its approval"));
    };
    let way: Vec<&StoredEvent> =
        rest.filter(|event| event.flow.as_deref() == Some(publication.id.as_str())).collect();
    let stream = Stream::Connection(publication.connection_id.to_string()).to_string();
    if approved.stream != stream || way.iter().any(|event| event.stream != stream) {
        return Ok(Err("by the audit log it belongs to another account"));
    }
    if !way.iter().any(|event| is_send_to(event, publication.environment.as_str())) {
        return Ok(Err("by the audit log it was not sent there"));
    }
    let Some(pin_id) = named(on, &way).await? else {
        return Ok(Err("the audit log does not name its Pin"));
    };
    if publication.pin_id.as_deref() != Some(pin_id.as_str()) {
        return Ok(Err("the audit log names another Pin"));
    }
    let is_taken_down = way.iter().any(|event| event.kind == "publish.taken_down");
    Ok(Ok(Published { pin_id, is_taken_down }))
}

fn is_send_to(event: &StoredEvent, environment: &str) -> bool {
    event.kind == "api.request"
        && fact(event, "operation").as_deref() == Some("pins/create")
        && fact(event, "environment").as_deref() == Some(environment)
}

/// The id that stands in the event which proved the Pin.
async fn named(on: &impl Reads, way: &[&StoredEvent]) -> Result<Option<String>, Fault> {
    let Some(place) = way.iter().rposition(|event| is_proof(event)) else { return Ok(None) };
    let naming = match way[place].kind.as_str() {
        "publish.resolved" => Some(way[place]),
        // What proved it was written in the same moment, just before.
        _ => place.checked_sub(1).map(|before| way[before]).filter(|event| {
            NAMING.contains(&event.kind.as_str()) && event.position + 1 == way[place].position
        }),
    };
    let Some(naming) = naming else { return Ok(None) };
    let text = read::opened(on, naming, Part::Remote).await?;
    let remote: serde_json::Value =
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(remote["pin_id"].as_str().map(str::to_owned))
}

fn is_proof(event: &StoredEvent) -> bool {
    match event.kind.as_str() {
        "publish.succeeded" => true,
        "publish.resolved" => fact(event, "to").as_deref() == Some("published"),
        _ => false,
    }
}
