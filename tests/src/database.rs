//! The database behind the product's back: for forging rows, and for looking whether rows are left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use sea_orm::{ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr, Statement};

/// A connection of its own, as an intruder's.
pub struct Intruder(DatabaseConnection, Arc<AtomicBool>);

impl Intruder {
    /// Opens the database at `url`.
    pub async fn open(url: &str) -> Self {
        Self(Database::connect(url).await.unwrap(), Arc::default())
    }

    /// Notes in `has_written` that it wrote, once it does.
    #[must_use]
    pub fn noting(self, has_written: &Arc<AtomicBool>) -> Self {
        Self(self.0, Arc::clone(has_written))
    }

    /// Whether this is PostgreSQL, whose dialect is another one.
    pub fn is_postgres(&self) -> bool {
        self.0.get_database_backend() == DatabaseBackend::Postgres
    }

    /// Ends every connection of the product's to a PostgreSQL, as a server that is started anew does; how many.
    pub async fn terminate_others(&self) -> i64 {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'countersign'";
        self.number(sql).await
    }

    /// How many connections to a PostgreSQL wait for a lock with a statement that names this table.
    async fn waiting(&self, table: &str) -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.number(&format!("{sql} AND query LIKE '%{table}%'")).await
    }

    /// Waits, in real time, until `count` connections to a PostgreSQL wait for a lock.
    pub async fn until_waiting(&self, count: i64) {
        self.until_waiting_for(count, "").await;
    }

    /// As [`Intruder::until_waiting`], with statements that name this table.
    pub async fn until_waiting_for(&self, count: i64, table: &str) {
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(20));
        let waiting = async {
            while self.waiting(table).await < count {
                tick.tick().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), waiting).await.expect("nobody waits");
    }

    /// Bytes, from their hex digits, as a literal.
    pub fn bytes(&self, hex: &str) -> String {
        if self.is_postgres() { format!("'\\x{hex}'::bytea") } else { format!("x'{hex}'") }
    }

    /// Takes away the trigger that keeps a table's rows as they are.
    pub async fn unguard(&self, table: &str) {
        let trigger = match (self.is_postgres(), table) {
            (true, "approval") => "approval_fixed ON approval",
            (true, "audit_sealed") => "audit_sealed_fixed ON audit_sealed",
            (false, "audit_sealed") => "audit_sealed_no_update",
            (true, "draft_revision") => "draft_revision_fixed ON draft_revision",
            (false, "approval") => "approval_only_voided",
            (false, "draft_revision") => "draft_revision_fixed",
            _ => panic!("no trigger of {table} is known"),
        };
        self.run(&format!("DROP TRIGGER {trigger}")).await;
    }

    /// Runs a statement; how many rows it changed, or why it was refused.
    pub async fn try_run(&self, sql: &str) -> Result<u64, DbErr> {
        self.1.store(true, Ordering::Relaxed);
        self.0.execute_unprepared(sql).await.map(|result| result.rows_affected())
    }

    /// Runs a statement that is not refused.
    pub async fn run(&self, sql: &str) -> u64 {
        self.try_run(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The first column of all rows, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.0.get_database_backend(), sql.to_owned());
        let rows = self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect()
    }

    /// The names of all tables.
    pub async fn tables(&self) -> Vec<String> {
        self.texts(if self.is_postgres() {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        })
        .await
    }

    /// The first column of the only row, as a number.
    pub async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.0.get_database_backend(), sql.to_owned());
        let row = self.0.query_one_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        row.unwrap().try_get_by_index::<i64>(0).unwrap()
    }
}

/// Where `tests/run` has a throw-away PostgreSQL, in the variable's place with `{}` for the database's name.
const CLUSTER: &str = "COUNTERSIGN_TEST_POSTGRES";

/// How many databases this program has named.
static NAMED: AtomicUsize = AtomicUsize::new(0);

/// An empty database of its own in the throw-away PostgreSQL; none where there is no such.
pub async fn fresh_postgres() -> Option<String> {
    let cluster = std::env::var(CLUSTER).ok()?;
    let name = format!("t{}_{}", std::process::id(), NAMED.fetch_add(1, Ordering::Relaxed));
    let server = Intruder::open(&cluster.replace("{}", "postgres")).await;
    server.run(&format!("CREATE DATABASE {name}")).await;
    server.0.close().await.unwrap();
    Some(cluster.replace("{}", &name))
}
