//! What the audit log must tell before anything is sent: rule R1 of its format, beforehand, and that nothing under this
//! approval may have reached Pinterest.
//!
//! Rows can be written by whoever has the database; the log's are chained. So what the rows say is believed only as far
//! as the log says it too.

use countersign_entities::ids::{DraftId, EventId, OperatorId};

use super::Approval;
use crate::{
    audit::{
        Value,
        header::{ActorKind, Header},
        read::{self, StoredEvent},
    },
    db::Reads,
    drafts::{self, Draft},
    error::Fault,
    operators::Role,
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

/// Types that tell of a revision.
const WRITING: [&str; 2] = ["review.draft.created", "review.draft.edited"];

/// Types after which a publication waits to be sent. Whatever else came last, such as a start without its end, a Pin or
/// an unknown outcome, forbids a send.
const WAITING: [&str; 3] = ["publish.scheduled", "publish.rescheduled", "publish.released"];

/// What the log tells of a draft, and who wrote it.
pub(super) struct Told {
    events: Vec<StoredEvent>,
    authors: Vec<OperatorId>,
}

impl Told {
    /// Reads it, in one go.
    pub(super) async fn of(on: &impl Reads, draft: &DraftId) -> Result<Self, Fault> {
        let events = read::about(on, draft.as_str(), 0).await?;
        let mut authors = drafts::author_ids(on, draft).await?;
        authors.extend(events.iter().filter_map(author));
        Ok(Self { events, authors })
    }

    /// Who wrote it, by its rows and by the log: whoever is in either is an author.
    pub(super) fn authors(&self) -> &[OperatorId] {
        &self.authors
    }

    /// Whether the log tells of this revision of the draft, and of no later one.
    pub(super) fn is_written(&self, draft: &Draft) -> bool {
        is_last_written(&self.events, draft.revision, &draft.digest)
    }

    /// How many sends of a publication were begun; `Err` where by the log nothing may be sent.
    pub(super) fn sends(&self, approval: &Approval, publication: &str) -> Result<usize, &'static str> {
        let events = &self.events;
        let before = events.iter().take_while(|event| event.id != approval.event_id);
        if !is_last_written(before, approval.revision, &approval.digest) {
            return Err("the audit log does not have the approved revision");
        }
        let mut rest = events.iter().skip_while(|event| event.id != approval.event_id);
        let approved = rest.next().ok_or("the audit log does not have its approval")?;
        let after: Vec<&StoredEvent> = rest.collect();
        if !is_of(approved, approval) {
            return Err("the audit log has another approval in its place");
        }
        if after.iter().any(|event| VOIDING.contains(&event.kind.as_str())) {
            return Err("the audit log has something after its approval that voids it");
        }
        let way = after.iter().filter(|event| is_way_of(event, publication));
        let way: Vec<&str> = way.map(|event| event.kind.as_str()).collect();
        if !way.last().is_some_and(|last| WAITING.contains(last)) {
            return Err("by the audit log it does not wait to be sent");
        }
        Ok(way.iter().filter(|kind| **kind == "publish.started").count())
    }
}

/// Whether the last writing among these events is of this revision and digest.
fn is_last_written<'a>(
    events: impl IntoIterator<Item = &'a StoredEvent>,
    revision: i32,
    digest: &str,
) -> bool {
    let last = events.into_iter().filter(|event| WRITING.contains(&event.kind.as_str())).last();
    last.and_then(|event| Header::parse_line(&event.header).ok()).is_some_and(|header| {
        header.object.is_some_and(|object| object.revision == Some(i64::from(revision)))
            && header.facts.get("digest").and_then(|digest| digest.as_str()) == Some(digest)
    })
}

/// Whether a person stopped being a reviewer at some time after an event, whatever they are now.
pub(super) async fn has_stepped_down(
    on: &impl Reads,
    person: &OperatorId,
    after: &EventId,
) -> Result<bool, Fault> {
    let Some(event) = read::find(on, after).await? else { return Ok(true) };
    Ok(read::about(on, person.as_str(), event.position).await?.iter().any(ends_signing))
}

fn ends_signing(event: &StoredEvent) -> bool {
    let is_still_reviewer = || {
        let header = Header::parse_line(&event.header).ok()?;
        let Some(Value::Array(roles)) = header.facts.get("roles") else { return None };
        Some(roles.iter().any(|role| role.as_str() == Some(Role::Reviewer.as_str())))
    };
    match event.kind.as_str() {
        "access.operator_disabled" => true,
        "access.role_changed" => is_still_reviewer() != Some(true),
        _ => false,
    }
}

fn is_way_of(event: &StoredEvent, publication: &str) -> bool {
    event.kind.starts_with("publish.") && event.flow.as_deref() == Some(publication)
}

/// Who wrote, where the event tells of writing; the system's own revisions have no author.
fn author(event: &StoredEvent) -> Option<OperatorId> {
    let wrote = WRITING.contains(&event.kind.as_str());
    let header = Header::parse_line(&event.header).ok().filter(|_| wrote)?;
    let actor = header.actor;
    if actor.kind == ActorKind::Operator { actor.reference?.parse().ok() } else { None }
}

/// A fact of an event that is a word.
pub(super) fn fact(event: &StoredEvent, name: &str) -> Option<String> {
    let header = Header::parse_line(&event.header).ok()?;
    Some(header.facts.get(name)?.as_str()?.to_owned())
}

/// Whether the event is this approval: by this person, of this revision and digest.
pub(super) fn is_of(event: &StoredEvent, approval: &Approval) -> bool {
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
