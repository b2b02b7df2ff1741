//! Times in words. A time never stands without its zone, and no view asks the clock: the moment in which the page
//! is made comes in with [`Times`].

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use maud::{Markup, html};

/// The moment in which a page is made and the zone in which its reader reads times.
#[derive(Clone, Debug)]
pub struct Times {
    now: Timestamp,
    zone: TimeZone,
    name: String,
}

impl Times {
    /// `now_micros` is the present in Unix microseconds, `zone` an IANA name; an unknown one is read as UTC, and
    /// says so.
    pub fn new(now_micros: i64, zone: &str) -> Self {
        let (zone, name) = lookup(zone);
        Self { now: timestamp(now_micros), zone, name }
    }

    /// The same moment, read in another zone: that of a schedule.
    pub fn within(&self, zone: &str) -> Self {
        let (zone, name) = lookup(zone);
        Self { now: self.now, zone, name }
    }

    /// The present in Unix microseconds.
    pub fn now_micros(&self) -> i64 {
        self.now.as_microsecond()
    }

    /// The zone's name: `Europe/Berlin`.
    pub fn zone(&self) -> &str {
        &self.name
    }

    /// `Tue 1 Dec 2026, 09:00 Europe/Berlin`: for a consequence, where nothing may be left to guess.
    pub fn full(&self, at: i64) -> String {
        let zoned = self.zoned(at);
        format!("{}{} {}", zoned.strftime("%a %-d %b %Y, %H:%M"), twice(&zoned), self.name)
    }

    /// `Today, 12:04 Europe/Berlin`; the year only where it is another one.
    pub fn short(&self, at: i64) -> String {
        format!("{} {}", self.bare(at), self.name)
    }

    /// `12:00:04`, for evidence that stands under a named day and zone.
    pub fn clock(&self, at: i64) -> String {
        self.zoned(at).strftime("%H:%M:%S").to_string()
    }

    /// `Tuesday 24 November 2026`.
    pub fn day(&self, at: i64) -> String {
        self.zoned(at).strftime("%A %-d %B %Y").to_string()
    }

    /// `in 7 days`, `2 h ago`, `just now`.
    pub fn relative(&self, at: i64) -> String {
        let seconds = (timestamp(at).as_microsecond() - self.now_micros()) / 1_000_000;
        let words = distance(seconds.unsigned_abs());
        match (words, seconds < 0) {
            (None, _) => "just now".into(),
            (Some(words), true) => format!("{words} ago"),
            (Some(words), false) => format!("in {words}"),
        }
    }

    /// A `time` element with the short form.
    pub fn element(&self, at: i64) -> Markup {
        html! { time datetime=(timestamp(at)) { (self.short(at)) } }
    }

    /// Two lines for a table or a row: `Tue 1 Dec, 09:00` above `Europe/Berlin, in 7 days`.
    pub fn stacked(&self, at: i64) -> Markup {
        html! {
            time datetime=(timestamp(at)) { (self.bare(at)) }
            small { (self.name) ", " (self.relative(at)) }
        }
    }

    fn bare(&self, at: i64) -> String {
        let (then, now) = (self.zoned(at), self.now.to_zoned(self.zone.clone()));
        let day = match then.date() {
            date if date == now.date() => "Today".into(),
            date if now.date().yesterday().is_ok_and(|yesterday| yesterday == date) => "Yesterday".into(),
            date if date.year() == now.year() => then.strftime("%a %-d %b").to_string(),
            _ => then.strftime("%a %-d %b %Y").to_string(),
        };
        format!("{day}, {}{}", then.strftime("%H:%M"), twice(&then))
    }

    fn zoned(&self, at: i64) -> Zoned {
        timestamp(at).to_zoned(self.zone.clone())
    }
}

/// ` (+01:00)` for a time that the clocks show twice.
fn twice(zoned: &Zoned) -> String {
    let is_twice = zoned.time_zone().to_ambiguous_timestamp(zoned.datetime()).is_ambiguous();
    if is_twice { zoned.strftime(" (%:z)").to_string() } else { String::new() }
}

/// Seconds as `8 s`, `5 min`, `2 h`, `7 days`, `3 years`; `None` for less than ten seconds.
fn distance(seconds: u64) -> Option<String> {
    Some(match seconds {
        0..10 => return None,
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        172_800..63_072_000 => format!("{} days", seconds / 86_400),
        _ => format!("{} years", seconds / 31_557_600),
    })
}

fn lookup(zone: &str) -> (TimeZone, String) {
    match TimeZone::get(zone) {
        Ok(found) => (found, zone.to_owned()),
        Err(_) => (TimeZone::UTC, "UTC".to_owned()),
    }
}

/// A time outside of what can be shown (years -9999 to 9999) is shown at the limit.
fn timestamp(micros: i64) -> Timestamp {
    let limit = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tue 24 Nov 2026, 13:20 UTC.
    const NOW: i64 = 1_795_526_400_000_000;
    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn a_time_names_its_zone() {
        let times = Times::new(NOW, "Europe/Berlin");
        assert_eq!(times.full(NOW + 7 * 24 * HOUR), "Tue 1 Dec 2026, 14:20 Europe/Berlin");
        assert_eq!(times.short(NOW - 2 * HOUR), "Today, 12:20 Europe/Berlin");
        assert_eq!(times.short(NOW - 24 * HOUR), "Yesterday, 14:20 Europe/Berlin");
        assert_eq!(times.short(NOW + 60 * 24 * HOUR), "Sat 23 Jan 2027, 14:20 Europe/Berlin");
        assert_eq!(times.within("Asia/Tokyo").short(NOW), "Today, 22:20 Asia/Tokyo");
    }

    #[test]
    fn an_unknown_zone_is_utc_and_says_so() {
        assert_eq!(Times::new(NOW, "Moon/Base").short(NOW), "Today, 13:20 UTC");
    }

    #[test]
    fn a_time_that_occurs_twice_names_its_offset() {
        let times = Times::new(NOW, "Europe/Berlin");
        let second: jiff::Timestamp = "2026-10-25T01:30:00Z".parse().unwrap();
        assert_eq!(times.full(second.as_microsecond()), "Sun 25 Oct 2026, 02:30 (+01:00) Europe/Berlin");
    }

    #[test]
    fn distances_have_units() {
        let times = Times::new(NOW, "UTC");
        assert_eq!(times.relative(NOW + 3_000_000), "just now");
        assert_eq!(times.relative(NOW - 2 * HOUR), "2 h ago");
        assert_eq!(times.relative(NOW + 7 * 24 * HOUR), "in 7 days");
        assert_eq!(times.relative(NOW + 59 * 60_000_000), "in 59 min");
    }

    #[test]
    fn no_number_is_too_large() {
        let times = Times::new(NOW, "UTC");
        assert!(times.full(i64::MAX).contains("9999"));
        assert!(times.relative(i64::MIN).ends_with("ago"));
    }
}
