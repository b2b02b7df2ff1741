//! Lists that cost the same however much there is: the words of drafts in the order in which they are shown, and indexes
//! that a database without statistics takes too. And counts that two may change at once.

use sea_orm_migration::prelude::*;

use crate::Dialect;

/// The sixth step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager);
        let (own, bytewise, clustered) = match dialect {
            Dialect::Sqlite => (SQLITE, "", "WITHOUT ROWID"),
            Dialect::Postgres => (POSTGRES, "COLLATE \"C\"", ""),
        };
        for statement in WORDS.iter().chain(INDEXES).chain(own) {
            let statement = statement.replace("{bytewise}", bytewise).replace("{clustered}", clustered);
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }
}

/// `tab` and `place` are those of the draft once it has ended, for then it seldom changes: what people work on changes
/// with every step, and each change would move all its words.
const WORDS: &[&str] = &[
    "DROP TABLE IF EXISTS draft_word_new",
    "CREATE TABLE draft_word_new (
        draft_id TEXT NOT NULL REFERENCES draft(id), word TEXT {bytewise} NOT NULL, tab TEXT, place BIGINT,
        PRIMARY KEY (draft_id, word), CHECK ((tab IS NULL) = (place IS NULL))) {clustered}",
    "INSERT INTO draft_word_new (draft_id, word, tab, place)
     SELECT draft_id, word, CASE WHEN tab IN ('published','discarded') THEN tab END,
            CASE WHEN tab IN ('published','discarded') THEN updated_at END
     FROM draft_word JOIN draft ON draft.id = draft_word.draft_id",
    "DROP TABLE draft_word",
    "ALTER TABLE draft_word_new RENAME TO draft_word",
    "CREATE INDEX draft_word_word ON draft_word (word, draft_id)",
    "CREATE INDEX draft_word_ended ON draft_word (word, tab, place, draft_id) WHERE place IS NOT NULL",
];

/// SQLite prefers any index with two columns that fit to a partial one with one: it read all that is scheduled to find what
/// is due.
const INDEXES: &[&str] = &[
    "DROP INDEX publication_due",
    "CREATE INDEX publication_due ON publication (state, due_at, id)",
    "DROP INDEX publication_held",
    "DROP INDEX publication_lapses",
    "CREATE INDEX publication_lapses ON publication (state, lapses_at)",
    "CREATE INDEX audit_event_stream ON audit_event (stream, position)",
    "CREATE INDEX draft_author_operator ON draft_author (operator_id, draft_id)",
    // What sweeping looks for, and what a foreign key looks for when an upload goes.
    "CREATE INDEX draft_revision_asset ON draft_revision (asset_id)",
    "CREATE INDEX session_expires ON session (expires_at)",
    "CREATE INDEX sign_in_link_expires ON sign_in_link (expires_at)",
    "CREATE INDEX draft_board ON draft (board_id, updated_at DESC, id DESC)",
];

const SQLITE: &[&str] = &["CREATE TRIGGER draft_ended AFTER UPDATE OF tab, updated_at ON draft
     WHEN NEW.tab IN ('published','discarded') OR OLD.tab IN ('published','discarded')
     BEGIN UPDATE draft_word SET tab = CASE WHEN NEW.tab IN ('published','discarded') THEN NEW.tab END,
                  place = CASE WHEN NEW.tab IN ('published','discarded') THEN NEW.updated_at END
           WHERE draft_id = NEW.id; END"];

const POSTGRES: &[&str] = &[
    "CREATE FUNCTION place_words() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN
        UPDATE draft_word SET tab = CASE WHEN NEW.tab IN ('published','discarded') THEN NEW.tab END,
               place = CASE WHEN NEW.tab IN ('published','discarded') THEN NEW.updated_at END
        WHERE draft_id = NEW.id;
        RETURN NULL; END $$",
    "CREATE TRIGGER draft_ended AFTER UPDATE OF tab, updated_at ON draft FOR EACH ROW
     WHEN (NEW.tab IN ('published','discarded') OR OLD.tab IN ('published','discarded'))
     EXECUTE FUNCTION place_words()",
    // A draft that names a tab holds its row against whoever takes it whole, so two that did both waited for each other
    // in vain. Counting needs less: nobody changes a tab's name.
    "CREATE OR REPLACE FUNCTION count_draft() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN
        IF TG_OP = 'INSERT' THEN UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab;
        ELSIF TG_OP = 'DELETE' THEN UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab;
        ELSE
            PERFORM 1 FROM tab_count WHERE tab IN (OLD.tab, NEW.tab) ORDER BY tab FOR NO KEY UPDATE;
            UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab;
            UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab;
        END IF;
        RETURN NULL; END $$",
];
