//! When a Pin may go out: a wall time and the zone of that wall.
//!
//! The zones' rules are those bundled with the product, so that the same draft is due at the same moment on every
//! machine. A time that the clocks skip is refused; one that they show twice needs its offset.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

/// Why a time cannot be used. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not `YYYY-MM-DDTHH:MM`, or no such day.
    #[error("Write the time as year-month-dayThour:minute, such as 2026-12-01T09:00.")]
    Local,
    /// A time without a zone.
    #[error("Choose the time zone of this time, such as Europe/Berlin.")]
    NoZone,
    /// Not the name of a zone.
    #[error("This time zone is not known. Use a name such as Europe/Berlin or UTC.")]
    Zone,
    /// The clocks skip it.
    #[error(
        "{time} does not exist in {zone}: the clocks jump from {from} to {to}. Choose a time before or after the jump."
    )]
    Gap {
        /// The time that was asked for.
        time: String,
        /// The zone.
        zone: String,
        /// What the clocks show when they jump.
        from: String,
        /// What they show then.
        to: String,
    },
    /// The clocks show it twice.
    #[error(
        "{time} happens twice in {zone}, because the clocks go back. Choose the first ({first}) or the second ({second})."
    )]
    Ambiguous {
        /// The time that was asked for.
        time: String,
        /// The zone.
        zone: String,
        /// The offset of the first.
        first: String,
        /// The offset of the second.
        second: String,
    },
    /// An offset that this zone does not have then.
    #[error("{zone} does not have this offset at {time}. Leave the offset out, or choose {possible}.")]
    Offset {
        /// The time that was asked for.
        time: String,
        /// The zone.
        zone: String,
        /// The offsets that it has then.
        possible: String,
    },
}

impl ScheduleError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            ScheduleError::Local => "time_form",
            ScheduleError::NoZone => "zone_missing",
            ScheduleError::Zone => "zone_unknown",
            ScheduleError::Gap { .. } => "time_skipped",
            ScheduleError::Ambiguous { .. } => "time_ambiguous",
            ScheduleError::Offset { .. } => "offset_wrong",
        }
    }
}

/// A moment before which a Pin does not go out, as people say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishAt {
    local: String,
    zone: String,
    offset: Option<String>,
}

impl PublishAt {
    /// Checks a wall time `2026-12-01T09:00` in an IANA zone. `offset` (`+01:00`) is kept only where the time is
    /// ambiguous. Errors: see [`ScheduleError`].
    pub fn new(local: &str, zone: &str, offset: Option<&str>) -> Result<Self, ScheduleError> {
        let time_zone = time_zone(zone)?;
        let asked = PublishAt {
            local: local.to_owned(),
            zone: time_zone.iana_name().unwrap_or(zone).to_owned(),
            offset: offset.map(str::to_owned),
        };
        let (_, is_ambiguous) = asked.resolve(&time_zone)?;
        Ok(PublishAt { offset: asked.offset.filter(|_| is_ambiguous), ..asked })
    }

    /// A time that was checked when it was stored. Only its form is looked at: the zones' rules may have changed
    /// since, and that must not change what was approved. None if it is not of the form.
    pub fn stored(local: &str, zone: &str, offset: Option<&str>) -> Option<Self> {
        let is_zone = !zone.is_empty() && zone.len() <= 64 && zone.bytes().all(is_zone_byte);
        let is_offset = offset.is_none_or(|offset| offset.starts_with(['+', '-']) && offset.len() <= 9);
        let (local, zone) = (parse_local(local).ok().map(|_| local.to_owned())?, zone.to_owned());
        (is_zone && is_offset).then(|| PublishAt { local, zone, offset: offset.map(str::to_owned) })
    }

    /// The wall time, `2026-12-01T09:00`.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The zone's IANA name.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The offset, `+02:00`, where the clocks show the wall time twice.
    pub fn offset(&self) -> Option<&str> {
        self.offset.as_deref()
    }

    /// The moment, in microseconds since 1970. Errors: by the rules now in force there is no such time, or it has
    /// become ambiguous.
    pub fn due_at_micros(&self) -> Result<i64, ScheduleError> {
        let (moment, _) = self.resolve(&time_zone(&self.zone)?)?;
        Ok(moment.as_microsecond())
    }

    /// The moment, and whether the wall time is ambiguous.
    fn resolve(&self, time_zone: &TimeZone) -> Result<(Timestamp, bool), ScheduleError> {
        let local = parse_local(&self.local)?;
        match time_zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => {
                self.check_offset(local, &[offset])?;
                Ok((moment(local, offset)?, false))
            }
            AmbiguousOffset::Fold { before, after } => {
                Ok((moment(local, self.chosen(local, before, after)?)?, true))
            }
            AmbiguousOffset::Gap { before, after } => Err(self.gap(local, time_zone, before, after)),
        }
    }

    fn chosen(&self, local: DateTime, first: Offset, second: Offset) -> Result<Offset, ScheduleError> {
        let Some(offset) = self.offset.as_deref() else {
            return Err(ScheduleError::Ambiguous {
                time: time_text(local),
                zone: self.zone.clone(),
                first: offset_text(first),
                second: offset_text(second),
            });
        };
        self.check_offset(local, &[first, second])?;
        Ok(if offset == offset_text(first) { first } else { second })
    }

    fn check_offset(&self, local: DateTime, possible: &[Offset]) -> Result<(), ScheduleError> {
        let possible: Vec<String> = possible.iter().copied().map(offset_text).collect();
        match &self.offset {
            Some(offset) if !possible.contains(offset) => Err(ScheduleError::Offset {
                time: time_text(local),
                zone: self.zone.clone(),
                possible: possible.join(" or "),
            }),
            _ => Ok(()),
        }
    }

    fn gap(&self, local: DateTime, time_zone: &TimeZone, before: Offset, after: Offset) -> ScheduleError {
        // Read with the later offset, a skipped time lies before the jump: the next transition is the jump.
        let jump = moment(local, after).ok().and_then(|early| time_zone.following(early).next());
        let at_jump =
            |offset: Offset| jump.as_ref().map(|jump| time_text(offset.to_datetime(jump.timestamp())));
        ScheduleError::Gap {
            time: time_text(local),
            zone: self.zone.clone(),
            from: at_jump(before).unwrap_or_else(|| offset_text(before)),
            to: at_jump(after).unwrap_or_else(|| offset_text(after)),
        }
    }
}

/// A moment (microseconds since 1970) as people read it: `Tue 1 Dec 2026, 09:00 Europe/Berlin`, with the offset where
/// the clocks show that time twice. A zone that is not known shows as UTC.
pub fn describe(due_micros: i64, zone: &str) -> String {
    let time_zone = time_zone(zone).unwrap_or(TimeZone::UTC);
    let moment = Timestamp::from_microsecond(due_micros).unwrap_or_default();
    let local = time_zone.to_datetime(moment);
    let name = time_zone.iana_name().unwrap_or("UTC");
    if time_zone.to_ambiguous_timestamp(local).is_ambiguous() {
        format!("{} ({}) {name}", time_text(local), offset_text(time_zone.to_offset(moment)))
    } else {
        format!("{} {name}", time_text(local))
    }
}

/// The names of all zones, for a list to choose from.
pub fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}

fn time_zone(name: &str) -> Result<TimeZone, ScheduleError> {
    let is_name = !name.is_empty() && name.bytes().all(is_zone_byte);
    let found = is_name.then(|| TimeZoneDatabase::bundled().get(name).ok()).flatten();
    found.filter(|zone| zone.iana_name().is_some()).ok_or(ScheduleError::Zone)
}

fn is_zone_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'+')
}

/// Exactly `YYYY-MM-DDTHH:MM`.
fn parse_local(text: &str) -> Result<DateTime, ScheduleError> {
    let is_form = text.len() == 16
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
    let time = is_form.then(|| DateTime::strptime("%Y-%m-%dT%H:%M", text).ok()).flatten();
    time.filter(|time| time.year() > 0).ok_or(ScheduleError::Local)
}

fn moment(local: DateTime, offset: Offset) -> Result<Timestamp, ScheduleError> {
    offset.to_timestamp(local).map_err(|_| ScheduleError::Local)
}

fn time_text(local: DateTime) -> String {
    local.strftime("%a %-d %b %Y, %H:%M").to_string()
}

/// `+01:00`; with seconds where a zone of long ago had them.
fn offset_text(offset: Offset) -> String {
    let seconds = SignedDuration::from_secs(offset.seconds().into()).abs().as_secs();
    let sign = if offset.is_negative() { '-' } else { '+' };
    let minutes = format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 == 0 { minutes } else { format!("{minutes}:{:02}", seconds % 60) }
}

#[cfg(test)]
mod tests;
