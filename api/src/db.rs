//! The databases: one writer and readers beside it.
//!
//! SQLite runs in WAL mode with `synchronous=FULL`: a commit that returned is on the disk, and readers never wait
//! for the writer. There is one writing connection, and a transaction on it is immediate, so two writers queue up
//! instead of failing half-way. PostgreSQL has a pool of writers, whose appends queue up at the log's head row.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use countersign_entities::Timestamp;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::{error::Fault, hooks, timing};

mod options;
mod schema;
mod trouble;

pub use sea_orm::Statement;
pub use trouble::Trouble;

/// How many connections read at once.
const READERS: u32 = 4;
/// How many write at once, where several may.
const WRITERS: u32 = 8;
/// The oldest PostgreSQL that is supported, as `server_version_num` tells it.
const OLDEST_POSTGRES: u32 = 150_000;

/// What a store function reads from: the readers, or an open transaction.
pub trait Reads: Send + Sync {
    /// The connection's type.
    type Connection: ConnectionTrait;

    /// The connection to read from.
    fn connection(&self) -> &Self::Connection;
}

/// A database that is connected and migrated.
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    /// How long a write waits in all, for a connection and for the lock.
    patience: Duration,
    /// Why the last change could not be written, until one is.
    trouble: Mutex<Option<Trouble>>,
}

impl Reads for Db {
    type Connection = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        &self.reader
    }
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be reached or opened.
    #[error("the database cannot be opened: {cause}. {remedy}")]
    Connect {
        /// What it said.
        cause: String,
        /// What to do.
        remedy: &'static str,
    },
    /// It is a PostgreSQL of another age.
    #[error(
        "the database is PostgreSQL {0}, and Countersign needs 15 or newer. Upgrade that server, or use another"
    )]
    TooOld(String),
    /// A newer version of the program has changed the schema.
    #[error(
        "the database was used by a newer version of countersign (it knows the step `{0}`, this version does not). \
         Start that version, or restore a backup made before the upgrade"
    )]
    Newer(String),
    /// A migration failed; all steps are one transaction.
    #[error("the database could not be brought up to date: {cause}. Nothing was changed. {remedy}")]
    Migrate {
        /// What it said.
        cause: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl OpenError {
    fn connect(error: &DbErr) -> Self {
        let remedy = "Check COUNTERSIGN_DATABASE_URL and that the data folder is writable";
        Self::Connect { cause: cause(error), remedy: Trouble::of(error).map_or(remedy, opening) }
    }

    fn migrate(error: &DbErr) -> Self {
        let remedy = "Start the version that worked before, or restore a backup, and report this";
        Self::Migrate { cause: cause(error), remedy: Trouble::of(error).map_or(remedy, opening) }
    }
}

/// What to do about a database that cannot be opened: its address may be what is wrong.
fn opening(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Busy => {
            "Check COUNTERSIGN_DATABASE_URL, that its server answers, and that no other program holds the database"
        }
        Trouble::Full => "Free space on its disk, then start again",
        Trouble::ReadOnly => {
            "Check COUNTERSIGN_DATABASE_URL, and let Countersign write there: the file and its folder must belong to \
             the user it runs as; a PostgreSQL server must be no standby, and its role own the database or have CREATE \
             on its schema"
        }
        Trouble::Damaged => "Keep a copy of it, and put the latest backup in its place",
    }
}

/// Nobody listens there, or connections are used up.
const NO_ANSWER: &str = "nobody answers there in time";

/// What the database said, without the layers' own prefixes.
fn cause(error: &DbErr) -> String {
    match (error, Trouble::of(error)) {
        (DbErr::Custom(told), _) => told.clone(),
        (DbErr::ConnectionAcquire(_), _) => NO_ANSWER.to_owned(),
        (DbErr::Conn(_), _) if error.to_string().contains("pool timed out") => NO_ANSWER.to_owned(),
        (_, Some(trouble)) if trouble != Trouble::Busy => format!("{} ({error})", trouble.cause()),
        _ => error.to_string(),
    }
}

impl Db {
    /// Connects; `timing` says how long to wait for what.
    ///
    /// # Errors
    /// [`OpenError::Connect`], [`OpenError::TooOld`].
    pub async fn connect(url: &str, timing: &timing::Database) -> Result<Self, OpenError> {
        let failed = |error: DbErr| OpenError::connect(&error);
        let options = |connections| match url.starts_with("sqlite:") {
            true => options::sqlite(url, connections, timing),
            false => options::postgres(url, connections, timing),
        };
        let writers = if url.starts_with("sqlite:") { 1 } else { WRITERS };
        let writer = sea_orm::Database::connect(options(writers)).await.map_err(failed)?;
        let reader = sea_orm::Database::connect(options(READERS)).await.map_err(failed)?;
        let db = Self { writer, reader, patience: timing.acquire, trouble: Mutex::new(None) };
        if db.is_postgres() {
            db.refuse_old().await?;
        }
        Ok(db)
    }

    async fn refuse_old(&self) -> Result<(), OpenError> {
        let sql = "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name";
        let asked = self.reader.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await;
        let row = asked.and_then(|row| row.ok_or(DbErr::RecordNotFound("its version".to_owned())));
        let told = row.and_then(|row| Ok((row.try_get("", "number")?, row.try_get("", "name")?)));
        let (number, name): (String, String) = told.map_err(|error| OpenError::connect(&error))?;
        if is_too_old(&number) { Err(OpenError::TooOld(name)) } else { Ok(()) }
    }

    /// Gives every statement to `reader` once it was run, if there is one; only tests have one.
    #[must_use]
    pub fn read_by(mut self, reader: Option<hooks::Reader>) -> Self {
        for connection in [&mut self.writer, &mut self.reader] {
            if let Some(reader) = reader.clone() {
                connection.set_metric_callback(move |run| reader(run.statement));
            }
        }
        self
    }

    /// Whether the database answers, for `/readyz`.
    ///
    /// # Errors
    /// [`Fault`] where it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.reader.execute_unprepared("SELECT 1").await.map(drop).map_err(Fault::from)
    }

    /// What time it is at the database, where that is another machine's: a clock that all of an installation share.
    ///
    /// # Errors
    /// [`Fault`] where it does not answer.
    pub async fn clock(&self) -> Result<Option<Timestamp>, Fault> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS at";
        let row = self.reader.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
        let at: Option<i64> = row.map(|row| row.try_get("", "at")).transpose()?;
        Ok(at.map(Timestamp))
    }

    /// Takes every connection that reads, until what is returned is dropped: a crowd of others reads.
    #[cfg(test)]
    pub(crate) async fn crowd(&self) -> Vec<sea_orm::sqlx::pool::PoolConnection<sea_orm::sqlx::Sqlite>> {
        let mut taken = Vec::new();
        for _ in 0..READERS {
            taken.push(self.reader.get_sqlite_connection_pool().acquire().await.unwrap());
        }
        taken
    }

    /// Why the last change could not be written, if it could not. It is tried whether that is still so, but for damage:
    /// that stays until somebody has mended it and started again.
    pub async fn trouble(&self) -> Option<Trouble> {
        let noted = *self.noted();
        if matches!(noted, Some(Trouble::Full | Trouble::ReadOnly)) && self.write_nothing().await.is_ok() {
            return None;
        }
        noted
    }

    /// Writes a row and leaves it as it was. SQLite spares itself a change that is none, so there are two.
    async fn write_nothing(&self) -> Result<(), Fault> {
        let tx = self.begin_writing().await?;
        for step in ["+ 1", "- 1"] {
            let sql = format!("UPDATE tab_count SET drafts = drafts {step} WHERE tab = 'drafts'");
            tx.execute_unprepared(&sql).await?;
        }
        self.commit(tx).await
    }

    /// Closes all connections; what was committed stays.
    pub async fn close(self) {
        drop(self.reader.close().await);
        drop(self.writer.close().await);
    }

    /// The one way to a writing transaction; only the audit log's module calls it.
    pub(crate) async fn begin_writing(&self) -> Result<DatabaseTransaction, Fault> {
        // Whoever waited long for the writer would else wait as long again for the lock.
        let begun = tokio::time::timeout(self.patience, self.begin()).await;
        match begun {
            Ok(begun) => begun.map_err(|error| self.noting(error.into())),
            Err(elapsed) => Err(Fault::Busy(Box::new(elapsed))),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that begins a writing transaction")]
    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.writer.begin_with_options(options).await
    }

    /// The one way to commit.
    pub(crate) async fn commit(&self, tx: DatabaseTransaction) -> Result<(), Fault> {
        tx.commit().await.map_err(|error| self.noting(trouble::of_commit(error)))?;
        let mut noted = self.noted();
        *noted = noted.filter(|trouble| *trouble == Trouble::Damaged);
        Ok(())
    }

    /// Remembers that the database does not take changes, for `/readyz`; the doors tell what went wrong inside.
    pub fn note(&self, fault: &Fault) {
        if let Fault::Storage(trouble) = fault {
            *self.noted() = Some(*trouble);
        }
    }

    fn noting(&self, fault: Fault) -> Fault {
        self.note(&fault);
        fault
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is PostgreSQL, where rows are locked one by one.
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DatabaseBackend::Postgres
    }
}

/// Whether `server_version_num` is of a version that is not supported.
fn is_too_old(number: &str) -> bool {
    number.parse().is_ok_and(|number: u32| number < OLDEST_POSTGRES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn every_connection_to_sqlite_keeps_what_it_is_told_and_nothing_that_was_erased() {
        let test = testing::app().await;
        for connection in [&test.app.db.reader, &test.app.db.writer] {
            for (pragma, wanted) in
                [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1")]
            {
                let ask = Statement::from_string(DatabaseBackend::Sqlite, format!("PRAGMA {pragma}"));
                let row = connection.query_one_raw(ask).await.unwrap().unwrap();
                let number = row.try_get_by_index::<i32>(0).map(|number| number.to_string());
                let found = number.or_else(|_| row.try_get_by_index::<String>(0)).unwrap();
                assert_eq!(found, wanted, "{pragma}");
            }
        }
    }

    #[tokio::test]
    async fn whoever_writes_keeps_all_others_out_from_the_beginning() {
        let test = testing::app().await;
        let timing =
            timing::Database { busy: std::time::Duration::from_millis(50), ..timing::Database::default() };
        let url = crate::config::Storage::sqlite_in(test.app.data_dir.path());
        let other = Db::connect(&url, &timing).await.unwrap();
        let tx = test.app.db.begin_writing().await.unwrap();
        assert!(
            matches!(other.begin_writing().await, Err(Fault::Busy(_))),
            "what is read may change meanwhile"
        );
        tx.rollback().await.unwrap();
        other.begin_writing().await.unwrap().rollback().await.unwrap();
    }

    #[tokio::test]
    async fn trouble_is_over_with_the_next_commit_but_for_damage() {
        for (noted, left) in [(Trouble::Full, None), (Trouble::Damaged, Some(Trouble::Damaged))] {
            let test = testing::app().await;
            let db = &test.app.db;
            db.note(&Fault::Storage(noted));
            db.commit(db.begin_writing().await.unwrap()).await.unwrap();
            assert_eq!(db.trouble().await, left, "{noted:?}");
        }
    }

    #[test]
    fn a_postgresql_of_another_age_is_refused_in_words() {
        assert!(is_too_old("140012") && is_too_old("90624"));
        assert!(!is_too_old("150000") && !is_too_old("170002"));
        let refused = OpenError::TooOld("14.12".to_owned()).to_string();
        assert!(refused.contains("14.12") && refused.contains("15 or newer"), "{refused}");
    }
}
