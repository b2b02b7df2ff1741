//! The log's tables.

use countersign_entities::{
    Timestamp, audit_event, audit_head, audit_sealed, audit_stream, ids::EventId, open_intent,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseBackend, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::{
    event::Event,
    header::{Header, Stream},
    read::{OpenIntent, StoredEvent, StoredSealed},
    sealed::SealedPart,
    tree::{Frontier, Hash, stream_origin},
};
use crate::{db::Reads, error::Fault};

mod list;

pub(super) use list::list;

/// The log's head.
pub(super) struct Head {
    pub(super) frontier: Frontier,
    pub(super) latest_at: Timestamp,
}

impl Head {
    pub(super) fn append(&mut self, leaf: Hash, at: Timestamp) {
        self.frontier.append(leaf);
        self.latest_at = self.latest_at.max(at);
    }
}

/// A stream's end.
pub(super) struct StreamEnd {
    pub(super) stream: Stream,
    pub(super) last_leaf: Hash,
    last_seq: u64,
    latest_at: Timestamp,
    is_stored: bool,
}

impl StreamEnd {
    pub(super) fn is_new(&self) -> bool {
        self.last_seq == 0
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.last_seq + 1
    }

    pub(super) fn advance(&mut self, leaf: Hash, at: Timestamp) {
        self.last_leaf = leaf;
        self.last_seq += 1;
        self.latest_at = self.latest_at.max(at);
    }
}

/// An event on its way into the table.
pub(super) struct EventRow {
    pub(super) position: i64,
    pub(super) id: EventId,
    pub(super) header: Header,
    pub(super) line: String,
    pub(super) leaf: Hash,
}

/// A sealed part on its way into the table.
pub(super) struct SealedRow {
    pub(super) event_id: EventId,
    pub(super) subject: Option<String>,
    pub(super) part: SealedPart,
}

/// Reads the head and, on PostgreSQL, locks it until the transaction ends; on SQLite the transaction has the lock.
pub(super) async fn lock_head(tx: &DatabaseTransaction) -> Result<Head, Fault> {
    let mut query = audit_head::Entity::find_by_id(1);
    if tx.get_database_backend() == DatabaseBackend::Postgres {
        query = query.lock_exclusive();
    }
    let row = query.one(tx).await?.ok_or(Fault::Lost("the audit log has no head"))?;
    let frontier = Frontier::from_bytes(&row.edge).ok_or(Fault::Lost("the audit log's head is damaged"))?;
    if i64::try_from(frontier.size()) != Ok(row.size) {
        return Err(Fault::Lost("the audit log's head is damaged"));
    }
    Ok(Head { frontier, latest_at: row.latest_at })
}

/// Writes the head of a new log; does nothing where there is one.
pub(super) async fn create_head(tx: &DatabaseTransaction, log_id: String) -> Result<(), Fault> {
    let row = audit_head::ActiveModel {
        id: Set(1),
        log_id: Set(log_id),
        size: Set(0),
        edge: Set(Frontier::new().to_bytes()),
        latest_at: Set(Timestamp(0)),
    };
    let insert = audit_head::Entity::insert(row).on_conflict_do_nothing_on([audit_head::Column::Id]);
    insert.exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn save_head(tx: &DatabaseTransaction, head: &Head) -> Result<(), Fault> {
    let size = i64::try_from(head.frontier.size()).map_err(|_| Fault::Lost("the log is full"))?;
    let row = audit_head::ActiveModel {
        size: Set(size),
        edge: Set(head.frontier.to_bytes()),
        latest_at: Set(head.latest_at),
        ..Default::default()
    };
    let written =
        audit_head::Entity::update_many().set(row).filter(audit_head::Column::Id.eq(1)).exec(tx).await?;
    one(written.rows_affected, "the audit log has no head")
}

pub(super) async fn stream_end(tx: &DatabaseTransaction, stream: &Stream) -> Result<StreamEnd, Fault> {
    let name = stream.to_string();
    let row = audit_stream::Entity::find_by_id(name.clone()).one(tx).await?;
    let Some(row) = row else {
        return Ok(StreamEnd {
            stream: stream.clone(),
            last_leaf: stream_origin(&name),
            last_seq: 0,
            latest_at: Timestamp(0),
            is_stored: false,
        });
    };
    let last_leaf =
        super::header::parse_hash(&row.last_leaf).ok_or(Fault::Lost("a stream's end is damaged"))?;
    let last_seq = u64::try_from(row.last_seq).map_err(|_| Fault::Lost("a stream's end is damaged"))?;
    Ok(StreamEnd { stream: stream.clone(), last_leaf, last_seq, latest_at: row.latest_at, is_stored: true })
}

pub(super) async fn save_stream(tx: &DatabaseTransaction, end: &StreamEnd) -> Result<(), Fault> {
    let mut row = audit_stream::ActiveModel {
        stream: Set(end.stream.to_string()),
        last_seq: Set(i64::try_from(end.last_seq).map_err(|_| Fault::Lost("a stream is full"))?),
        last_leaf: Set(hex::encode(end.last_leaf)),
        latest_at: Set(end.latest_at),
    };
    if !end.is_stored {
        audit_stream::Entity::insert(row).exec_without_returning(tx).await?;
        return Ok(());
    }
    row.stream = NotSet;
    let is_it = audit_stream::Column::Stream.eq(end.stream.to_string());
    let written = audit_stream::Entity::update_many().set(row).filter(is_it).exec(tx).await?;
    one(written.rows_affected, "a stream's end is gone")
}

fn one(rows: u64, lost: &'static str) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Lost(lost)) }
}

pub(super) async fn insert_events(tx: &DatabaseTransaction, rows: &[EventRow]) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let models = rows.iter().map(|row| audit_event::ActiveModel {
        position: Set(row.position),
        id: Set(row.id.clone()),
        stream: Set(row.header.stream.to_string()),
        seq: Set(i64::try_from(row.header.seq).unwrap_or(i64::MAX)),
        kind: Set(row.header.event_type.clone()),
        outcome: Set(row.header.outcome.name().to_owned()),
        at: Set(Timestamp(row.header.at)),
        actor_kind: Set(row.header.actor.kind.name().to_owned()),
        actor_ref: Set(row.header.actor.reference.clone()),
        object_kind: Set(row.header.object.as_ref().map(|object| object.kind.clone())),
        object_ref: Set(row.header.object.as_ref().map(|object| object.reference.clone())),
        flow: Set(row.header.flow.clone()),
        cause: Set(row.header.cause.clone()),
        header: Set(row.line.clone()),
        leaf: Set(hex::encode(row.leaf)),
    });
    audit_event::Entity::insert_many(models).exec_without_returning(tx).await?;
    Ok(())
}

pub(super) async fn insert_sealed(tx: &DatabaseTransaction, rows: &[SealedRow]) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let models = rows.iter().map(|row| audit_sealed::ActiveModel {
        event_id: Set(row.event_id.clone()),
        name: Set(row.part.part.name().to_owned()),
        commitment: Set(hex::encode(row.part.commitment())),
        salt: Set(Some(hex::encode(row.part.salt))),
        value: Set(Some(row.part.value.clone())),
        subject: Set(row.subject.clone()),
    });
    audit_sealed::Entity::insert_many(models).exec_without_returning(tx).await?;
    Ok(())
}

/// Remembers a request whose outcome the log must tell by `deadline_at`.
pub(super) async fn open_intent(
    tx: &DatabaseTransaction,
    event: &Event,
    kind: &str,
    started_at: Timestamp,
    deadline_at: Timestamp,
) -> Result<(), Fault> {
    let object = event.object.as_ref();
    let row = open_intent::ActiveModel {
        event_id: Set(event.id.clone()),
        stream: Set(event.stream.to_string()),
        operation: Set(event.happening.name().to_owned()),
        kind: Set(kind.to_owned()),
        object_kind: Set(object.map(|object| object.kind.clone())),
        object_ref: Set(object.map(|object| object.reference.clone())),
        object_revision: Set(object.and_then(|object| i32::try_from(object.revision?).ok())),
        flow: Set(event.flow.clone()),
        started_at: Set(started_at),
        deadline_at: Set(deadline_at),
    };
    open_intent::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Lets only one outcome of a request into the log.
pub(super) async fn close_intent(tx: &DatabaseTransaction, request: &EventId) -> Result<(), Fault> {
    let deleted = open_intent::Entity::delete_by_id(request.clone()).exec(tx).await?;
    if deleted.rows_affected == 1 {
        Ok(())
    } else {
        Err(Fault::Lost("the outcome of this request was told already"))
    }
}

/// The last event of exactly this type.
pub(super) async fn last(on: &impl Reads, kind: &str) -> Result<Option<StoredEvent>, Fault> {
    let row = audit_event::Entity::find()
        .filter(audit_event::Column::Kind.eq(kind))
        .order_by_desc(audit_event::Column::Position)
        .one(on.connection())
        .await?;
    Ok(row.map(StoredEvent::from))
}

/// Whether the outcome of a request is still to be told.
pub(super) async fn is_open(on: &impl Reads, request: &EventId) -> Result<bool, Fault> {
    Ok(open_intent::Entity::find_by_id(request.clone()).one(on.connection()).await?.is_some())
}

/// Requests of a flow whose outcome is still to be told.
pub(super) async fn open_of_flow(on: &impl Reads, flow: &str) -> Result<Vec<OpenIntent>, Fault> {
    let open = open_intent::Entity::find().filter(open_intent::Column::Flow.eq(flow));
    Ok(open.all(on.connection()).await?.into_iter().map(OpenIntent::from).collect())
}

pub(super) async fn overdue_intents(
    on: &impl Reads,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<OpenIntent>, Fault> {
    let rows = open_intent::Entity::find()
        .filter(open_intent::Column::DeadlineAt.lte(now))
        .order_by_asc(open_intent::Column::DeadlineAt)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(OpenIntent::from).collect())
}

/// Events of ascending position from `from` on.
pub(super) async fn range(on: &impl Reads, from: i64, limit: u64) -> Result<Vec<StoredEvent>, Fault> {
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::Position.gte(from))
        .order_by_asc(audit_event::Column::Position)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(StoredEvent::from).collect())
}

pub(super) async fn find(on: &impl Reads, id: &EventId) -> Result<Option<StoredEvent>, Fault> {
    let row = audit_event::Entity::find()
        .filter(audit_event::Column::Id.eq(id.clone()))
        .one(on.connection())
        .await?;
    Ok(row.map(StoredEvent::from))
}

pub(super) async fn sealed_of(on: &impl Reads, ids: &[EventId]) -> Result<Vec<StoredSealed>, Fault> {
    let rows = audit_sealed::Entity::find()
        .filter(audit_sealed::Column::EventId.is_in(ids.iter().cloned()))
        .order_by_asc(audit_sealed::Column::EventId)
        .order_by_asc(audit_sealed::Column::Name)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(StoredSealed::from).collect())
}

pub(super) async fn head(on: &impl Reads) -> Result<(String, Frontier), Fault> {
    let row = audit_head::Entity::find_by_id(1).one(on.connection()).await?;
    let row = row.ok_or(Fault::Lost("the audit log has no head"))?;
    let frontier = Frontier::from_bytes(&row.edge).ok_or(Fault::Lost("the audit log's head is damaged"))?;
    Ok((row.log_id, frontier))
}

/// The events about a thing from a position on, in the order of the log.
pub(super) async fn events_of_object(
    on: &impl Reads,
    object: &str,
    after: i64,
) -> Result<Vec<StoredEvent>, Fault> {
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::ObjectRef.eq(object))
        .filter(audit_event::Column::Position.gte(after))
        .order_by_asc(audit_event::Column::Position)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(StoredEvent::from).collect())
}

pub(super) async fn events_of_objects(
    on: &impl Reads,
    kind: &str,
    objects: &[&str],
) -> Result<Vec<StoredEvent>, Fault> {
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let rows = audit_event::Entity::find()
        .filter(audit_event::Column::ObjectRef.is_in(objects.iter().copied()))
        .filter(audit_event::Column::Kind.eq(kind))
        .order_by_asc(audit_event::Column::Position)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(StoredEvent::from).collect())
}

pub(super) async fn stream_ends(on: &impl Reads) -> Result<Vec<(String, i64, String)>, Fault> {
    let rows =
        audit_stream::Entity::find().order_by_asc(audit_stream::Column::Stream).all(on.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.stream, row.last_seq, row.last_leaf)).collect())
}
