//! People, connections, drafts, approvals, publications and the audit log.

use sea_orm_migration::prelude::*;

use crate::Dialect;

/// The first step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect::of(manager);
        let connection = manager.get_connection();
        for group in [PEOPLE, CONNECTIONS, DRAFTS, APPROVALS, PUBLICATIONS, HOUSE, AUDIT] {
            connection.execute_unprepared(&dialect.spell(group)).await?;
        }
        for tab in TABS {
            let row = format!("INSERT INTO tab_count (tab, drafts) VALUES ('{tab}', 0)");
            connection.execute_unprepared(&row).await?;
        }
        let triggers = match dialect {
            Dialect::Sqlite => SQLITE_TRIGGERS,
            Dialect::Postgres => POSTGRES_TRIGGERS,
        };
        for trigger in triggers {
            connection.execute_unprepared(trigger).await?;
        }
        Ok(())
    }
}

const TABS: [&str; 8] =
    ["drafts", "review", "changes", "approved", "scheduled", "attention", "published", "discarded"];

const PEOPLE: &str = "
CREATE TABLE operator (
    id TEXT PRIMARY KEY NOT NULL, email TEXT NOT NULL, email_key TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    password_hash TEXT, roles TEXT NOT NULL, disabled_at BIGINT, created_at BIGINT NOT NULL);
CREATE TABLE sign_in_link (
    id TEXT PRIMARY KEY NOT NULL, operator_id TEXT NOT NULL REFERENCES operator(id),
    secret_sha256 {bytes} NOT NULL UNIQUE, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT);
CREATE INDEX sign_in_link_operator ON sign_in_link (operator_id);
CREATE TABLE session (
    id TEXT PRIMARY KEY NOT NULL, secret_sha256 {bytes} NOT NULL UNIQUE,
    operator_id TEXT NOT NULL REFERENCES operator(id), created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, ended_at BIGINT, is_from_link BOOLEAN NOT NULL, user_agent TEXT, address TEXT);
CREATE INDEX session_operator ON session (operator_id, created_at);
CREATE TABLE api_token (
    id TEXT PRIMARY KEY NOT NULL, operator_id TEXT NOT NULL REFERENCES operator(id), name TEXT NOT NULL,
    secret_sha256 {bytes} NOT NULL UNIQUE, scopes TEXT NOT NULL, created_at BIGINT NOT NULL,
    last_used_at BIGINT, revoked_at BIGINT);
CREATE INDEX api_token_operator ON api_token (operator_id);
";

const CONNECTIONS: &str = "
CREATE TABLE connection (
    id TEXT PRIMARY KEY NOT NULL,
    environment TEXT NOT NULL CHECK (environment IN ('rehearsal','sandbox','production')),
    state TEXT NOT NULL CHECK (state IN
        ('pending','unconfirmed','wrong_account','active','held','revoked','disconnected')),
    expected_username TEXT, username TEXT, account_id TEXT, hold_reason TEXT, hold_until BIGINT,
    spam_level INTEGER NOT NULL DEFAULT 0, created_by TEXT NOT NULL REFERENCES operator(id),
    created_at BIGINT NOT NULL, connected_at BIGINT, ended_at BIGINT,
    CHECK (state <> 'held' OR hold_reason IS NOT NULL));
CREATE INDEX connection_created ON connection (created_at, id);
CREATE TABLE oauth_flow (
    id TEXT PRIMARY KEY NOT NULL, connection_id TEXT NOT NULL REFERENCES connection(id),
    operator_id TEXT NOT NULL REFERENCES operator(id), session_id TEXT NOT NULL,
    state_digest {bytes} NOT NULL UNIQUE, pkce_sealed {bytes} NOT NULL, is_reconnect BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT);
CREATE INDEX oauth_flow_expires ON oauth_flow (expires_at);
CREATE TABLE token_grant (
    id TEXT PRIMARY KEY NOT NULL, connection_id TEXT UNIQUE REFERENCES connection(id),
    flow_id TEXT UNIQUE REFERENCES oauth_flow(id), generation INTEGER NOT NULL, access_sealed {bytes} NOT NULL,
    refresh_sealed {bytes}, scopes TEXT NOT NULL, access_expires_at BIGINT NOT NULL, refresh_expires_at BIGINT,
    issued_at BIGINT NOT NULL, refreshing_until BIGINT,
    CHECK ((connection_id IS NULL) <> (flow_id IS NULL)));
";

const DRAFTS: &str = "
CREATE TABLE tab_count (tab TEXT PRIMARY KEY NOT NULL, drafts BIGINT NOT NULL CHECK (drafts >= 0));
CREATE TABLE asset_blob (sha256 TEXT PRIMARY KEY NOT NULL, content {bytes} NOT NULL, thumbnail {bytes} NOT NULL);
CREATE TABLE asset (
    id TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES asset_blob(sha256),
    original_sha256 TEXT NOT NULL, content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg','image/png')),
    width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES operator(id), created_at BIGINT NOT NULL, is_attached BOOLEAN NOT NULL);
CREATE INDEX asset_unattached ON asset (created_at) WHERE NOT is_attached;
CREATE INDEX asset_sha256 ON asset (sha256);
CREATE TABLE draft (
    id TEXT PRIMARY KEY NOT NULL, connection_id TEXT NOT NULL REFERENCES connection(id), environment TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('draft','in_review','changes_requested','rejected','approved','published','discarded')),
    tab TEXT NOT NULL REFERENCES tab_count(tab), attention TEXT, revision INTEGER NOT NULL, digest TEXT NOT NULL,
    version BIGINT NOT NULL, author_id TEXT NOT NULL REFERENCES operator(id), origin TEXT NOT NULL,
    origin_token_id TEXT, title TEXT, board_id TEXT, board_section_id TEXT, link_host TEXT,
    asset_id TEXT REFERENCES asset(id), publish_local TEXT, publish_zone TEXT, due_at BIGINT, submitted_by TEXT,
    submitted_at BIGINT, publication_id TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
CREATE INDEX draft_tab_updated ON draft (tab, updated_at DESC, id DESC);
CREATE INDEX draft_tab_due ON draft (tab, due_at, id);
CREATE INDEX draft_state_updated ON draft (state, updated_at DESC, id DESC);
CREATE INDEX draft_updated ON draft (updated_at DESC, id DESC);
CREATE INDEX draft_tab_connection ON draft (tab, connection_id, updated_at DESC, id DESC);
CREATE INDEX draft_tab_author ON draft (tab, author_id, updated_at DESC, id DESC);
CREATE INDEX draft_connection_board ON draft (connection_id, board_id);
CREATE INDEX draft_asset ON draft (asset_id);
CREATE TABLE draft_revision (
    draft_id TEXT NOT NULL REFERENCES draft(id), revision INTEGER NOT NULL, salt TEXT NOT NULL, digest TEXT NOT NULL,
    content TEXT NOT NULL, asset_id TEXT REFERENCES asset(id), author_id TEXT, token_id TEXT, fields TEXT NOT NULL,
    created_at BIGINT NOT NULL, PRIMARY KEY (draft_id, revision));
CREATE TABLE draft_author (
    draft_id TEXT NOT NULL REFERENCES draft(id), operator_id TEXT NOT NULL REFERENCES operator(id),
    PRIMARY KEY (draft_id, operator_id));
CREATE TABLE draft_word (
    word TEXT NOT NULL, draft_id TEXT NOT NULL REFERENCES draft(id), PRIMARY KEY (word, draft_id));
CREATE INDEX draft_word_draft ON draft_word (draft_id);
CREATE TABLE working_copy (
    draft_id TEXT NOT NULL, operator_id TEXT NOT NULL REFERENCES operator(id), fields TEXT NOT NULL,
    updated_at BIGINT NOT NULL, PRIMARY KEY (draft_id, operator_id));
CREATE TABLE draft_comment (
    id TEXT PRIMARY KEY NOT NULL, draft_id TEXT NOT NULL REFERENCES draft(id), revision INTEGER NOT NULL,
    author_id TEXT NOT NULL REFERENCES operator(id), kind TEXT NOT NULL, body TEXT NOT NULL,
    created_at BIGINT NOT NULL);
CREATE INDEX draft_comment_draft ON draft_comment (draft_id, created_at, id);
";

const APPROVALS: &str = "
CREATE TABLE approval (
    id TEXT PRIMARY KEY NOT NULL, draft_id TEXT NOT NULL, revision INTEGER NOT NULL, digest TEXT NOT NULL,
    reviewer_id TEXT NOT NULL REFERENCES operator(id),
    rule TEXT NOT NULL CHECK (rule IN ('second_person','sole_operator')), is_own_draft BOOLEAN NOT NULL,
    decided_at BIGINT NOT NULL, lapses_at BIGINT NOT NULL, event_id TEXT NOT NULL UNIQUE, mac {bytes} NOT NULL,
    mac_key_id TEXT NOT NULL, voided_at BIGINT, void_reason TEXT,
    CHECK ((voided_at IS NULL) = (void_reason IS NULL)),
    FOREIGN KEY (draft_id, revision) REFERENCES draft_revision (draft_id, revision));
CREATE INDEX approval_draft ON approval (draft_id, decided_at);
CREATE INDEX approval_lapses ON approval (lapses_at) WHERE voided_at IS NULL;
CREATE INDEX approval_reviewer ON approval (reviewer_id) WHERE voided_at IS NULL;
";

const PUBLICATIONS: &str = "
CREATE TABLE publication (
    id TEXT PRIMARY KEY NOT NULL, approval_id TEXT NOT NULL UNIQUE REFERENCES approval(id),
    approved_by TEXT NOT NULL,
    draft_id TEXT NOT NULL REFERENCES draft(id), connection_id TEXT NOT NULL REFERENCES connection(id),
    environment TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held','scheduled','claimed','sending','unknown','needs_decision',
        'published','refused','missed','cancelled','abandoned')),
    due_at BIGINT NOT NULL, lapses_at BIGINT NOT NULL, missed_after BIGINT, hold_reason TEXT, why TEXT, fingerprint TEXT NOT NULL,
    board_id TEXT NOT NULL, lease_token TEXT, lease_owner TEXT, lease_expires_at BIGINT, attempts INTEGER NOT NULL,
    looks INTEGER NOT NULL, next_look_at BIGINT, candidates TEXT, looked_at BIGINT, pin_id TEXT, published_at BIGINT,
    ended_at BIGINT, drift TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    CHECK ((state = 'held') = (hold_reason IS NOT NULL)),
    CHECK ((state IN ('claimed','sending')) = (lease_token IS NOT NULL)),
    CHECK (state <> 'published' OR pin_id IS NOT NULL),
    CHECK ((state = 'unknown') = (next_look_at IS NOT NULL)));
CREATE UNIQUE INDEX publication_one_sending ON publication (connection_id) WHERE state = 'sending';
CREATE INDEX publication_busy ON publication (connection_id) WHERE state IN ('claimed','sending');
CREATE UNIQUE INDEX publication_one_open ON publication (draft_id) WHERE state IN
    ('held','scheduled','claimed','sending','unknown','needs_decision');
CREATE UNIQUE INDEX publication_pin ON publication (environment, pin_id) WHERE pin_id IS NOT NULL;
CREATE INDEX publication_due ON publication (due_at, id) WHERE state = 'scheduled';
CREATE INDEX publication_lapses ON publication (lapses_at) WHERE state IN ('scheduled','held');
CREATE INDEX publication_held ON publication (connection_id, due_at, id) WHERE state = 'held';
CREATE INDEX publication_leased ON publication (lease_expires_at) WHERE lease_expires_at IS NOT NULL;
CREATE INDEX publication_look ON publication (next_look_at) WHERE next_look_at IS NOT NULL;
CREATE INDEX publication_fingerprint ON publication (connection_id, fingerprint);
CREATE INDEX publication_state ON publication (state, updated_at DESC, id DESC);
CREATE INDEX publication_updated ON publication (updated_at DESC, id DESC);
CREATE INDEX publication_draft ON publication (draft_id);
CREATE TABLE attempt (
    id TEXT PRIMARY KEY NOT NULL, publication_id TEXT NOT NULL REFERENCES publication(id), n INTEGER NOT NULL,
    request_event_id TEXT NOT NULL UNIQUE, lease_token TEXT NOT NULL, grant_id TEXT NOT NULL,
    generation INTEGER NOT NULL, started_at BIGINT NOT NULL, deadline_at BIGINT NOT NULL, settled_at BIGINT,
    class TEXT CHECK (class IN ('published','not_accepted','refused','unknown')), why TEXT, status INTEGER,
    code INTEGER, message TEXT, upstream_request_id TEXT, duration_ms INTEGER,
    UNIQUE (publication_id, n), CHECK ((settled_at IS NULL) = (class IS NULL)));
";

const HOUSE: &str = "
CREATE TABLE data_key (
    id TEXT PRIMARY KEY NOT NULL, purpose TEXT NOT NULL, wrapped {bytes} NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL, changed_at BIGINT NOT NULL);
CREATE TABLE idempotency_key (
    operator_id TEXT NOT NULL, key TEXT NOT NULL, request_sha256 TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (operator_id, key));
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);
";

const AUDIT: &str = "
CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1), log_id TEXT NOT NULL, size BIGINT NOT NULL,
    edge {bytes} NOT NULL, latest_at BIGINT NOT NULL);
CREATE TABLE audit_stream (
    stream TEXT PRIMARY KEY NOT NULL, last_seq BIGINT NOT NULL, last_leaf TEXT NOT NULL, latest_at BIGINT NOT NULL);
CREATE TABLE audit_event (
    position {position} PRIMARY KEY NOT NULL, id TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, seq BIGINT NOT NULL,
    kind TEXT NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, actor_kind TEXT NOT NULL, actor_ref TEXT,
    object_kind TEXT, object_ref TEXT, flow TEXT, cause TEXT, header TEXT NOT NULL, leaf TEXT NOT NULL,
    UNIQUE (stream, seq));
CREATE INDEX audit_event_kind ON audit_event (kind, position);
CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_actor ON audit_event (actor_ref, position);
CREATE INDEX audit_event_object ON audit_event (object_ref, position);
CREATE INDEX audit_event_flow ON audit_event (flow, position);
CREATE INDEX audit_event_cause ON audit_event (cause);
CREATE TABLE audit_sealed (
    event_id TEXT NOT NULL, name TEXT NOT NULL CHECK (name IN ('who','net','content','remote')),
    commitment TEXT NOT NULL, salt TEXT, value TEXT, subject TEXT, PRIMARY KEY (event_id, name),
    CHECK ((salt IS NULL) = (value IS NULL)));
CREATE INDEX audit_sealed_subject ON audit_sealed (subject);
CREATE TABLE open_intent (
    event_id TEXT PRIMARY KEY NOT NULL, stream TEXT NOT NULL, operation TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('api','token')), object_kind TEXT, object_ref TEXT, object_revision INTEGER,
    flow TEXT, started_at BIGINT NOT NULL, deadline_at BIGINT NOT NULL);
CREATE INDEX open_intent_deadline ON open_intent (deadline_at);
";

const SQLITE_TRIGGERS: &[&str] = &[
    "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_sealed_no_update BEFORE UPDATE ON audit_sealed
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_sealed_no_delete BEFORE DELETE ON audit_sealed
     BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER approval_only_voided BEFORE UPDATE ON approval
     WHEN OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL OR NEW.id <> OLD.id OR NEW.draft_id <> OLD.draft_id
       OR NEW.revision <> OLD.revision OR NEW.digest <> OLD.digest OR NEW.reviewer_id <> OLD.reviewer_id
       OR NEW.rule <> OLD.rule OR NEW.is_own_draft <> OLD.is_own_draft OR NEW.decided_at <> OLD.decided_at
       OR NEW.lapses_at <> OLD.lapses_at OR NEW.event_id <> OLD.event_id OR NEW.mac <> OLD.mac
       OR NEW.mac_key_id <> OLD.mac_key_id
     BEGIN SELECT RAISE(ABORT, 'an approval can only be voided, once'); END",
    "CREATE TRIGGER draft_revision_fixed BEFORE UPDATE ON draft_revision
     BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END",
    "CREATE TRIGGER draft_counted AFTER INSERT ON draft
     BEGIN UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab; END",
    "CREATE TRIGGER draft_uncounted AFTER DELETE ON draft
     BEGIN UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab; END",
    "CREATE TRIGGER draft_recounted AFTER UPDATE OF tab ON draft WHEN NEW.tab <> OLD.tab
     BEGIN UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab;
           UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab; END",
];

const POSTGRES_TRIGGERS: &[&str] = &[
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER audit_event_fixed BEFORE UPDATE OR DELETE ON audit_event
     FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER audit_sealed_fixed BEFORE UPDATE OR DELETE ON audit_sealed
     FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER draft_revision_fixed BEFORE UPDATE ON draft_revision
     FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE FUNCTION approval_only_voided() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN
        IF OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL OR
           (NEW.id, NEW.draft_id, NEW.revision, NEW.digest, NEW.reviewer_id, NEW.rule, NEW.is_own_draft,
            NEW.decided_at, NEW.lapses_at, NEW.event_id, NEW.mac, NEW.mac_key_id)
           IS DISTINCT FROM
           (OLD.id, OLD.draft_id, OLD.revision, OLD.digest, OLD.reviewer_id, OLD.rule, OLD.is_own_draft,
            OLD.decided_at, OLD.lapses_at, OLD.event_id, OLD.mac, OLD.mac_key_id)
        THEN RAISE EXCEPTION 'an approval can only be voided, once'; END IF;
        RETURN NEW; END $$",
    "CREATE TRIGGER approval_fixed BEFORE UPDATE ON approval
     FOR EACH ROW EXECUTE FUNCTION approval_only_voided()",
    "CREATE FUNCTION count_draft() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN
        IF TG_OP <> 'INSERT' THEN UPDATE tab_count SET drafts = drafts - 1 WHERE tab = OLD.tab; END IF;
        IF TG_OP <> 'DELETE' THEN UPDATE tab_count SET drafts = drafts + 1 WHERE tab = NEW.tab; END IF;
        RETURN NULL; END $$",
    "CREATE TRIGGER draft_counted AFTER INSERT OR DELETE ON draft FOR EACH ROW EXECUTE FUNCTION count_draft()",
    "CREATE TRIGGER draft_recounted AFTER UPDATE ON draft
     FOR EACH ROW WHEN (NEW.tab <> OLD.tab) EXECUTE FUNCTION count_draft()",
];
