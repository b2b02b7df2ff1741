//! How the two databases are connected to.

use sea_orm::{
    ConnectOptions,
    sqlx::{
        Connection as _,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

use crate::timing::Database;

/// Of SQLite: a commit that returned is on the disk, readers never wait for the writer, references hold.
pub(super) fn sqlite(url: &str, connections: u32, timing: &Database) -> ConnectOptions {
    let mut options = pool(url, connections, timing);
    let busy = timing.busy;
    // A file does not go away as a server does: to ask each time whether it answers would double the steps of a read.
    options.test_before_acquire(false).min_connections(1).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(busy)
            .foreign_keys(true)
            // What is erased must really go from the file.
            .pragma("secure_delete", "ON")
    });
    // Where the disk is full SQLite rolls back by itself, and the pool believes that the transaction goes on: on such a
    // connection a transaction would never again be immediate.
    options.map_sqlx_sqlite_before_acquire(|connection, _| {
        let is_sound = !connection.is_in_transaction();
        Box::pin(async move { Ok(is_sound) })
    });
    options
}

/// Of PostgreSQL: the same promise of a commit whatever the server's or the role's defaults say, and an end to waiting.
pub(super) fn postgres(url: &str, connections: u32, timing: &Database) -> ConnectOptions {
    let mut options = pool(url, connections, timing);
    let milliseconds = |duration: std::time::Duration| duration.as_millis().to_string();
    let parameters = [
        ("synchronous_commit", "on".to_owned()),
        ("lock_timeout", milliseconds(timing.busy)),
        ("statement_timeout", milliseconds(timing.statement)),
        ("idle_in_transaction_session_timeout", milliseconds(timing.idle_transaction)),
    ];
    options
        .set_application_name("countersign")
        .map_sqlx_postgres_opts(move |postgres| postgres.options(parameters.clone()));
    options
}

fn pool(url: &str, connections: u32, timing: &Database) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).acquire_timeout(timing.acquire).sqlx_logging(false);
    options
}
