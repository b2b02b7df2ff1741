//! A Pin that was published can be taken down: when, by whom and why stands beside it.

use sea_orm_migration::prelude::*;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let add = format!("ALTER TABLE publication ADD COLUMN {column}");
            manager.get_connection().execute_unprepared(&add).await?;
        }
        Ok(())
    }
}

/// Only a publication that has a Pin can be without it again; who did it and why is never missing.
const COLUMNS: &[&str] = &[
    "taken_down_by TEXT REFERENCES operator(id)",
    "take_down_reason TEXT",
    "taken_down_at BIGINT CHECK (taken_down_at IS NULL
        OR (state = 'published' AND taken_down_by IS NOT NULL AND take_down_reason IS NOT NULL))",
];
