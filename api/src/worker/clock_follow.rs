//! The database's clock is the installation's: servers that share a PostgreSQL must agree on what is due and on whose
//! lease has run out, also where a machine's own clock is wrong.

use std::time::Duration;

use countersign_entities::Timestamp;

use crate::{clock::Clock, db::Db, error::Fault};

/// A difference below this is none: asking takes as long.
const NEAR_ENOUGH: Duration = Duration::from_millis(500);

/// Asks the database what time it is and lets the clock follow; SQLite's clock is the machine's own.
///
/// # Errors
/// [`Fault`] where the database does not answer; the clock goes on as it did.
pub async fn follow(db: &Db, clock: &dyn Clock) -> Result<(), Fault> {
    let (asked_at, asked) = (clock.now(), clock.monotonic());
    let Some(theirs) = db.clock().await? else { return Ok(()) };
    let took = clock.monotonic().saturating_sub(asked);
    let behind = behind(asked_at.plus(took / 2), theirs, took);
    if behind != 0 {
        tracing::warn!(
            behind_ms = behind / 1000,
            "this machine's clock is wrong; the database's is followed"
        );
        clock.correct(behind);
    }
    Ok(())
}

/// Microseconds to add to `ours`, taken in the middle of an exchange that took so long.
fn behind(ours: Timestamp, theirs: Timestamp, took: Duration) -> i64 {
    let difference = theirs.since(ours).max(ours.since(theirs));
    if difference < NEAR_ENOUGH + took { 0 } else { theirs.micros() - ours.micros() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_796_126_400_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_clock_that_is_wrong_is_moved_and_one_that_is_right_is_left_alone() {
        assert_eq!(behind(NOON, NOON.plus(MINUTE), Duration::ZERO), 60_000_000);
        assert_eq!(behind(NOON.plus(MINUTE), NOON, Duration::ZERO), -60_000_000);
        assert_eq!(behind(NOON, NOON.plus(Duration::from_millis(400)), Duration::ZERO), 0);
        // What a slow answer tells is no better than what it took.
        assert_eq!(behind(NOON, NOON.plus(MINUTE), 2 * MINUTE), 0);
    }
}
