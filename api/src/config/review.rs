//! Who may approve, and when things happen.

use std::time::Duration;

use countersign_entities::vocabulary::ReviewRule;
use jiff::tz::TimeZone;

use super::key::{Key, Shape};
use super::parse::word;
use super::reader::{Parsed, Reader};

const REVIEW_RULE: Key = Key::with_default(
    "review_rule",
    "second-person",
    "second-person: nobody approves what they wrote; sole-operator: one may, and it is marked",
);
const UNDO_SECONDS: Key = Key {
    name: "undo_seconds",
    shape: Shape::Number,
    default: Some("10"),
    help: "How long an approval can be undone before anything is sent",
};
const TIME_ZONE: Key = Key::with_default(
    "time_zone",
    "UTC",
    "Time zone in which times are shown and asked for, such as Europe/Berlin",
);

pub(super) const KEYS: &[Key] = &[REVIEW_RULE, UNDO_SECONDS, TIME_ZONE];

/// The longest undo window: an hour. Longer waits are what `publish_at` is for.
const MAX_UNDO_SECONDS: u64 = 3600;

/// Who may approve, and when things happen.
#[derive(Clone)]
pub struct Review {
    /// Whether an author may approve.
    pub rule: ReviewRule,
    /// How long an approval can be undone.
    pub undo: Duration,
    /// The zone in which times are shown and asked for.
    pub time_zone: TimeZone,
    /// Its IANA name.
    pub time_zone_name: String,
}

impl Review {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let rule = reader.required(&REVIEW_RULE, rule);
        let undo = reader.required(&UNDO_SECONDS, undo);
        let zone = reader.required(&TIME_ZONE, zone);
        let (time_zone_name, time_zone) = zone?;
        Some(Self { rule: rule?, undo: undo?, time_zone, time_zone_name })
    }
}

fn rule(text: &str) -> Parsed<ReviewRule> {
    word(text, &[("second-person", ReviewRule::SecondPerson), ("sole-operator", ReviewRule::SoleOperator)])
}

fn undo(text: &str) -> Parsed<Duration> {
    let seconds = text.parse().ok().filter(|seconds| *seconds <= MAX_UNDO_SECONDS);
    let range = || format!("is not a whole number from 0 to {MAX_UNDO_SECONDS}. The usual is 10");
    seconds.map(Duration::from_secs).ok_or_else(range)
}

fn zone(text: &str) -> Parsed<(String, TimeZone)> {
    let unknown = "is not a time zone that this machine knows. Write its IANA name, such as Europe/Berlin or UTC; if \
                   that is what it says, install the time zone data (package tzdata)";
    let zone = TimeZone::get(text).map_err(|_| unknown.to_owned())?;
    Ok((zone.iana_name().unwrap_or(text).to_owned(), zone))
}
