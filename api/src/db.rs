//! The databases: one writer and readers beside it.
//!
//! SQLite runs in WAL mode with `synchronous=FULL`: a commit that returned is on the disk, and readers never wait
//! for the writer. There is one writing connection, and a transaction on it is immediate, so two writers queue up
//! instead of failing half-way. PostgreSQL has a pool for both; its appends queue up at the log's head row.

use std::time::Duration;

use countersign_migration::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
    sqlx::{
        self,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

use crate::error::Fault;

/// How many connections read at once.
const READERS: u32 = 4;

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
    #[error(
        "the database cannot be opened: {0}. Check COUNTERSIGN_DATABASE_URL and that the data folder is writable"
    )]
    Connect(String),
    /// A newer version of the program has changed the schema.
    #[error(
        "the database was used by a newer version of countersign (it knows the step `{0}`, this version does not). \
         Start that version, or restore a backup made before the upgrade"
    )]
    Newer(String),
    /// A migration failed; a step is one transaction on PostgreSQL and is repeated whole on SQLite.
    #[error("the database could not be migrated: {0}")]
    Migrate(String),
}

impl Db {
    /// Connects; `busy` is how long a statement waits for a lock.
    ///
    /// # Errors
    /// [`OpenError::Connect`].
    pub async fn connect(url: &str, busy: Duration) -> Result<Self, OpenError> {
        let failed = |error: DbErr| OpenError::Connect(error.to_string());
        if url.starts_with("sqlite:") {
            let writer = Database::connect(sqlite_options(url, 1, busy)).await.map_err(failed)?;
            let reader = Database::connect(sqlite_options(url, READERS, busy)).await.map_err(failed)?;
            return Ok(Self { writer, reader });
        }
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(READERS * 3)
            .acquire_timeout(busy.max(Duration::from_secs(5)))
            .sqlx_logging(false);
        let writer = Database::connect(options).await.map_err(failed)?;
        Ok(Self { reader: writer.clone(), writer })
    }

    /// Brings the schema up to date. On PostgreSQL several processes may start at once: an advisory lock lets one
    /// migrate while the others wait; SQLite's writer lock and the lock on the data folder do the same.
    ///
    /// # Errors
    /// [`OpenError::Newer`] where this program is older than the schema, [`OpenError::Migrate`].
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let failed = |error: DbErr| OpenError::Migrate(error.to_string());
        let lock = self.migration_lock().await.map_err(failed)?;
        self.refuse_newer().await?;
        Migrator::up(&self.writer, None).await.map_err(failed)?;
        if let Some(lock) = lock {
            lock.commit().await.map_err(failed)?;
        }
        Ok(())
    }

    /// The names of the steps that are known, and whether each was taken. It only reads, so anybody may ask.
    ///
    /// # Errors
    /// [`OpenError::Newer`] where the database is newer than this program, [`OpenError::Connect`] where it cannot be
    /// read just now.
    pub async fn migration_status(&self) -> Result<Vec<(String, bool)>, OpenError> {
        let steps = Migrator::get_migration_with_status_read_only(&self.reader).await;
        let steps = steps.map_err(|error| match error {
            // The crate's word for a step that was taken and is not known.
            DbErr::Custom(unknown) => {
                OpenError::Newer(unknown.split('\'').nth(1).unwrap_or(&unknown).to_owned())
            }
            other => OpenError::Connect(other.to_string()),
        })?;
        let taken = |step: &Migration| step.status() == MigrationStatus::Applied;
        Ok(steps.iter().map(|step| (step.name().to_owned(), taken(step))).collect())
    }

    /// Whether the database answers, for `/readyz`.
    ///
    /// # Errors
    /// [`Fault`] where it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.reader.execute_unprepared("SELECT 1").await.map(drop).map_err(Fault::from)
    }

    /// Closes all connections; what was committed stays.
    pub async fn close(self) {
        drop(self.reader.close().await);
        drop(self.writer.close().await);
    }

    /// The one way to a writing transaction; only the audit log's module calls it.
    #[expect(clippy::disallowed_methods, reason = "the one place that begins a writing transaction")]
    pub(crate) async fn begin_writing(&self) -> Result<DatabaseTransaction, Fault> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Whether this is PostgreSQL, where rows are locked one by one.
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DatabaseBackend::Postgres
    }

    async fn refuse_newer(&self) -> Result<(), OpenError> {
        let failed = |error: DbErr| OpenError::Migrate(error.to_string());
        Migrator::install(&self.writer).await.map_err(failed)?;
        let applied = Migrator::get_migration_models(&self.writer).await.map_err(failed)?;
        let known = Migrator::migrations();
        match applied.iter().find(|row| !known.iter().any(|step| step.name() == row.version)) {
            Some(row) => Err(OpenError::Newer(row.version.clone())),
            None => Ok(()),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "holds a lock while migrations run, writes nothing")]
    async fn migration_lock(&self) -> Result<Option<DatabaseTransaction>, DbErr> {
        if !self.is_postgres() {
            return Ok(None);
        }
        let lock = self.writer.begin().await?;
        // Any number will do, as long as every version uses the same.
        lock.execute_unprepared("SELECT pg_advisory_xact_lock(727274)").await?;
        Ok(Some(lock))
    }
}

fn sqlite_options(url: &str, connections: u32, busy: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(busy.max(Duration::from_secs(5)))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(busy)
                .foreign_keys(true)
                // What is erased must really go from the file.
                .pragma("secure_delete", "ON")
        });
    options
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        if is_busy(&error) { Self::Busy(Box::new(error)) } else { Self::Database(Box::new(error)) }
    }
}

/// Locked, or no connection in time, or the server is away: nothing was written.
fn is_busy(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(sea_orm::RuntimeErr::SqlxError(inner))
        | DbErr::Query(sea_orm::RuntimeErr::SqlxError(inner)) => {
            match inner.as_ref() {
                sqlx::Error::Database(database) => {
                    // SQLITE_BUSY and SQLITE_LOCKED with their extended codes; PostgreSQL: serialization, deadlock.
                    matches!(
                        database.code().as_deref(),
                        Some("5" | "6" | "261" | "517" | "262" | "40001" | "40P01")
                    )
                }
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
                _ => false,
            }
        }
        _ => false,
    }
}
