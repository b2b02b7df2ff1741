//! What an answer says about Pinterest's rate limits.

use countersign_entities::Timestamp;
use http::HeaderMap;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// The longest wait that is believed, in seconds: a day, as long as the longest window of Pinterest's limits.
const LONGEST_WAIT_S: i64 = 24 * 3600;
/// The greatest number that is believed: what JSON has exactly, and so the log.
const GREATEST: i64 = (1 << 53) - 1;

/// The rate headers of one answer. Whatever is not readable is not there.
///
/// `X-RateLimit-Limit: 100, 100;w=1, 1000;w=60`: the limit of the window that is closest to its end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Calls in the window that is closest to its end.
    pub limit: Option<i64>,
    /// Calls left in it.
    pub remaining: Option<i64>,
    /// Seconds until it starts again (no moment in time, although others use the header so).
    pub reset_s: Option<i64>,
    /// Seconds to wait by `Retry-After`, given as seconds or as a date.
    pub retry_after_s: Option<i64>,
}

impl Rate {
    pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            limit: text("x-ratelimit-limit").and_then(first_number),
            remaining: text("x-ratelimit-remaining").and_then(first_number),
            reset_s: text("x-ratelimit-reset").and_then(first_number),
            retry_after_s: text("retry-after").and_then(|value| wait(value, now)),
        }
    }

    /// Seconds to wait before the next call, where Pinterest says so; at most a day.
    pub fn wait_s(&self) -> Option<i64> {
        self.retry_after_s.or(self.reset_s).map(|seconds| seconds.min(LONGEST_WAIT_S))
    }
}

fn first_number(text: &str) -> Option<i64> {
    let first = text.split([',', ';']).next()?.trim();
    first.parse().ok().filter(|number| (0..=GREATEST).contains(number))
}

fn wait(value: &str, now: Timestamp) -> Option<i64> {
    first_number(value).or_else(|| {
        let until = date(value)?;
        i64::try_from(until.since(now).as_secs()).ok()
    })
}

/// A date as HTTP writes it.
pub(super) fn date(value: &str) -> Option<Timestamp> {
    OffsetDateTime::parse(value.trim(), &Rfc2822).ok().map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z
    const NOW: Timestamp = Timestamp(784_111_777_000_000);

    fn rate(headers: &[(&'static str, &'static str)]) -> Rate {
        let pairs = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Rate::read(&pairs.collect(), NOW)
    }

    #[test]
    fn the_documented_sample_is_read() {
        let read = rate(&[
            ("x-ratelimit-limit", "100, 100;w=1, 1000;w=60"),
            ("x-ratelimit-remaining", "99"),
            ("x-ratelimit-reset", "1"),
        ]);
        let expected = Rate { limit: Some(100), remaining: Some(99), reset_s: Some(1), retry_after_s: None };
        assert_eq!(read, expected);
        assert_eq!(read.wait_s(), Some(1));
    }

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_longer_than_a_day() {
        let wait = |value| rate(&[("retry-after", value)]).wait_s();
        assert_eq!(wait("30"), Some(30));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(wait("Sun, 06 Nov 1994 08:48:37 GMT"), Some(0), "a moment that has passed");
        assert_eq!(wait("40000"), Some(40_000), "a daily limit may be reached early in the day");
        assert_eq!(wait("999999"), Some(LONGEST_WAIT_S));
        assert_eq!(rate(&[("x-ratelimit-reset", "999999")]).wait_s(), Some(LONGEST_WAIT_S));
        assert_eq!(wait("Sun, 06 Nov 2094 08:49:37 GMT"), Some(LONGEST_WAIT_S));
        for garbage in ["", "soon", "-5", "1e9", "99999999999999999999", "9007199254740992"] {
            assert_eq!(wait(garbage), None, "{garbage}");
            assert_eq!(rate(&[("x-ratelimit-reset", garbage)]).wait_s(), None, "{garbage}");
            assert_eq!(
                rate(&[("x-ratelimit-limit", garbage)]).limit,
                None,
                "the log could not tell {garbage}"
            );
        }
    }
}
