//! What the audit log must tell before anything is sent: rule R1 of its format, beforehand, and that nothing under this
//! approval may have reached Pinterest.
//!
//! Rows can be written by whoever has the database; the log's are chained. So what the rows say is believed only as far
//! as the log says it too.

use countersign_entities::ids::{DraftId, OperatorId};

use super::Approval;
use crate::{
    audit::{
        header::{ActorKind, Header},
        read::{self, StoredEvent},
    },
    db::Reads,
    drafts,
    error::Fault,
};

/// Types that void the approval before them.
const VOIDING: [&str; 6] = [
    "review.approval.voided",
    "review.draft.edited",
    "review.draft.discarded",
    "review.withdrawn",
    "review.rejected",
    "review.changes_requested",
];

/// Types after which a publication waits to be sent. Whatever else came last, such as a start without its end, a Pin or
/// an unknown outcome, forbids a send.
const WAITING: [&str; 3] = ["publish.scheduled", "publish.rescheduled", "publish.released"];

/// Who wrote a draft, by its rows and by the log: whoever is in either is an author.
pub(super) async fn authors(on: &impl Reads, draft: &DraftId) -> Result<Vec<OperatorId>, Fault> {
    let mut authors = drafts::author_ids(on, draft).await?;
    authors.extend(read::about(on, draft.as_str(), 0).await?.iter().filter_map(author));
    Ok(authors)
}

/// How many sends of a publication were begun by the log; `Err` where by the log nothing may be sent.
pub(super) async fn sends(
    on: &impl Reads,
    approval: &Approval,
    publication: &str,
) -> Result<Result<usize, &'static str>, Fault> {
    let events = read::about(on, approval.draft_id.as_str(), 0).await?;
    let mut rest = events.iter().skip_while(|event| event.id != approval.event_id);
    let Some(approved) = rest.next() else { return Ok(Err("the audit log does not have its approval")) };
    let after: Vec<&StoredEvent> = rest.collect();
    if !is_of(approved, approval) {
        return Ok(Err("the audit log has another approval in its place"));
    }
    if after.iter().any(|event| VOIDING.contains(&event.kind.as_str())) {
        return Ok(Err("the audit log has something after its approval that voids it"));
    }
    let way: Vec<&str> =
        after.iter().filter(|event| is_way_of(event, publication)).map(|event| event.kind.as_str()).collect();
    if !way.last().is_some_and(|last| WAITING.contains(last)) {
        return Ok(Err("by the audit log it does not wait to be sent"));
    }
    Ok(Ok(way.iter().filter(|kind| **kind == "publish.started").count()))
}

fn is_way_of(event: &StoredEvent, publication: &str) -> bool {
    event.kind.starts_with("publish.") && event.flow.as_deref() == Some(publication)
}

/// Who wrote, where the event tells of writing; the system's own revisions have no author.
fn author(event: &StoredEvent) -> Option<OperatorId> {
    let wrote = matches!(event.kind.as_str(), "review.draft.created" | "review.draft.edited");
    let header = Header::parse_line(&event.header).ok().filter(|_| wrote)?;
    let actor = header.actor;
    if actor.kind == ActorKind::Operator { actor.reference?.parse().ok() } else { None }
}

/// Whether the event is this approval: by this person, of this revision and digest.
fn is_of(event: &StoredEvent, approval: &Approval) -> bool {
    let Ok(header) = Header::parse_line(&event.header) else { return false };
    let is_about_it = header.object.as_ref().is_some_and(|object| {
        object.reference == approval.draft_id.as_str()
            && object.revision == Some(i64::from(approval.revision))
    });
    is_about_it
        && header.event_type == "review.approved"
        && header.outcome.name() == "ok"
        && header.id == approval.event_id.as_str()
        && header.actor.reference.as_deref() == Some(approval.reviewer_id.as_str())
        && header.facts.get("digest").and_then(|digest| digest.as_str()) == Some(approval.digest.as_str())
}
