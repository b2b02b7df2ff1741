//! Rows by the hundred thousand, as years would make them: for measurements, on SQLite. The one place that makes them.
//!
//! A template that people made is copied by SQL, with the numbers 1, 2, 3 and so on in its ids. Of ten copies of a draft
//! five are published, two are drafts, and one each waits for review, has changes requested, and is scheduled a year
//! ahead; those that need one have an approval and a publication. Each changed a second after the one before. Each has a
//! comment, and words to be found by: those of the template and one of its own; one of a hundred has `hundredth`. Events
//! of the log are copied in turn, a second apart, about the copied drafts.

use std::ops::RangeInclusive;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement};

const SECOND: i64 = 1_000_000;
const YEAR: i64 = 365 * 86_400 * SECOND;
/// The copies that are signed.
const SIGNED: &str = "i % 10 IN (0, 1, 2, 3, 4, 9)";
const STATE: &str = "CASE WHEN i % 10 < 5 THEN 'published' WHEN i % 10 < 7 THEN 'draft' WHEN i % 10 = 7 THEN \
                     'in_review' WHEN i % 10 = 8 THEN 'changes_requested' ELSE 'approved' END";
const TAB: &str = "CASE WHEN i % 10 < 5 THEN 'published' WHEN i % 10 < 7 THEN 'drafts' WHEN i % 10 = 7 THEN 'review' \
                   WHEN i % 10 = 8 THEN 'changes' ELSE 'scheduled' END";

/// A connection that fills tables, quickly and not durably.
pub struct Many {
    db: DatabaseConnection,
    events: i64,
}

impl Many {
    /// Opens the database at `url`; its log has what there is to copy.
    pub async fn open(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).sqlx_logging(false);
        let db = Database::connect(options).await.unwrap();
        db.execute_unprepared("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000").await.unwrap();
        let mut many = Self { db, events: 0 };
        many.events = many.number("SELECT size FROM audit_head").await;
        many
    }

    /// Copies a draft in review, once for each number.
    pub async fn drafts(&self, template: &str, reviewer: &str, numbers: RangeInclusive<u32>) {
        for statement in drafts(template).into_iter().chain(signed(template, reviewer)) {
            self.run(&numbers, &statement).await;
        }
    }

    /// Copies events, one for each number, to the end of the log.
    pub async fn events(&self, numbers: RangeInclusive<u32>) {
        let head = self.number("SELECT size FROM audit_head").await;
        let numbered = self.number("SELECT MAX(last_seq) FROM audit_stream").await;
        let (templates, first) = (self.events, numbers.start());
        let at = self.number("SELECT MIN(at) FROM audit_event").await - YEAR;
        let event = format!(
            "INSERT INTO audit_event (position, id, stream, seq, kind, outcome, at, actor_kind, actor_ref, object_kind, \
             object_ref, flow, header, leaf) SELECT {head} + i - {first}, printf('evt_%032x', i), stream, \
             {numbered} + i, kind, outcome, {at} + i * {SECOND}, actor_kind, actor_ref, object_kind, \
             CASE WHEN object_kind = 'draft' THEN printf('drf_%032x', i) ELSE object_ref END, \
             CASE WHEN flow IS NOT NULL THEN printf('pub_%032x', i) END, header, leaf \
             FROM numbers CROSS JOIN audit_event WHERE position = i % {templates}"
        );
        self.run(&numbers, &event).await;
        let streams = "UPDATE audit_stream SET last_seq = (SELECT MAX(seq) FROM audit_event WHERE stream = \
                       audit_stream.stream)";
        self.execute(streams).await;
        let size = self.number("SELECT MAX(position) + 1 FROM audit_event").await;
        // Whatever hashes: nobody checks them here.
        let edge = format!("{size:016x}{}", "ab".repeat(32 * size.count_ones() as usize));
        self.execute(&format!("UPDATE audit_head SET size = {size}, edge = x'{edge}'")).await;
    }

    async fn run(&self, numbers: &RangeInclusive<u32>, statement: &str) {
        let (first, last) = (numbers.start(), numbers.end());
        let numbers = format!(
            "WITH RECURSIVE numbers(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM numbers WHERE i < {last})"
        );
        assert!(self.execute(&format!("{numbers} {statement}")).await > 0, "{statement}");
    }

    async fn execute(&self, statement: &str) -> u64 {
        let done = self.db.execute_unprepared(statement).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}")).rows_affected()
    }

    async fn number(&self, query: &str) -> i64 {
        let statement = Statement::from_string(DatabaseBackend::Sqlite, query.to_owned());
        self.db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}

/// A draft, and what hangs on each.
fn drafts(template: &str) -> [String; 6] {
    let of = format!("FROM numbers CROSS JOIN draft WHERE id = '{template}'");
    let ended =
        "CASE WHEN i % 10 < 5 THEN 'published' END, CASE WHEN i % 10 < 5 THEN updated_at + i * 1000000 END";
    let word = "INSERT INTO draft_word (draft_id, word, tab, place) SELECT printf('drf_%032x', i)";
    [
        format!(
            "INSERT INTO draft (id, connection_id, environment, state, tab, revision, digest, version, author_id, \
             origin, title, board_id, link_host, asset_id, due_at, publication_id, created_at, updated_at) \
             SELECT printf('drf_%032x', i), connection_id, environment, {STATE}, {TAB}, revision, digest, version, \
             author_id, origin, title, board_id, link_host, asset_id, \
             CASE WHEN i % 10 = 9 THEN created_at + {YEAR} + i * {SECOND} END, \
             CASE WHEN {SIGNED} THEN printf('pub_%032x', i) END, created_at, updated_at + i * {SECOND} {of}"
        ),
        format!(
            "INSERT INTO draft_revision (draft_id, revision, salt, digest, content, asset_id, author_id, fields, \
             created_at) SELECT printf('drf_%032x', i), revision, salt, digest, content, asset_id, author_id, fields, \
             created_at FROM numbers CROSS JOIN draft_revision WHERE draft_id = '{template}'"
        ),
        format!(
            "INSERT INTO draft_author (draft_id, operator_id) SELECT printf('drf_%032x', i), operator_id \
             FROM numbers CROSS JOIN draft_author WHERE draft_id = '{template}'"
        ),
        format!(
            "{word}, words.word, {ended} FROM numbers CROSS JOIN draft CROSS JOIN draft_word AS words \
             WHERE draft.id = '{template}' AND words.draft_id = draft.id"
        ),
        format!("{word}, CASE WHEN i % 100 = 0 THEN 'hundredth' ELSE 'number' || i END, {ended} {of}"),
        format!(
            "INSERT INTO draft_comment (id, draft_id, revision, author_id, kind, body, created_at) \
             SELECT printf('cmt_%032x', i), printf('drf_%032x', i), 1, author_id, 'comment', 'Lovely light.', \
             created_at {of}"
        ),
    ]
}

/// What hangs on a signed draft.
fn signed(template: &str, reviewer: &str) -> [String; 2] {
    let of = format!("FROM numbers CROSS JOIN draft WHERE id = '{template}'");
    [
        format!(
            "INSERT INTO approval (id, draft_id, revision, digest, reviewer_id, rule, is_own_draft, decided_at, \
             lapses_at, event_id, mac, mac_key_id) SELECT printf('apr_%032x', i), printf('drf_%032x', i), revision, \
             digest, '{reviewer}', 'second_person', 0, created_at, created_at + 2 * {YEAR}, printf('evt_%032x', i), \
             zeroblob(32), 'key_0' {of} AND {SIGNED}"
        ),
        format!(
            "INSERT INTO publication (id, approval_id, approved_by, draft_id, connection_id, environment, state, due_at, \
             lapses_at, fingerprint, board_id, attempts, looks, pin_id, published_at, ended_at, created_at, updated_at) \
             SELECT printf('pub_%032x', i), printf('apr_%032x', i), printf('evt_%032x', i), printf('drf_%032x', i), \
             connection_id, environment, CASE WHEN i % 10 = 9 THEN 'scheduled' ELSE 'published' END, \
             created_at + {YEAR} + i * {SECOND}, created_at + 2 * {YEAR}, 'f', board_id, i % 10 <> 9, 0, \
             CASE WHEN i % 10 <> 9 THEN '' || (482190000000000000 + i) END, \
             CASE WHEN i % 10 <> 9 THEN created_at END, CASE WHEN i % 10 <> 9 THEN created_at END, created_at, \
             updated_at + i * {SECOND} {of} AND {SIGNED}"
        ),
    ]
}
