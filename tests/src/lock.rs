//! The database's lock in other hands than the product's, so that nothing can be committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_api::hooks::{Crash, Point};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection};
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;

use crate::Harness;

/// How long one second of the product's clock takes while a test waits for it.
const SECOND: Duration = Duration::from_millis(40);
/// Seconds after which a database that stays away is enough: the lease is over, and whoever gives up has given up.
const LONG: u32 = 150;

/// The writer's lock, as another process has it that writes for long; on PostgreSQL the lock on the log's head.
pub struct Lock(DatabaseConnection);

impl Lock {
    /// Takes it, at the database at `url`; nobody else can commit until [`Lock::let_go`].
    pub async fn take(url: &str) -> Self {
        let holder = Self::open(url).await;
        let begin = match holder.0.get_database_backend() {
            DatabaseBackend::Postgres => "BEGIN; SELECT 1 FROM audit_head FOR UPDATE",
            _ => "BEGIN IMMEDIATE",
        };
        holder.run(begin).await;
        holder
    }

    /// Takes the lock of rows that a `SELECT` finds; PostgreSQL only.
    pub async fn rows(url: &str, select: &str) -> Self {
        Self::after(url, &format!("{select} FOR UPDATE")).await
    }

    /// Has done something and not committed it.
    pub async fn after(url: &str, statement: &str) -> Self {
        let holder = Self::open(url).await;
        holder.run(&format!("BEGIN; {statement}")).await;
        holder
    }

    async fn open(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1);
        Self(Database::connect(options).await.unwrap())
    }

    async fn run(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Gives it back; nothing was written.
    pub async fn let_go(self) {
        self.run("ROLLBACK").await;
    }
}

/// For how long the database is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// Not at all.
    Never,
    /// So many seconds of the product's clock.
    Seconds(u32),
    /// Until the answer is kept in the spool.
    UntilKept,
    /// Until whoever waits for it has given up.
    Long,
}

/// Lets the workers send, with the database away from the moment of Pinterest's answer on, while our clock runs. At
/// `crash` the workers end as if the process had died. Whether they ended by themselves.
pub async fn send_and_lock(h: &Harness, away: Away, crash: Option<Point>) -> bool {
    let (lock, is_kept) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
    let (holding, kept, database) = (Arc::clone(&lock), Arc::clone(&is_kept), h.database_url());
    h.hooks().install(move |point| {
        let (holding, kept, database) = (Arc::clone(&holding), Arc::clone(&kept), database.clone());
        async move {
            kept.fetch_or(point == Point::SpoolAfterKeep, Ordering::Relaxed);
            if point == Point::SendAfterCall && away != Away::Never {
                let taken = Lock::take(&database).await;
                *holding.lock().await = Some(taken);
            }
            if point == Point::SpoolAfterKeep && away == Away::UntilKept {
                let held = holding.lock().await.take();
                held.unwrap().let_go().await;
            }
            if Some(point) == crash { Err(Crash(point)) } else { Ok(()) }
        }
    });
    h.advance(Duration::from_secs(10));
    let has_ended = work(h, &lock, &is_kept, away).await;
    h.hooks().clear();
    if let Some(held) = lock.lock().await.take() {
        held.let_go().await;
    }
    has_ended
}

async fn work(h: &Harness, lock: &Mutex<Option<Lock>>, is_kept: &AtomicBool, away: Away) -> bool {
    let mut work = std::pin::pin!(h.try_workers());
    let (mut tick, mut passed) = (tokio::time::interval(SECOND), 0);
    // On a busy machine the product must not be outrun.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut work => return true,
            _ = tick.tick() => {
                passed += u32::from(passed > 0 || lock.lock().await.is_some());
                // Not before there is an answer: whoever writes the intent has little patience.
                if passed > 0 {
                    h.advance(Duration::from_secs(1));
                }
                if away == Away::Seconds(passed) && let Some(held) = lock.lock().await.take() {
                    held.let_go().await;
                }
                // Whoever waits for a lock of PostgreSQL's waits for ever: what it could keep, it has kept by now.
                if passed > LONG && (is_kept.load(Ordering::Relaxed) || passed > 10 * LONG) {
                    return false;
                }
            }
        }
    }
}
