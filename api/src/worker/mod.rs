//! The loops behind the console: they deliver, look after what is in flight, keep accounts usable, and sweep.
//!
//! Each step is a function that can be called by itself (tests do); here they are repeated. A step that fails or panics
//! is logged and tried again at the next turn. A graceful stop begins no new step and lets those at work end.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{app::App, connections, error::Fault, publisher};

pub mod clock_follow;
mod clock_watch;
pub mod lifecycle;
pub mod sweep;

use clock_watch::ClockWatch;
pub use sweep::sweep;

/// How many accounts are published for at the same time.
const DELIVERIES_AT_ONCE: usize = 4;

/// The loops of a process.
pub struct Workers {
    app: App,
    tracker: TaskTracker,
    stop: CancellationToken,
    hard: CancellationToken,
}

/// What else is to be swept: the doors above have rows and files of their own.
pub type Sweep = fn(App) -> BoxFuture<'static, Result<(), Fault>>;

/// How one turn of a loop ended.
enum Turn {
    /// There may be more to do at once.
    More,
    /// Nothing to do; wait.
    Idle,
}

impl Workers {
    /// Starts all loops.
    pub fn start(app: &App, also: Sweep) -> Self {
        let workers = Self {
            app: app.clone(),
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            hard: CancellationToken::new(),
        };
        workers.repeat("sweep", app.timing.process.sweep, move |app| async move {
            // Each part has told by itself why it failed.
            drop((sweep(&app).await, also(app).await));
            Ok(Turn::Idle)
        });
        workers.repeat("connections", app.timing.oauth.upkeep, |app| async move {
            tell("consents", connections::resume(&app).await);
            tell("holds", connections::recheck(&app).await);
            tell("tokens", connections::keep_fresh(&app).await);
            Ok(Turn::Idle)
        });
        workers.repeat("clock", app.timing.process.clock_follow, |app| async move {
            clock_follow::follow(&app.db, &*app.clock).await.map(|()| Turn::Idle)
        });
        workers.publish();
        workers.tracker.close();
        workers
    }

    /// Several deliveries at once, so that one account's slow answer does not hold up the others; one loop that looks after
    /// what is in flight; and one that looks at boards, each of which may take long to list.
    fn publish(&self) {
        let tick = self.app.timing.process.publisher_tick;
        let after = |did: bool| if did { Turn::More } else { Turn::Idle };
        let watch = Arc::new(ClockWatch::default());
        for _ in 0..DELIVERIES_AT_ONCE {
            let watch = Arc::clone(&watch);
            self.repeat("deliver", tick, move |app| {
                let may_claim = watch.may_claim(&app);
                async move {
                    if may_claim { publisher::deliver_one(&app).await.map(after) } else { Ok(Turn::Idle) }
                }
            });
        }
        self.repeat("maintain", tick, move |app| async move { publisher::maintain(&app).await.map(after) });
        self.repeat("look", tick, move |app| async move { publisher::look(&app).await.map(after) });
    }

    /// Begins nothing new and waits until what is at work has ended, or the time for that is over. Whether it ended.
    pub async fn stop(self) -> bool {
        self.stop.cancel();
        let grace = self.app.clock.sleep(self.app.timing.process.graceful_stop);
        tokio::select! {
            () = self.tracker.wait() => true,
            () = grace => false,
        }
    }

    /// Repeats `step`, at the latest every `period` (and a random part of it more, so that many do not come at once).
    fn repeat<F, R>(&self, name: &'static str, period: Duration, step: F)
    where
        F: Fn(App) -> R + Send + 'static,
        R: Future<Output = Result<Turn, Fault>> + Send + 'static,
    {
        let (app, stop, hard) = (self.app.clone(), self.stop.clone(), self.hard.clone());
        let work = async move {
            while !stop.is_cancelled() {
                match turn(name, step(app.clone())).await {
                    Turn::More => tokio::task::yield_now().await,
                    Turn::Idle => rest(&app, &stop, period).await,
                }
            }
        };
        self.tracker.spawn(async move { hard.run_until_cancelled(work).await });
    }
}

impl Drop for Workers {
    /// Whoever lets go without [`Workers::stop`] wants it to end here and now.
    fn drop(&mut self) {
        self.hard.cancel();
    }
}

/// Logs why a part of a turn failed; the parts after it have theirs all the same.
fn tell(what: &'static str, done: Result<(), Fault>) {
    if let Err(fault) = done {
        tracing::error!(what, %fault, "worker.connections");
    }
}

async fn turn(name: &'static str, step: impl Future<Output = Result<Turn, Fault>>) -> Turn {
    match AssertUnwindSafe(step).catch_unwind().await {
        Ok(Ok(turn)) => turn,
        Ok(Err(fault)) => {
            tracing::error!(%fault, "worker.{name}");
            Turn::Idle
        }
        Err(_) => {
            tracing::error!("worker.{name} panicked");
            Turn::Idle
        }
    }
}

/// Waits for the next turn: the period is over, there is news, or it is to stop.
async fn rest(app: &App, stop: &CancellationToken, period: Duration) {
    let wait = period + app.rng.jitter(period / 4);
    tokio::select! {
        () = app.clock.sleep(wait) => {}
        () = stop.cancelled() => {}
    }
}
