//! Points in time, as every table keeps them.

use std::time::Duration;

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, macros::format_description};

/// A point in time: whole microseconds since 1970-01-01T00:00:00Z.
///
/// An integer, because text of a varying number of digits does not sort by time in SQLite, and PostgreSQL keeps
/// microseconds only; so both databases order and compare alike.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// This time and `duration` later; saturates at the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// This time and `duration` earlier; saturates at the beginning of time.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long after `other` this is; nothing if it is not.
    pub fn since(self, other: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(other.0)).unwrap_or(0))
    }

    /// RFC 3339 in UTC with exactly six digits of the second's fraction, as the audit log writes it.
    pub fn rfc3339(self) -> String {
        let format =
            format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
        self.to_offset_date_time().format(&format).unwrap_or_else(|_| self.0.to_string())
    }

    /// The same point in time as the `time` crate has it; out-of-range values become 1970.
    pub fn to_offset_date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(at: OffsetDateTime) -> Self {
        Self(i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000)).unwrap_or(i64::MAX))
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_six_digits_always() {
        assert_eq!(Timestamp(1_772_355_604_000_000).rfc3339(), "2026-03-01T09:00:04.000000Z");
        assert_eq!(Timestamp(1_772_355_604_000_010).rfc3339(), "2026-03-01T09:00:04.000010Z");
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Timestamp(i64::MAX).plus(Duration::from_secs(1)), Timestamp(i64::MAX));
        assert_eq!(Timestamp(5).since(Timestamp(7)), Duration::ZERO);
    }
}
