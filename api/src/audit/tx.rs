//! [`AuditedTx`]: the only way to write.
//!
//! A change and the events that tell of it are one transaction, whose only exit is [`AuditedTx::commit`]. The log's
//! head row is locked last on PostgreSQL and from the start on SQLite (an immediate transaction): commit order is
//! index order, without a gap, a fork or a sequencer. So nothing slow may happen inside.

use countersign_entities::{Timestamp, ids::EventId};
use sea_orm::DatabaseTransaction;

use super::{
    event::{Event, Happening},
    header::{Outcome, Stream},
    record::{header_of, refuse_secrets, seal_parts},
    store::{self, Head, StreamEnd},
    tree,
};
use crate::{
    actor::{Actor, Via},
    app::App,
    db::Reads,
    error::Fault,
    hooks::Point,
    rng::uuid_v7,
};

/// What may be written without an event: a closed list, none of which the log tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Housekeeping {
    /// Copies of what a person has typed and not saved.
    Autosave,
    /// Uploads that no draft uses yet.
    Uploads,
    /// When a session or a token was last used.
    SessionTouch,
    /// How often somebody has guessed.
    Throttles,
    /// Claims, leases and their heartbeats: `scheduled` <-> `claimed` only.
    Claims,
    /// Answers kept for a client's idempotency key.
    IdempotencyKeys,
    /// A key of ours, made and wrapped at its first use.
    DataKeys,
    /// Rows that were used up or ran out: states, links, keys.
    SpentRows,
    /// Drafts whose tab changes because time has passed.
    Tabs,
    /// For how long an account rests, and how often in a row it was blocked; that it is held is told.
    Holds,
}

/// A transaction that may write to housekeeping's tables: both kinds may.
pub trait Writes: Reads<Connection = DatabaseTransaction> {}

/// The only writing transaction that may touch what the log tells of.
pub struct AuditedTx<'a> {
    app: &'a App,
    tx: DatabaseTransaction,
}

/// A writing transaction for the closed list of [`Housekeeping`].
pub struct HousekeepingTx {
    app: App,
    tx: DatabaseTransaction,
}

impl Reads for AuditedTx<'_> {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

impl Reads for HousekeepingTx {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }
}

impl Writes for AuditedTx<'_> {}
impl Writes for HousekeepingTx {}

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its id.
    pub id: EventId,
    /// The index of its leaf.
    pub position: i64,
    /// When, by the log.
    pub at: Timestamp,
}

impl<'a> AuditedTx<'a> {
    /// Begins a transaction; dropped without a commit it changes nothing.
    ///
    /// # Errors
    /// [`Fault::Busy`] where the writer cannot be had in time.
    pub async fn begin(app: &'a App) -> Result<Self, Fault> {
        Ok(Self { app, tx: app.db.begin_writing().await? })
    }

    /// The present moment, by the application's clock.
    pub fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// Keeps everybody else from committing until this transaction ends, for what must still hold when it does. Lock
    /// rows before: the log's head is always the last.
    ///
    /// # Errors
    /// [`Fault::Busy`] where it cannot be had in time.
    pub async fn lock_log(&self) -> Result<(), Fault> {
        store::lock_head(&self.tx).await.map(drop)
    }

    /// Whether rows are locked one by one.
    pub fn is_postgres(&self) -> bool {
        self.app.db.is_postgres()
    }

    /// Begins a transaction of the closed list, without events.
    ///
    /// # Errors
    /// [`Fault::Busy`] where the writer cannot be had in time.
    pub async fn housekeeping(app: &App, what: Housekeeping) -> Result<HousekeepingTx, Fault> {
        tracing::trace!(?what, "housekeeping");
        Ok(HousekeepingTx { app: app.clone(), tx: app.db.begin_writing().await? })
    }

    /// Appends the events and commits them together with what the transaction wrote.
    ///
    /// # Errors
    /// [`Fault::Event`] where an event breaks the format or carries a secret, or there is none; [`Fault::Lost`] where an
    /// outcome was told already; both change nothing. [`Fault::CommitUnknown`] where the commit itself failed: it may have held.
    pub async fn commit(self, events: Vec<Event>) -> Result<Vec<Appended>, Fault> {
        if events.is_empty() {
            return Err(Fault::Event("a change that nobody tells of".to_owned()));
        }
        // On the heap: what appends is large, and many a verb's future would carry it on the stack.
        let appended = Box::pin(append(self.app, &self.tx, events)).await;
        let appended = appended.inspect_err(|fault| self.app.db.note(fault))?;
        self.app.hooks.reach(Point::TellBeforeCommit).await?;
        self.app.db.commit(self.tx).await?;
        Ok(appended)
    }

    /// Commits with one event.
    ///
    /// # Errors
    /// As [`AuditedTx::commit`].
    pub async fn commit_one(self, event: Event) -> Result<Appended, Fault> {
        let mut appended = self.commit(vec![event]).await?;
        appended.pop().ok_or(Fault::Lost("an appended event has no place"))
    }
}

impl AuditedTx<'_> {
    /// Commits the head of a log that is only beginning: there is nothing to be told in yet.
    pub(super) async fn commit_head(self) -> Result<(), Fault> {
        self.app.db.commit(self.tx).await
    }

    /// Commits rows that only a test writes.
    #[cfg(test)]
    pub(crate) async fn commit_untold(self) -> Result<(), Fault> {
        self.app.db.commit(self.tx).await
    }
}

impl HousekeepingTx {
    /// Commits.
    ///
    /// # Errors
    /// [`Fault::CommitUnknown`] where it is not known whether it held.
    pub async fn commit(self) -> Result<(), Fault> {
        self.app.db.commit(self.tx).await
    }
}

async fn append(app: &App, tx: &DatabaseTransaction, events: Vec<Event>) -> Result<Vec<Appended>, Fault> {
    let mut appender = Appender::open(app, tx).await?;
    for event in events {
        appender.append(event).await?;
    }
    appender.close().await
}

/// Appends under the head's lock; holds head and streams in memory until [`Appender::close`].
struct Appender<'a> {
    app: &'a App,
    tx: &'a DatabaseTransaction,
    head: Head,
    streams: Vec<StreamEnd>,
    rows: Vec<store::EventRow>,
    sealed: Vec<store::SealedRow>,
    appended: Vec<Appended>,
    at: Timestamp,
}

impl<'a> Appender<'a> {
    async fn open(app: &'a App, tx: &'a DatabaseTransaction) -> Result<Self, Fault> {
        let head = store::lock_head(tx).await?;
        let at = app.clock.now();
        let mut appender = Self {
            app,
            tx,
            head,
            streams: Vec::new(),
            rows: Vec::new(),
            sealed: Vec::new(),
            appended: Vec::new(),
            at,
        };
        appender.tell_of_clock_step().await?;
        Ok(appender)
    }

    /// Rule R6 of FORMAT.md: time may only run backwards where the log says so.
    async fn tell_of_clock_step(&mut self) -> Result<(), Fault> {
        let back = self.head.latest_at.since(self.at);
        if back <= self.app.timing.audit.clock_step {
            return Ok(());
        }
        let by_ms = -i64::try_from(back.as_millis()).unwrap_or(i64::MAX);
        self.head.latest_at = self.at;
        let event = self.own(Happening::ClockStepped { by_ms });
        self.place(event).await
    }

    async fn append(&mut self, event: Event) -> Result<(), Fault> {
        if let Some(cause) = event.cause.as_ref().filter(|_| event.is_outcome()) {
            store::close_intent(self.tx, cause).await?;
        }
        if event.stream != Stream::Installation && self.stream(&event.stream).await?.is_new() {
            let opened = self.own(Happening::StreamOpened { stream: event.stream.to_string() });
            self.place(opened).await?;
        }
        self.place(event).await
    }

    async fn place(&mut self, event: Event) -> Result<(), Fault> {
        let app = self.app;
        let sealed = seal_parts(app, &event)?;
        let at = self.at;
        let position = self.head.frontier.size();
        let end = self.stream(&event.stream).await?;
        let header = header_of(&event, at, end, &sealed);
        let line =
            header.to_line().map_err(|error| Fault::Event(format!("{}: {error}", event.happening.name())))?;
        refuse_secrets(app, &line, &sealed)?;
        let leaf = tree::leaf_hash(line.as_bytes());
        end.advance(leaf, at);
        self.head.append(leaf, at);
        let position = i64::try_from(position).map_err(|_| Fault::Event("the log is full".to_owned()))?;
        if let Some((kind, timeout_ms)) = event.intent() {
            store::open_intent(self.tx, &event, kind, at, self.deadline(timeout_ms)).await?;
        }
        let subject = event.actor.operator_id().map(ToString::to_string);
        self.sealed.extend(sealed.into_iter().map(|part| store::SealedRow {
            event_id: event.id.clone(),
            subject: subject.clone(),
            part,
        }));
        self.appended.push(Appended { id: event.id.clone(), position, at });
        self.rows.push(store::EventRow { position, header, line, leaf, id: event.id });
        Ok(())
    }

    fn deadline(&self, timeout_ms: i64) -> Timestamp {
        let timeout = std::time::Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
        self.at.plus(timeout).plus(self.app.timing.audit.outcome_grace)
    }

    async fn stream(&mut self, stream: &Stream) -> Result<&mut StreamEnd, Fault> {
        let known = self.streams.iter().position(|end| &end.stream == stream);
        let index = match known {
            Some(index) => index,
            None => {
                self.streams.push(store::stream_end(self.tx, stream).await?);
                self.streams.len() - 1
            }
        };
        self.streams.get_mut(index).ok_or(Fault::Lost("a stream's end"))
    }

    fn own(&self, happening: Happening) -> Event {
        let id = EventId::from_uuid_v7(&uuid_v7(&*self.app.clock, &*self.app.rng));
        Event::new(id, Stream::Installation, &Actor::system(Via::Worker), happening)
    }

    async fn close(self) -> Result<Vec<Appended>, Fault> {
        store::insert_events(self.tx, &self.rows).await?;
        store::insert_sealed(self.tx, &self.sealed).await?;
        for end in &self.streams {
            store::save_stream(self.tx, end).await?;
        }
        store::save_head(self.tx, &self.head).await?;
        Ok(self.appended)
    }
}

impl Event {
    /// An event with a fresh id.
    pub fn fresh(app: &App, stream: Stream, actor: &Actor, happening: Happening) -> Self {
        Self::new(app.event_id(), stream, actor, happening)
    }

    /// An event of the installation's own stream.
    pub fn installation(app: &App, actor: &Actor, happening: Happening) -> Self {
        Self::fresh(app, Stream::Installation, actor, happening)
    }

    /// Says that it was refused or failed on purpose.
    #[must_use]
    pub fn denied(self) -> Self {
        self.outcome(Outcome::Denied)
    }

    /// Says that it failed.
    #[must_use]
    pub fn failed(self) -> Self {
        self.outcome(Outcome::Failed)
    }
}

#[cfg(test)]
mod tests;
