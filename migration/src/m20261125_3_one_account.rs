//! An account has one connection in an environment, also where two people consent at the same moment.

use sea_orm_migration::{prelude::*, sea_orm::Statement};

/// The third step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let doubles = Statement::from_string(manager.get_database_backend(), DOUBLES);
        if connection.query_one_raw(doubles).await?.is_some() {
            return Err(DbErr::Custom(IN_WORDS.to_owned()));
        }
        connection.execute_unprepared(INDEX).await?;
        Ok(())
    }
}

/// Not the ended ones: an account can be connected anew.
const INDEX: &str = "CREATE UNIQUE INDEX connection_one_account ON connection (environment, account_id)
    WHERE account_id IS NOT NULL AND state NOT IN ('revoked','disconnected')";

const DOUBLES: &str = "SELECT account_id FROM connection
    WHERE account_id IS NOT NULL AND state NOT IN ('revoked','disconnected')
    GROUP BY environment, account_id HAVING COUNT(*) > 1 LIMIT 1";

const IN_WORDS: &str = "two connections have the same Pinterest account. Start the version that worked before, \
                        disconnect one of them, and start this version again";
