//! Rate limits by access tier, and the headers that tell of them.
//!
//! Windows are aligned to the virtual clock. Limits follow the tier and not the host, so both environments
//! share them. Trial counts for the whole app, Standard for each account.

use std::collections::HashMap;

use http::{HeaderMap, HeaderValue};

use crate::answer::ApiError;
use crate::clock::SECOND;
use crate::environment::Tier;
use crate::operations::Category;

const DAY: i64 = 86_400;

/// A window of `seconds` in which `limit` calls are answered.
#[derive(Clone, Copy, Debug)]
struct Window {
    limit: u32,
    seconds: i64,
    /// Whether all categories draw on it.
    is_universal: bool,
}

const fn window(limit: u32, seconds: i64, is_universal: bool) -> Window {
    Window { limit, seconds, is_universal }
}

fn windows(tier: Tier, category: Category) -> [Window; 2] {
    match (tier, category) {
        (Tier::Trial, Category::Read) => [window(1_000, DAY, true), window(1_000, DAY, false)],
        (Tier::Trial, Category::Write) => [window(1_000, DAY, true), window(300, DAY, false)],
        (Tier::Standard, Category::Read) => [window(100, 1, true), window(1_000, 60, false)],
        (Tier::Standard, Category::Write) => [window(100, 1, true), window(100, 60, false)],
    }
}

#[derive(Debug, Eq, Hash, PartialEq)]
struct Key {
    subject: String,
    category: Option<Category>,
    seconds: i64,
}

/// Calls counted so far. Kept in memory only: a restart starts afresh.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    /// For each quota: the window it was last used in, and how often.
    used: HashMap<Key, (i64, u32)>,
}

/// Where a caller stands after a call.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    limit: String,
    remaining: u32,
    reset: i64,
}

impl Limits {
    /// Counts one call of `account`, unless a window is full already: then 429 code 8.
    ///
    /// A clock that stands still would never leave a window of one second, so that one is not enforced there.
    pub(crate) fn count(
        &mut self,
        caller: &Caller<'_>,
        category: Category,
        now: i64,
    ) -> (Standing, Result<(), ApiError>) {
        let windows = windows(caller.tier, category);
        let keys = caller.keys(windows, category);
        let full = windows.iter().zip(&keys).any(|(window, key)| {
            self.remaining(window, key, now) == 0 && !(caller.is_time_fixed && window.seconds == 1)
        });
        if !full {
            for (window, key) in windows.iter().zip(caller.keys(windows, category)) {
                let index = now.div_euclid(window.seconds * SECOND);
                let entry = self.used.entry(key).or_insert((index, 0));
                *entry = if entry.0 == index { (index, entry.1 + 1) } else { (index, 1) };
            }
        }
        let standing = self.standing(&windows, &keys, now);
        (standing, if full { Err(exceeded()) } else { Ok(()) })
    }

    /// Where a caller stands, without counting anything.
    pub(crate) fn look(&self, caller: &Caller<'_>, category: Category, now: i64) -> Standing {
        let windows = windows(caller.tier, category);
        self.standing(&windows, &caller.keys(windows, category), now)
    }

    fn remaining(&self, window: &Window, key: &Key, now: i64) -> u32 {
        let index = now.div_euclid(window.seconds * SECOND);
        match self.used.get(key) {
            Some((last, used)) if *last == index => window.limit.saturating_sub(*used),
            _ => window.limit,
        }
    }

    fn standing(&self, windows: &[Window], keys: &[Key], now: i64) -> Standing {
        let closest = windows.iter().zip(keys).min_by_key(|(window, key)| self.remaining(window, key, now));
        let list = windows.iter().map(|window| format!("{};w={}", window.limit, window.seconds));
        let list = list.collect::<Vec<_>>().join(", ");
        let Some((window, key)) = closest else { return Standing { limit: list, remaining: 0, reset: 1 } };
        let length = window.seconds * SECOND;
        Standing {
            limit: format!("{}, {list}", window.limit),
            remaining: self.remaining(window, key, now),
            reset: (length - now.rem_euclid(length) + SECOND - 1) / SECOND,
        }
    }
}

/// Whose quota a call draws on.
pub(crate) struct Caller<'a> {
    pub(crate) tier: Tier,
    /// Account id; empty for calls of the app itself and for refused tokens.
    pub(crate) account: &'a str,
    pub(crate) is_time_fixed: bool,
}

impl Caller<'_> {
    fn key(&self, window: Window, category: Category) -> Key {
        let subject = if self.tier == Tier::Trial { String::new() } else { self.account.to_owned() };
        let category = (!window.is_universal).then_some(category);
        Key { subject, category, seconds: window.seconds }
    }

    fn keys(&self, windows: [Window; 2], category: Category) -> [Key; 2] {
        windows.map(|window| self.key(window, category))
    }
}

impl Standing {
    /// The three headers, in the format of a live answer: the window closest to its end first, and seconds
    /// (not an epoch) until it starts again.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let values = [
            ("x-ratelimit-limit", self.limit.clone()),
            ("x-ratelimit-remaining", self.remaining.to_string()),
            ("x-ratelimit-reset", self.reset.to_string()),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }

    /// Seconds until the nearest window starts again.
    pub(crate) fn reset(&self) -> i64 {
        self.reset
    }
}

fn exceeded() -> ApiError {
    let text = "This request exceeded a rate limit. This can happen if the client exceeds one\nof the published \
                rate limits or if multiple write operations are applied to\nan object within a short time window.";
    ApiError::new(429, 8, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_app_has_300_writes_a_day_for_all_its_accounts() {
        let mut limits = Limits::default();
        let caller = |account| Caller { tier: Tier::Trial, account, is_time_fixed: true };
        for n in 0..300 {
            let account = if n % 2 == 0 { "1" } else { "2" };
            assert!(limits.count(&caller(account), Category::Write, 0).1.is_ok());
        }
        let (standing, result) = limits.count(&caller("1"), Category::Write, 0);
        assert_eq!(result.unwrap_err().status, 429);
        assert_eq!(standing.limit, "300, 1000;w=86400, 300;w=86400");
        assert_eq!((standing.remaining, standing.reset), (0, DAY));
        assert!(limits.count(&caller("1"), Category::Read, 0).1.is_ok());
        assert!(limits.count(&caller("1"), Category::Write, DAY * SECOND).1.is_ok());
    }

    #[test]
    fn a_standard_app_answers_as_in_the_documented_sample() {
        let mut limits = Limits::default();
        let caller = Caller { tier: Tier::Standard, account: "1", is_time_fixed: false };
        let (standing, _) = limits.count(&caller, Category::Read, 0);
        assert_eq!(standing.limit, "100, 100;w=1, 1000;w=60");
        assert_eq!((standing.remaining, standing.reset), (99, 1));
    }
}
