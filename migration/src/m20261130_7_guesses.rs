//! Guesses at the codes of a second factor are counted beside it, for all servers and through restarts.

use sea_orm_migration::prelude::*;

/// The seventh step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = "ALTER TABLE operator ADD COLUMN totp_guesses_until BIGINT";
        manager.get_connection().execute_unprepared(add).await.map(drop)
    }
}
