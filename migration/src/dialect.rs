//! What SQLite and PostgreSQL spell differently.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

/// One of the two databases.
#[derive(Clone, Copy)]
pub enum Dialect {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

impl Dialect {
    /// The dialect of the database that a step runs on.
    pub fn of(manager: &SchemaManager<'_>) -> Self {
        match manager.get_database_backend() {
            DatabaseBackend::Postgres => Self::Postgres,
            _ => Self::Sqlite,
        }
    }

    /// Replaces the placeholders `{bytes}` and `{position}` in a table's definition.
    pub fn spell(self, sql: &str) -> String {
        let (bytes, position) = match self {
            Self::Sqlite => ("BLOB", "INTEGER"),
            Self::Postgres => ("BYTEA", "BIGINT"),
        };
        sql.replace("{bytes}", bytes).replace("{position}", position)
    }
}
