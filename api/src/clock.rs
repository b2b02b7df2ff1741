//! The clock, as a parameter: whoever needs the time is given a [`Clock`] and asks nothing else.
//!
//! The product runs on [`SystemClock`]; tests run on [`ManualClock`], which stands still until it is told to move,
//! so that an undo window of ten seconds or a lapse of thirty days takes no time to test.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use countersign_entities::Timestamp;
use tokio::sync::watch;

/// A wait that can be kept in a box: what [`Clock::sleep`] returns.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment, UTC. It may step backwards when somebody sets the machine's clock.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment of this process; never steps backwards. For measuring, not for storing.
    fn monotonic(&self) -> Duration;

    /// Moves [`Clock::now`] on by this many microseconds, or back: a better clock says so. False for a clock that
    /// follows nobody.
    fn correct(&self, _microseconds: i64) -> bool {
        false
    }

    /// Completes after `duration` of [`Clock::monotonic`] time, counted from this call, not from the first poll.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// `future` took longer than it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("took longer than {} ms", .0.as_millis())]
pub struct Elapsed(pub Duration);

/// Runs `future` for at most `limit` of the clock's time, and drops it then.
pub async fn within<F: Future>(clock: &dyn Clock, limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    tokio::select! {
        biased;
        output = future => Ok(output),
        () = clock.sleep(limit) => Err(Elapsed(limit)),
    }
}

/// The machine's clock: the single place that asks it.
pub struct SystemClock {
    started: Instant,
    /// Microseconds by which the machine's clock is behind the one that it follows.
    behind: AtomicI64,
}

impl SystemClock {
    /// The machine's clock, with [`Clock::monotonic`] starting at zero.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the real clock")]
    pub fn new() -> Self {
        Self { started: Instant::now(), behind: AtomicI64::new(0) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the real clock")]
    fn now(&self) -> Timestamp {
        // A clock set to before 1970 reads as 1970: it is wrong either way, and nothing there is due yet.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp(micros.saturating_add(self.behind.load(Ordering::Relaxed)))
    }

    fn correct(&self, microseconds: i64) -> bool {
        self.behind.fetch_add(microseconds, Ordering::Relaxed);
        true
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock that moves only when told to. Share it in an `Arc`: tests hold one end, the application the other.
pub struct ManualClock {
    now: Mutex<Timestamp>,
    monotonic: watch::Sender<Duration>,
}

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { now: Mutex::new(now), monotonic: watch::Sender::new(Duration::ZERO) }
    }

    /// Lets `duration` pass: both readings move on, and every sleep that is over by then wakes.
    pub fn advance(&self, duration: Duration) {
        {
            let mut now = self.lock();
            *now = now.plus(duration);
        }
        self.monotonic.send_modify(|passed| *passed += duration);
    }

    /// Steps the wall time to `now`, as when an administrator sets the machine's clock: no time passes, so no sleep
    /// wakes. For a test where time simply goes by, use [`ManualClock::advance`].
    pub fn set(&self, now: Timestamp) {
        *self.lock() = now;
    }

    /// How many sleeps are waiting: lets a test see that a loop has come to rest before it moves the clock.
    pub fn sleepers(&self) -> usize {
        self.monotonic.receiver_count()
    }

    fn lock(&self) -> MutexGuard<'_, Timestamp> {
        // A number cannot be left half written, so a panic elsewhere does not spoil it.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }

    fn monotonic(&self) -> Duration {
        *self.monotonic.borrow()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let deadline = self.monotonic().saturating_add(duration);
        let mut passed = self.monotonic.subscribe();
        Box::pin(async move {
            if passed.wait_for(|passed| *passed >= deadline).await.is_err() {
                // Nobody can move this clock any more, so the moment never comes.
                std::future::pending::<()>().await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn clock() -> ManualClock {
        ManualClock::new(Timestamp(1_700_000_000_000_000))
    }

    #[test]
    fn the_system_clock_reads_a_plausible_year_and_never_runs_backwards() {
        let clock = SystemClock::new();
        assert!(clock.now() > Timestamp(1_700_000_000_000_000));
        let earlier = clock.monotonic();
        assert!(clock.monotonic() >= earlier);
    }

    #[tokio::test]
    async fn a_sleep_wakes_when_the_clock_is_advanced_past_it_and_not_before() {
        let clock = clock();
        let mut sleep = clock.sleep(10 * SECOND);
        clock.advance(9 * SECOND);
        assert!(futures_util::poll!(&mut sleep).is_pending());
        clock.advance(SECOND);
        assert!(futures_util::poll!(&mut sleep).is_ready());
    }

    #[tokio::test]
    async fn a_sleep_counts_from_the_call() {
        let clock = clock();
        let sleep = clock.sleep(SECOND);
        clock.advance(SECOND);
        sleep.await;
        assert_eq!(clock.sleepers(), 0);
    }

    #[tokio::test]
    async fn stepping_the_wall_time_wakes_nobody() {
        let clock = clock();
        let mut sleep = clock.sleep(SECOND);
        clock.set(Timestamp(1_800_000_000_000_000));
        assert!(futures_util::poll!(&mut sleep).is_pending());
        assert_eq!(clock.now(), Timestamp(1_800_000_000_000_000));
        assert_eq!(clock.monotonic(), Duration::ZERO);
    }

    #[tokio::test]
    async fn within_gives_up_after_its_limit() {
        let clock = clock();
        assert_eq!(within(&clock, SECOND, async { 7 }).await, Ok(7));
        let waiting = within(&clock, SECOND, std::future::pending::<()>());
        let (outcome, ()) = tokio::join!(waiting, async { clock.advance(SECOND) });
        assert_eq!(outcome, Err(Elapsed(SECOND)));
    }
}
