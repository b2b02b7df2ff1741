//! A change that has come to its commit and is held there, while somebody else acts.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use countersign_api::hooks::Point;
use tokio::sync::Notify;

use crate::Harness;
use crate::database::Intruder;

/// Holds the first change that comes to its commit, until it is let go.
pub struct AtCommit {
    has_come: Arc<Notify>,
    may_go: Arc<Notify>,
}

impl AtCommit {
    /// From now on, until the hooks are cleared.
    pub fn hold(h: &Harness) -> Self {
        Self::hold_from(h, None, Point::TellBeforeCommit)
    }

    /// The first one after the work has come to `point`.
    pub fn hold_after(h: &Harness, point: Point) -> Self {
        Self::hold_from(h, Some(point), Point::TellBeforeCommit)
    }

    /// As [`AtCommit::hold`], for what comes to another point before its commit.
    pub fn hold_at(h: &Harness, before: Point) -> Self {
        Self::hold_from(h, None, before)
    }

    fn hold_from(h: &Harness, from: Option<Point>, before: Point) -> Self {
        let held = Self { has_come: Arc::default(), may_go: Arc::default() };
        let (has_come, may_go) = (Arc::clone(&held.has_come), Arc::clone(&held.may_go));
        let is_next = Arc::new(AtomicBool::new(from.is_none()));
        h.hooks().install(move |point| {
            let is_it = point == before && is_next.swap(false, Ordering::SeqCst);
            is_next.fetch_or(from == Some(point), Ordering::SeqCst);
            let (has_come, may_go) = (Arc::clone(&has_come), Arc::clone(&may_go));
            async move {
                if is_it {
                    has_come.notify_one();
                    may_go.notified().await;
                }
                Ok(())
            }
        });
        held
    }

    /// Waits until there is one.
    pub async fn has_come(&self) {
        self.has_come.notified().await;
    }

    /// Lets it commit.
    pub fn let_go(&self) {
        self.may_go.notify_one();
    }

    /// Lets `first` come to its commit, and go on once `second` waits for it; of SQLite nobody can see who waits.
    pub async fn overtaking<F: Future, S: Future>(
        self,
        intruder: &Intruder,
        first: F,
        second: S,
    ) -> (F::Output, S::Output) {
        self.overtaking_at(intruder, "", first, second).await
    }

    /// As [`AtCommit::overtaking`], where `second` has to wait with a statement that names this table: whoever tells of
    /// anything waits for the log at the latest.
    pub async fn overtaking_at<F: Future, S: Future>(
        self,
        intruder: &Intruder,
        table: &str,
        first: F,
        second: S,
    ) -> (F::Output, S::Output) {
        let second = async {
            self.has_come().await;
            let letting_go = async {
                if intruder.is_postgres() {
                    intruder.until_waiting_for(1, table).await;
                }
                self.let_go();
            };
            tokio::join!(second, letting_go).0
        };
        tokio::join!(first, second)
    }
}
