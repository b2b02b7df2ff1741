//! A clock that jumps is not to be trusted for a while: nothing is claimed until it has settled.
//!
//! Due times, leases and limits all follow the wall clock. Where that moved and the time that really passed did not,
//! somebody set the clock, or the machine slept.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use countersign_entities::Timestamp;

use crate::app::App;

/// Compares the wall clock with the time that passed.
#[derive(Default)]
pub(super) struct ClockWatch(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    /// Both clocks at the last look.
    last: Option<(Timestamp, Duration)>,
    /// The time that has to pass before anything is claimed.
    rests_until: Duration,
}

impl ClockWatch {
    /// Whether something may be claimed now.
    pub(super) fn may_claim(&self, app: &App) -> bool {
        let (now, passed) = (app.now(), app.clock.monotonic());
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, before)) = watched.last.replace((now, passed)) {
            let jump = jump(then, now, passed.saturating_sub(before));
            if jump > app.timing.process.clock_jump {
                tracing::warn!(jump_s = jump.as_secs(), "the clock jumped; nothing is sent for a while");
                watched.rests_until = passed + app.timing.process.clock_jump_pause;
            }
        }
        passed >= watched.rests_until
    }
}

/// How far the wall clock is from where it should have come to.
fn jump(then: Timestamp, now: Timestamp, passed: Duration) -> Duration {
    let expected = then.plus(passed);
    expected.since(now).max(now.since(expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn time_that_simply_passes_holds_nothing_up() {
        let test = testing::app().await;
        let watch = ClockWatch::default();
        assert!(watch.may_claim(&test.app));
        test.clock.advance(60 * MINUTE);
        assert!(watch.may_claim(&test.app));
    }

    #[tokio::test]
    async fn after_a_jump_either_way_nothing_is_claimed_for_a_minute() {
        let test = testing::app().await;
        let watch = ClockWatch::default();
        let start = test.app.now();
        for to in [start.plus(MINUTE), start.minus(MINUTE)] {
            assert!(watch.may_claim(&test.app));
            test.clock.set(to);
            assert!(!watch.may_claim(&test.app), "{to:?}");
            test.clock.advance(MINUTE - Duration::from_secs(1));
            assert!(!watch.may_claim(&test.app), "{to:?}");
            test.clock.advance(Duration::from_secs(1));
            assert!(watch.may_claim(&test.app), "{to:?}");
        }
    }

    #[tokio::test]
    async fn a_correction_of_a_few_seconds_is_none() {
        let test = testing::app().await;
        let watch = ClockWatch::default();
        assert!(watch.may_claim(&test.app));
        test.clock.set(test.app.now().plus(Duration::from_secs(20)));
        assert!(watch.may_claim(&test.app));
    }
}
