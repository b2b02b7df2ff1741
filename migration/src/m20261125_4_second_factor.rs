//! Second factors and their recovery codes; tokens that end by themselves, and why one was ended.

use sea_orm_migration::prelude::*;

use crate::Dialect;

/// The fourth step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager);
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(&dialect.spell(statement)).await?;
        }
        Ok(())
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE operator ADD COLUMN totp_sealed {bytes}",
    "ALTER TABLE operator ADD COLUMN totp_started_at BIGINT",
    "ALTER TABLE operator ADD COLUMN totp_confirmed_at BIGINT",
    "ALTER TABLE operator ADD COLUMN totp_step BIGINT",
    "CREATE TABLE recovery_code (
        operator_id TEXT NOT NULL REFERENCES operator(id), code_sha256 {bytes} NOT NULL,
        created_at BIGINT NOT NULL, used_at BIGINT, PRIMARY KEY (operator_id, code_sha256))",
    "ALTER TABLE api_token ADD COLUMN expires_at BIGINT",
    "ALTER TABLE api_token ADD COLUMN revoked_why TEXT",
    // From now on disabling a person ends their tokens, so that enabling them brings none back.
    "UPDATE api_token SET revoked_why = 'disabled', revoked_at =
        (SELECT disabled_at FROM operator WHERE operator.id = api_token.operator_id)
     WHERE revoked_at IS NULL AND operator_id IN (SELECT id FROM operator WHERE disabled_at IS NOT NULL)",
];
