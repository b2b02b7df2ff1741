//! Reading the log: lists, one event, and the self-check.

use countersign_entities::{Timestamp, audit_event, audit_sealed, ids::EventId, open_intent};

use super::{
    header::{Header, Stream, parse_hash},
    sealed::{self, Part},
    store,
    tree::{Frontier, leaf_hash, stream_origin},
};
use crate::{
    app::App,
    audit::tx::AuditedTx,
    db::{Db, Reads},
    error::Fault,
};

/// An event as it is stored.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// The index of its leaf.
    pub position: i64,
    /// Its id.
    pub id: EventId,
    /// Its stream.
    pub stream: String,
    /// Its number in the stream.
    pub seq: i64,
    /// The header's `type`.
    pub kind: String,
    /// The header's `outcome`.
    pub outcome: String,
    /// When.
    pub at: Timestamp,
    /// `operator`, `system`, `public` or `subject`.
    pub actor_kind: String,
    /// Who.
    pub actor_ref: Option<String>,
    /// About what kind of thing.
    pub object_kind: Option<String>,
    /// About what.
    pub object_ref: Option<String>,
    /// What it belongs to.
    pub flow: Option<String>,
    /// What it follows from.
    pub cause: Option<String>,
    /// The exact bytes that were hashed.
    pub header: String,
    /// The leaf hash, hex.
    pub leaf: String,
}

impl From<audit_event::Model> for StoredEvent {
    fn from(row: audit_event::Model) -> Self {
        Self {
            position: row.position,
            id: row.id,
            stream: row.stream,
            seq: row.seq,
            kind: row.kind,
            outcome: row.outcome,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_ref: row.actor_ref,
            object_kind: row.object_kind,
            object_ref: row.object_ref,
            flow: row.flow,
            cause: row.cause,
            header: row.header,
            leaf: row.leaf,
        }
    }
}

/// A sealed part as it is stored; salt and value are gone once it is erased.
#[derive(Clone, Debug)]
pub struct StoredSealed {
    /// The event.
    pub event_id: EventId,
    /// `who`, `net`, `content` or `remote`.
    pub name: String,
    /// Hex.
    pub commitment: String,
    /// Hex.
    pub salt: Option<String>,
    /// The committed text.
    pub value: Option<String>,
}

impl From<audit_sealed::Model> for StoredSealed {
    fn from(row: audit_sealed::Model) -> Self {
        Self {
            event_id: row.event_id,
            name: row.name,
            commitment: row.commitment,
            salt: row.salt,
            value: row.value,
        }
    }
}

/// A request whose outcome the log does not tell yet.
#[derive(Clone, Debug)]
pub struct OpenIntent {
    /// The request.
    pub event_id: EventId,
    /// Its stream.
    pub stream: Stream,
    /// `api` or `token`.
    pub kind: String,
    /// About what: kind, reference, revision.
    pub object: Option<(String, String, Option<i32>)>,
    /// What it belongs to.
    pub flow: Option<String>,
}

impl From<open_intent::Model> for OpenIntent {
    fn from(row: open_intent::Model) -> Self {
        Self {
            event_id: row.event_id,
            stream: row.stream.parse().unwrap_or(Stream::Installation),
            kind: row.kind,
            object: row.object_kind.zip(row.object_ref).map(|(kind, of)| (kind, of, row.object_revision)),
            flow: row.flow,
        }
    }
}

/// Which events are wanted; everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Of this stream.
    pub stream: Option<Stream>,
    /// Of this type, or of every type that starts with these words.
    pub kind: Option<String>,
    /// By this actor.
    pub actor: Option<String>,
    /// About this thing.
    pub object: Option<String>,
    /// Of this flow.
    pub flow: Option<String>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Older than this position: the next page.
    pub before: Option<i64>,
    /// Newer than this position.
    pub after: Option<i64>,
}

/// Events that fit, newest first, at most `limit`.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn list(app: &App, filter: &EventFilter, limit: u64) -> Result<Vec<StoredEvent>, Fault> {
    store::list(&app.db, filter, limit, app.timing.audit.clock_step).await
}

/// Events in the order of the log from `from` on.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn tail(db: &Db, from: i64, limit: u64) -> Result<Vec<StoredEvent>, Fault> {
    store::range(db, from, limit).await
}

/// One event.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn find(on: &impl Reads, id: &EventId) -> Result<Option<StoredEvent>, Fault> {
    store::find(on, id).await
}

/// The sealed parts of some events, by event, then name.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn sealed_of(on: &impl Reads, ids: &[EventId]) -> Result<Vec<StoredSealed>, Fault> {
    store::sealed_of(on, ids).await
}

/// The text of an event's sealed part, where header, commitment and text fit each other; none where the part was erased,
/// or one of them was changed.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn opened(on: &impl Reads, event: &StoredEvent, part: Part) -> Result<Option<String>, Fault> {
    if parse_hash(&event.leaf) != Some(leaf_hash(event.header.as_bytes())) {
        return Ok(None);
    }
    let Ok(header) = Header::parse_line(&event.header) else { return Ok(None) };
    let Some(commitment) = header.sealed.iter().find(|(of, _)| **of == part).map(|(_, made)| *made) else {
        return Ok(None);
    };
    let rows = sealed_of(on, std::slice::from_ref(&event.id)).await?;
    let row = rows.into_iter().find(|row| row.name == part.name() && opens(part, row, &commitment));
    Ok(row.and_then(|row| row.value))
}

/// Requests of this flow whose outcome is still to be told.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn open_of_flow(on: &impl Reads, flow: &str) -> Result<Vec<OpenIntent>, Fault> {
    store::open_of_flow(on, flow).await
}

/// The log's id and its head.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn head(db: &Db) -> Result<(String, Frontier), Fault> {
    store::head(db).await
}

/// Requests whose outcome is overdue.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn overdue_intents(db: &Db, now: Timestamp, limit: u64) -> Result<Vec<OpenIntent>, Fault> {
    store::overdue_intents(db, now, limit).await
}

/// The last event of exactly this type.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn last(on: &impl Reads, kind: &str) -> Result<Option<StoredEvent>, Fault> {
    store::last(on, kind).await
}

/// Whether the outcome of a request is still to be told.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn is_open(on: &impl Reads, request: &EventId) -> Result<bool, Fault> {
    store::is_open(on, request).await
}

/// The events about one thing from a position on, in the order of the log.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn about(on: &impl Reads, object: &str, from: i64) -> Result<Vec<StoredEvent>, Fault> {
    store::events_of_object(on, object, from).await
}

/// The events of one type about some things, in the order of the log.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn about_many(on: &impl Reads, kind: &str, objects: &[&str]) -> Result<Vec<StoredEvent>, Fault> {
    store::events_of_objects(on, kind, objects).await
}

/// Makes the log's head where there is none.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn create_log(app: &App) -> Result<(), Fault> {
    let tx = AuditedTx::begin(app).await?;
    store::create_head(tx.connection(), app.uuid()).await?;
    tx.commit_head().await
}

/// What the self-check found.
#[derive(Clone, Debug)]
pub struct SelfCheck {
    /// Events that were read.
    pub events: u64,
    /// The root over all of them, hex.
    pub root: String,
    /// The first fault, in words; none if the log is whole.
    pub fault: Option<String>,
}

/// Re-reads the whole log: each header parses, says what its columns say, hashes to its leaf, follows its stream's
/// previous event without a gap; sealed parts match their commitments; the leaves make the head's root.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn self_check(db: &Db) -> Result<SelfCheck, Fault> {
    // First the head: what is appended meanwhile is not looked at, and what it counts must be there.
    let (_, head) = store::head(db).await?;
    let mut walk = Walk::default();
    while walk.frontier.size() < head.size() {
        let from = i64::try_from(walk.frontier.size()).unwrap_or(i64::MAX);
        let left = head.size() - walk.frontier.size();
        let page = store::range(db, from, left.min(1_000)).await?;
        if page.is_empty() {
            return Ok(walk.finish(Some(format!("the last {left} events are missing"))));
        }
        let ids: Vec<EventId> = page.iter().map(|event| event.id.clone()).collect();
        let parts = store::sealed_of(db, &ids).await?;
        for event in &page {
            if let Err(fault) = walk.step(event, &parts) {
                return Ok(walk.finish(Some(format!("event {} ({}): {fault}", event.position, event.id))));
            }
        }
    }
    let fault = match head == walk.frontier {
        true => walk.wrong_end(store::stream_ends(db).await?),
        false => Some("the head does not fit the events".to_owned()),
    };
    Ok(walk.finish(fault))
}

#[derive(Default)]
struct Walk {
    frontier: Frontier,
    streams: std::collections::HashMap<String, (u64, [u8; 32])>,
}

impl Walk {
    fn step(&mut self, event: &StoredEvent, parts: &[StoredSealed]) -> Result<(), String> {
        if i64::try_from(self.frontier.size()) != Ok(event.position) {
            return Err("a position is missing before it".to_owned());
        }
        let header = Header::parse_line(&event.header).map_err(|error| error.to_string())?;
        columns_agree(event, &header)?;
        let leaf = leaf_hash(event.header.as_bytes());
        if parse_hash(&event.leaf) != Some(leaf) {
            return Err("the header does not hash to the stored leaf".to_owned());
        }
        let end =
            self.streams.entry(event.stream.clone()).or_insert_with(|| (0, stream_origin(&event.stream)));
        if header.seq != end.0 + 1 || header.prev != end.1 {
            return Err("it does not follow the previous event of its stream".to_owned());
        }
        *end = (header.seq, leaf);
        sealed_agree(event, &header, parts)?;
        self.frontier.append(leaf);
        Ok(())
    }

    /// A stream's row that is not where the walk ended, unless it has grown meanwhile.
    fn wrong_end(&self, ends: Vec<(String, i64, String)>) -> Option<String> {
        ends.into_iter().find_map(|(stream, seq, leaf)| {
            let walked = self.streams.get(&stream).map_or((0, stream_origin(&stream)), |end| *end);
            let seq = u64::try_from(seq).unwrap_or_default();
            let is_wrong = seq < walked.0 || (seq == walked.0 && parse_hash(&leaf) != Some(walked.1));
            is_wrong.then(|| format!("the end of the stream {stream} does not fit its events"))
        })
    }

    fn finish(self, fault: Option<String>) -> SelfCheck {
        SelfCheck { events: self.frontier.size(), root: hex::encode(self.frontier.root()), fault }
    }
}

fn columns_agree(event: &StoredEvent, header: &Header) -> Result<(), String> {
    let object = header.object.as_ref();
    let pairs = [
        ("id", header.id == event.id.as_str()),
        ("stream", header.stream.to_string() == event.stream),
        ("seq", i64::try_from(header.seq) == Ok(event.seq)),
        ("type", header.event_type == event.kind),
        ("outcome", header.outcome.name() == event.outcome),
        ("at", header.at == event.at.micros()),
        ("actor", header.actor.kind.name() == event.actor_kind && header.actor.reference == event.actor_ref),
        ("object kind", object.map(|object| &object.kind) == event.object_kind.as_ref()),
        ("object", object.map(|object| &object.reference) == event.object_ref.as_ref()),
        ("flow", header.flow == event.flow),
        ("cause", header.cause == event.cause),
    ];
    match pairs.iter().find(|(_, agrees)| !agrees) {
        Some((name, _)) => Err(format!("the column `{name}` says something else than the header")),
        None => Ok(()),
    }
}

fn sealed_agree(event: &StoredEvent, header: &Header, parts: &[StoredSealed]) -> Result<(), String> {
    let own: Vec<&StoredSealed> = parts.iter().filter(|part| part.event_id == event.id).collect();
    if own.len() != header.sealed.len() {
        return Err("it has other sealed parts than its header says".to_owned());
    }
    for (part, commitment) in &header.sealed {
        let row = own.iter().find(|row| row.name == part.name());
        let row = row.ok_or_else(|| format!("its sealed part `{}` is missing", part.name()))?;
        if parse_hash(&row.commitment) != Some(*commitment) || !opens(*part, row, commitment) {
            return Err(format!("its sealed part `{}` does not fit its commitment", part.name()));
        }
    }
    Ok(())
}

/// Whether salt and value make the commitment. A part without them was erased; nothing erases yet, so it is a fault.
fn opens(part: Part, row: &StoredSealed, commitment: &[u8; 32]) -> bool {
    match (row.salt.as_deref().and_then(parse_hash), &row.value) {
        (Some(salt), Some(value)) => sealed::commitment(part, &salt, value) == *commitment,
        _ => false,
    }
}
