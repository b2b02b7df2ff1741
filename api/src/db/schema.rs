//! The schema's steps: taken at the start, all in one transaction, and counted for whoever asks.

use countersign_migration::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{Db, OpenError};

impl Db {
    /// Brings the schema up to date. All steps that are missing are one transaction, on both databases: a process that
    /// dies in the middle leaves the schema as it was. Of several that start at once one migrates and the others wait:
    /// for an advisory lock of PostgreSQL's, or for SQLite's writer.
    ///
    /// # Errors
    /// [`OpenError::Newer`] where this program is older than the schema, [`OpenError::Migrate`]; nothing was changed.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let failed = |error: DbErr| OpenError::migrate(&error);
        let tx = self.begin_migrating().await.map_err(failed)?;
        refuse_newer(&tx).await?;
        Migrator::up(&tx, None).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
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
            other => OpenError::connect(&other),
        })?;
        let taken = |step: &Migration| step.status() == MigrationStatus::Applied;
        Ok(steps.iter().map(|step| (step.name().to_owned(), taken(step))).collect())
    }

    async fn begin_migrating(&self) -> Result<DatabaseTransaction, DbErr> {
        let tx = self.begin().await?;
        if self.is_postgres() {
            // A step may take long, and so may whoever is migrating already.
            tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
            // Any number will do, as long as every version uses the same.
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(727274)").await?;
        }
        Ok(tx)
    }
}

async fn refuse_newer(tx: &DatabaseTransaction) -> Result<(), OpenError> {
    let failed = |error: DbErr| OpenError::migrate(&error);
    Migrator::install(tx).await.map_err(failed)?;
    let applied = Migrator::get_migration_models(tx).await.map_err(failed)?;
    let known = Migrator::migrations();
    match applied.iter().find(|row| !known.iter().any(|step| step.name() == row.version)) {
        Some(row) => Err(OpenError::Newer(row.version.clone())),
        None => Ok(()),
    }
}
