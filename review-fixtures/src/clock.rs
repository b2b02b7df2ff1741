//! The simulator's virtual clock: the only place that asks what time it is.

use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

const NAIVE: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// The simulator's time: the machine's clock, or a fixed instant, each moved by what was added with
/// `advance_clock`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Unix microseconds at which time stands still; `None` follows the machine's clock.
    fixed_at: Option<i64>,
    /// What tests and rehearsals added, in microseconds.
    pub(crate) offset: i64,
}

impl Clock {
    pub(crate) fn new(fixed_at: Option<i64>, offset: i64) -> Self {
        Self { fixed_at, offset }
    }

    /// Whether time moves only when told to.
    pub(crate) fn is_fixed(&self) -> bool {
        self.fixed_at.is_some()
    }

    /// Now, in Unix microseconds.
    pub(crate) fn now(&self) -> i64 {
        self.fixed_at.unwrap_or_else(machine_time).saturating_add(self.offset)
    }
}

#[expect(clippy::disallowed_methods, reason = "the simulator has a clock of its own, like any far end")]
fn machine_time() -> i64 {
    let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
    i64::try_from(nanos / 1_000).unwrap_or(i64::MAX)
}

fn instant(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// RFC 3339 in UTC, as the ledger writes it.
pub(crate) fn rfc3339(micros: i64) -> String {
    instant(micros).format(&Rfc3339).unwrap_or_default()
}

/// A date and time to the second without any zone, as live answers of the real API have it.
pub(crate) fn naive(micros: i64) -> String {
    instant(micros).format(NAIVE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let mut clock = Clock::new(Some(1_665_625_289 * SECOND), 0);
        assert_eq!(naive(clock.now()), "2022-10-13T01:41:29");
        clock.offset += 60 * SECOND;
        assert_eq!(rfc3339(clock.now()), "2022-10-13T01:42:29Z");
    }
}
