//! What happened to a draft, as the audit log tells it, with what people wrote beside it.

use std::collections::{BTreeMap, HashMap, HashSet};

use countersign_entities::{
    Timestamp,
    ids::{DraftId, EventId, OperatorId, PublicationId},
    vocabulary::CommentKind,
};

use super::{comments::Comment, error::Error, store};
use crate::{
    actor::Via,
    app::App,
    audit::{
        Value,
        header::Header,
        read::{self, StoredEvent},
    },
    error::Fault,
    operators::role::Reader,
};

/// A draft was signed and put in review.
const SUBMITTED: &str = "review.submitted";

/// One event of a draft's timeline.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The event of the log.
    pub event_id: EventId,
    /// When.
    pub at: Timestamp,
    /// The event's type, such as `review.approved`.
    pub kind: String,
    /// `ok`, `denied`, `failed` or `unknown`.
    pub outcome: String,
    /// The person; none where the system or Pinterest did it.
    pub operator_id: Option<OperatorId>,
    /// The revision that it is about.
    pub revision: Option<i32>,
    /// The publication that it belongs to.
    pub publication_id: Option<PublicationId>,
    /// The event's facts.
    pub facts: BTreeMap<String, Value>,
    /// What the person wrote with it.
    pub note: Option<String>,
}

impl Moment {
    /// A fact that is a word or a text, such as `why`.
    pub fn word(&self, fact: &str) -> Option<&str> {
        self.facts.get(fact)?.as_str()
    }

    /// A fact that is a number, such as `status`.
    pub fn number(&self, fact: &str) -> Option<i64> {
        self.facts.get(fact)?.as_int()
    }

    /// A fact that is a list of words, such as `fields`; empty if there is none.
    pub fn words(&self, fact: &str) -> Vec<&str> {
        let list = self.facts.get(fact).and_then(Value::as_array).unwrap_or_default();
        list.iter().filter_map(Value::as_str).collect()
    }
}

/// Of these drafts those whose present signature was set by an API token, which has no hand.
///
/// # Errors
/// [`Fault`] where the database fails or an event is damaged.
pub async fn signed_by_token(
    app: &App,
    _reader: &Reader,
    ids: &[DraftId],
) -> Result<HashSet<DraftId>, Fault> {
    let ids: Vec<&str> = ids.iter().map(DraftId::as_str).collect();
    let mut last = HashMap::new();
    for event in read::about_many(&app.db, SUBMITTED, &ids).await? {
        let header = header(&event)?;
        let is_by_token = header.facts.get("via").and_then(Value::as_str) == Some(Via::Token.as_str());
        // In the order of the log, so that the last submission counts.
        last.insert(event.object_ref.unwrap_or_default(), is_by_token);
    }
    Ok(last.into_iter().filter_map(|(id, is_by_token)| id.parse().ok().filter(|_| is_by_token)).collect())
}

fn header(event: &StoredEvent) -> Result<Header, Fault> {
    Header::parse_line(&event.header).map_err(|_| Fault::Lost("an event's header is damaged"))
}

/// Everything that the log tells of a draft, the first event first: its revisions, submissions, verdicts, comments,
/// its way to Pinterest.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn history(app: &App, _reader: &Reader, id: &DraftId) -> Result<Vec<Moment>, Error> {
    store::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut notes = Notes(store::comments::list(&app.db, id).await?);
    let events = read::about(&app.db, id.as_str(), 0).await?;
    Ok(events.into_iter().map(|event| moment(event, &mut notes)).collect::<Result<_, Fault>>()?)
}

fn moment(event: StoredEvent, notes: &mut Notes) -> Result<Moment, Fault> {
    let header = header(&event)?;
    let operator_id: Option<OperatorId> = event.actor_ref.and_then(|reference| reference.parse().ok());
    let revision = header.object.and_then(|object| i32::try_from(object.revision?).ok());
    Ok(Moment {
        note: notes.take(&event.kind, revision, operator_id.as_ref()),
        event_id: event.id,
        at: event.at,
        kind: event.kind,
        outcome: event.outcome,
        operator_id,
        revision,
        publication_id: event.flow.and_then(|flow| flow.parse().ok()),
        facts: header.facts,
    })
}

/// Comments that have not found their event yet, the first one first.
struct Notes(Vec<Comment>);

impl Notes {
    /// Each comment was stored with its event in one transaction, so the first that fits is the one.
    fn take(&mut self, event: &str, revision: Option<i32>, by: Option<&OperatorId>) -> Option<String> {
        let kind = match event {
            "review.commented" => CommentKind::Comment,
            "review.approved" => CommentKind::Approval,
            "review.changes_requested" => CommentKind::Changes,
            "review.rejected" => CommentKind::Rejection,
            _ => return None,
        };
        let is_it = |comment: &Comment| {
            comment.kind == kind && Some(comment.revision) == revision && Some(&comment.author_id) == by
        };
        let place = self.0.iter().position(is_it)?;
        Some(self.0.remove(place).body)
    }
}
