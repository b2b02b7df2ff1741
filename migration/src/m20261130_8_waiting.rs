//! What waits for review is found in its order, however much waits.

use sea_orm_migration::prelude::*;

/// The eighth step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "CREATE INDEX draft_waiting ON draft (state, submitted_at, id)";
        manager.get_connection().execute_unprepared(index).await.map(drop)
    }
}
