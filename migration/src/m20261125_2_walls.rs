//! Walls that the first step left low: one claim for each account, and an append-only log that cannot be replaced row
//! by row or emptied either.

use sea_orm_migration::prelude::*;

use crate::Dialect;

/// The second step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let own = match Dialect::of(manager) {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
        };
        for statement in BOTH.iter().chain(own) {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const BOTH: &[&str] = &[
    "DROP INDEX IF EXISTS publication_busy",
    "CREATE UNIQUE INDEX IF NOT EXISTS publication_busy ON publication (connection_id) WHERE state IN ('claimed','sending')",
    "CREATE INDEX IF NOT EXISTS publication_throttled ON publication (connection_id, due_at)
     WHERE state = 'scheduled' AND why = 'rate_limited'",
    // No query ever used it: what lapses is found by its publication.
    "DROP INDEX IF EXISTS approval_lapses",
];

/// `INSERT OR REPLACE` deletes without asking the triggers for DELETE.
const SQLITE: &[&str] = &[
    "CREATE TRIGGER IF NOT EXISTS audit_event_no_replace BEFORE INSERT ON audit_event
     WHEN EXISTS (SELECT 1 FROM audit_event WHERE position = NEW.position OR id = NEW.id
                  OR (stream = NEW.stream AND seq = NEW.seq))
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_sealed_no_replace BEFORE INSERT ON audit_sealed
     WHEN EXISTS (SELECT 1 FROM audit_sealed WHERE event_id = NEW.event_id AND name = NEW.name)
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS approval_no_replace BEFORE INSERT ON approval
     WHEN EXISTS (SELECT 1 FROM approval WHERE id = NEW.id OR event_id = NEW.event_id)
     BEGIN SELECT RAISE(ABORT, 'an approval can only be voided, once'); END",
    "CREATE TRIGGER IF NOT EXISTS draft_revision_no_replace BEFORE INSERT ON draft_revision
     WHEN EXISTS (SELECT 1 FROM draft_revision WHERE draft_id = NEW.draft_id AND revision = NEW.revision)
     BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END",
];

/// Two drafts that change places in their tabs lock the tabs in one order.
const POSTGRES: &[&str] = &[
    "CREATE TRIGGER audit_event_kept BEFORE TRUNCATE ON audit_event
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER audit_sealed_kept BEFORE TRUNCATE ON audit_sealed
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE OR REPLACE FUNCTION count_draft() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN
        IF TG_OP = 'INSERT' THEN UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab;
        ELSIF TG_OP = 'DELETE' THEN UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab;
        ELSE
            PERFORM 1 FROM tab_count WHERE tab IN (OLD.tab, NEW.tab) ORDER BY tab FOR UPDATE;
            UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab;
            UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab;
        END IF;
        RETURN NULL; END $$",
];
