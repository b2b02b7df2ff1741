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
    answers::answers, auth::Access, drafts::comments::json_of, page, problem::time, refused::Refused,
};
use crate::{
    app::App,
    audit::{
        self,
        header::Header,
        read::{EventFilter, StoredEvent, StoredSealed},
    },
    error::Fault,
};

pub mod view;

use view::ViewError;

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
    #[oai(path = "/audit/events", method = "get", operation_id = "list_events")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn list(
        &self,
        access: Access,
        app: Data<&App>,
        /// Only of this stream: `installation` or `connection:con_...`.
        stream: Query<Option<String>>,
        /// Only of this type, or of all types that start with these words.
        #[oai(name = "type")]
        kind: Query<Option<String>>,
        /// Only by this actor, `opr_...`.
        actor: Query<Option<String>>,
        /// Only about this thing.
        object: Query<Option<String>>,
        /// Only of this flow.
        flow: Query<Option<String>>,
        /// At or after, RFC 3339.
        from: Query<Option<String>>,
        /// Before, RFC 3339.
        to: Query<Option<String>>,
        /// Where to go on: the `next` of the page before.
        cursor: Query<Option<String>>,
        /// 1 to 200; 50 if nothing is said.
        limit: Query<Option<u64>>,
    ) -> Result<ListEvents> {
        access
            .answer(&app, "audit.list", async {
                let auditor = access.auditor()?;
                let (stream, from, to) =
                    (page::word("stream", &stream)?, moment("from", &from)?, moment("to", &to)?);
                let (kind, actor, object, flow) = (kind.0, actor.0, object.0, flow.0);
                let filter =
                    EventFilter { stream, kind, actor, object, flow, from, to, ..EventFilter::default() };
                let page =
                    view::page(&app, &auditor, filter, cursor.as_deref(), page::limit(*limit)?).await?;
                let items = page.items.into_iter().map(EventBody::of).collect::<Result<_, Fault>>()?;
                Ok(ListEvents::Listed(Json(Events { items, next: page.next })))
            })
            .await
    }

    /// An event with its sealed parts
    #[oai(path = "/audit/events/:id", method = "get", operation_id = "show_event")]
    async fn show(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ShowEvent> {
        access
            .answer(&app, "audit.show", async {
                let auditor = access.auditor()?;
                let id: EventId = id.parse().map_err(|_| ViewError::NotFound)?;
                let (event, sealed) = view::event(&app, &auditor, &id).await?;
                let header = event.header.clone();
                let sealed = sealed.into_iter().map(SealedBody::from).collect();
                Ok(ShowEvent::Shown(Json(EventDetail { event: EventBody::of(event)?, header, sealed })))
            })
            .await
    }
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
