//! Days that people ask for, as moments.

use countersign_api::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The first moment of a day in a zone; none if the text is no day.
pub(super) fn begins(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    start(day.parse().ok()?, zone)
}

/// The first moment after a day in a zone; none if the text is no day.
pub(super) fn ends(day: &str, zone: &TimeZone) -> Option<Timestamp> {
    let day: Date = day.parse().ok()?;
    start(day.tomorrow().ok()?, zone)
}

fn start(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(Timestamp(day.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_zone_and_its_end_is_within() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let (from, to) = (begins("2026-11-24", &berlin).unwrap(), ends("2026-11-24", &berlin).unwrap());
        assert_eq!(from.rfc3339(), "2026-11-23T23:00:00.000000Z");
        assert_eq!(to.since(from).as_secs(), 86_400);
        assert_eq!((begins("yesterday", &berlin), ends("", &berlin)), (None, None));
    }
}
