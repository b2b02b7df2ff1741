//! Locks of the database in other hands than the product's.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection};

/// A lock, as another program has it that is at work for long.
pub struct Lock(DatabaseConnection);

impl Lock {
    /// Takes the lock of whoever writes, at the database at `url`: SQLite's, or the log's head of PostgreSQL. Nobody else
    /// can commit a change with an event until [`Lock::let_go`].
    pub async fn take(url: &str) -> Self {
        let holder = Self::open(url).await;
        let begin = match holder.0.get_database_backend() {
            DatabaseBackend::Postgres => "BEGIN; SELECT 1 FROM audit_head FOR UPDATE",
            _ => "BEGIN IMMEDIATE",
        };
        holder.run(begin).await;
        holder
    }

    /// Takes the lock of rows that a `SELECT` finds; PostgreSQL only.
    pub async fn rows(url: &str, select: &str) -> Self {
        Self::after(url, &format!("{select} FOR UPDATE")).await
    }

    /// Has done something and not committed it.
    pub async fn after(url: &str, statement: &str) -> Self {
        let holder = Self::open(url).await;
        holder.run(&format!("BEGIN; {statement}")).await;
        holder
    }

    async fn open(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1);
        Self(Database::connect(options).await.unwrap())
    }

    async fn run(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Gives it back; nothing was written.
    pub async fn let_go(self) {
        self.run("ROLLBACK").await;
    }
}
