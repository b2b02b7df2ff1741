//! The audit log, for auditors.

use std::collections::BTreeMap;

use countersign_entities::{Timestamp, ids::EventId};
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::Any,
};
use serde_json::Value;

use super::{
    answers::answers,
    auth::Access,
    drafts::comments::json_of,
    page,
    problem::{Problem, time},
    refused::Refused,
};
use crate::{
    app::App,
    audit::{
        self,
        header::Header,
        read::{EventFilter, StoredEvent, StoredSealed},
    },
    error::{Fault, Kind},
    operators::reading,
};

/// The audit log.
pub struct AuditApi;

/// An event of the log.
#[derive(Object)]
struct EventBody {
    /// The id, `evt_...`.
    id: String,
    /// The index of its leaf.
    position: i64,
    /// When.
    at: String,
    /// Its type, such as `review.approved`.
    #[oai(rename = "type")]
    kind: String,
    /// `ok`, `denied`, `failed` or `unknown`.
    outcome: String,
    /// Who acted.
    actor: Reference,
    /// What it is about.
    object: Option<Reference>,
    /// What it belongs to.
    flow: Option<String>,
    /// The event that it follows from.
    cause: Option<String>,
    /// What it states.
    facts: Any<Value>,
    /// Where it is counted.
    stream: String,
    /// Its number there.
    seq: i64,
    /// Hex, the hash of its line.
    leaf: String,
}

/// A reference.
#[derive(Object)]
struct Reference {
    /// The kind of thing.
    kind: String,
    /// Which one.
    #[oai(rename = "ref")]
    reference: Option<String>,
    /// Which revision of a draft.
    revision: Option<i64>,
}

/// A page of events.
#[derive(Object)]
struct Events {
    /// The events, newest first.
    items: Vec<EventBody>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// An event with what was sealed.
#[derive(Object)]
struct EventDetail {
    /// The event.
    #[oai(flatten)]
    event: EventBody,
    /// The line that was hashed.
    header: String,
    /// What was sealed.
    sealed: Vec<SealedBody>,
}

/// A sealed part.
#[derive(Object)]
struct SealedBody {
    /// `who`, `net`, `content` or `remote`.
    name: String,
    /// Hex, as the header states it.
    commitment: String,
    /// Hex; null once erased.
    salt: Option<String>,
    /// The committed text; null once erased.
    value: Option<String>,
}

answers! {
    /// Looking at events.
    ListEvents {
        /// A page of events. That they were looked at is an event, too.
        #[oai(status = 200)]
        Listed(Json<Events>),
    }
    refuses [Malformed Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Looking at an event.
    ShowEvent {
        /// The event with its sealed parts. That they were looked at is an event, too.
        #[oai(status = 200)]
        Shown(Json<EventDetail>),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

#[OpenApi]
impl AuditApi {
    /// Events of the audit log, page by page
    ///
    /// `stream` is `installation` or `connection:con_...`; `type` a type or the words that types start with; `from` (at
    /// or after) and `to` (before) are RFC 3339. `cursor` is the `next` of the page before, `limit` 1 to 200, 50 if
    /// nothing is said.
    #[oai(path = "/audit/events", method = "get", operation_id = "list_events")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn list(
        &self,
        access: Access,
        app: Data<&App>,
        stream: Query<Option<String>>,
        #[oai(name = "type")] kind: Query<Option<String>>,
        from: Query<Option<String>>,
        to: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> Result<ListEvents> {
        let texts = [stream.0, kind.0, from.0, to.0, cursor.0];
        access.answer(&app, "audit.list", listed(&app, &access, texts, *limit)).await
    }

    /// An event with its sealed parts
    #[oai(path = "/audit/events/:id", method = "get", operation_id = "show_event")]
    async fn show(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ShowEvent> {
        access
            .answer(&app, "audit.show", async {
                let auditor = access.auditor()?;
                let id: EventId = id.parse().map_err(|_| not_found())?;
                let found = reading::event(&app, &auditor, &id).await?;
                let (event, sealed) = found.ok_or_else(not_found)?;
                let header = event.header.clone();
                let sealed = sealed.into_iter().map(SealedBody::from).collect();
                Ok(ShowEvent::Shown(Json(EventDetail { event: EventBody::of(event)?, header, sealed })))
            })
            .await
    }
}

/// Lists what the query asks for: its texts in the order of the operation's parameters.
async fn listed(
    app: &App,
    access: &Access,
    [stream, kind, from, to, cursor]: [Option<String>; 5],
    limit: Option<u64>,
) -> Result<ListEvents, Refused> {
    let auditor = access.auditor()?;
    let (from, to) = (moment("from", &from)?, moment("to", &to)?);
    let (stream, before) = (page::word("stream", &stream)?, before(cursor.as_deref())?);
    let filter = EventFilter { stream, kind, from, to, before, ..EventFilter::default() };
    let page = reading::events(app, &auditor, &filter, page::limit(limit)?).await?;
    let items = page.items.into_iter().map(EventBody::of).collect::<Result<_, Fault>>()?;
    let next = page.next.map(|position| position.to_string());
    Ok(ListEvents::Listed(Json(Events { items, next })))
}

/// The position that a cursor names.
fn before(cursor: Option<&str>) -> Result<Option<i64>, Refused> {
    cursor.map(str::parse).transpose().map_err(|_| {
        let detail = "this cursor is not one of ours. Begin again without a cursor";
        Problem::new(Kind::Malformed, "cursor_invalid", detail).into()
    })
}

fn not_found() -> Problem {
    Problem::new(
        Kind::NotFound,
        "event_not_found",
        "there is no such event in the log. Look for it in the list of events",
    )
}

/// A moment of a query.
fn moment(name: &str, given: &Option<String>) -> Result<Option<Timestamp>, Refused> {
    let Some(given) = given else { return Ok(None) };
    let parsed: Result<jiff::Timestamp, _> = given.parse();
    let wrong = || page::wrong(name, "Write it like 2026-12-01T09:00:00Z.".to_owned());
    parsed.map(|at| Some(Timestamp(at.as_microsecond()))).map_err(|_| wrong())
}

impl EventBody {
    fn of(event: StoredEvent) -> Result<Self, Fault> {
        let header = Header::parse_line(&event.header).map_err(|error| Fault::Event(error.to_string()))?;
        let facts: BTreeMap<_, _> = header.facts;
        let object = header.object.map(|object| Reference {
            kind: object.kind,
            reference: Some(object.reference),
            revision: object.revision,
        });
        Ok(Self {
            id: event.id.to_string(),
            position: event.position,
            at: time(event.at),
            kind: event.kind,
            outcome: event.outcome,
            actor: Reference { kind: event.actor_kind, reference: event.actor_ref, revision: None },
            object,
            flow: event.flow,
            cause: event.cause,
            facts: Any(json_of(&audit::Value::Object(facts))),
            stream: event.stream,
            seq: event.seq,
            leaf: event.leaf,
        })
    }
}

impl From<StoredSealed> for SealedBody {
    fn from(part: StoredSealed) -> Self {
        Self { name: part.name, commitment: part.commitment, salt: part.salt, value: part.value }
    }
}
