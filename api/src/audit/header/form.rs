//! The forms of the small things in a header: references, type names, hashes, times.

use super::FormatError;

/// `[a-z][a-z0-9_]*`: a key, or a word of a closed vocabulary.
pub fn is_word(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `[a-z]{2,8}_[A-Za-z0-9-]{1,64}`: a random reference such as `drf_...`; never derived from a person.
pub fn is_reference(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, name)| {
        (2..=8).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_lowercase())
            && (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    })
}

/// `evt_` and a UUIDv7 in lower case.
pub fn is_event_id(text: &str) -> bool {
    text.strip_prefix("evt_").is_some_and(is_uuid_v7)
}

fn is_uuid_v7(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'7',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Two to four words joined by dots: the name of an event type.
pub fn is_event_type(text: &str) -> bool {
    (2..=4).contains(&text.split('.').count()) && text.split('.').all(is_word)
}

/// 64 lower-case hex digits as 32 bytes; none for any other text.
pub fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let is_lower = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let mut hash = [0; 32];
    (is_lower && hex::decode_to_slice(text, &mut hash).is_ok()).then_some(hash)
}

/// `YYYY-MM-DDTHH:MM:SS.ffffffZ` of microseconds since 1970. What lies outside the years 0 to 9999 is moved to the
/// nearest end; a header with such a time is refused.
pub fn rfc3339_micros(micros: i64) -> String {
    let micros = micros.clamp(MIN_MICROS, MAX_MICROS);
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z")
}

/// Microseconds since 1970 of exactly `YYYY-MM-DDTHH:MM:SS.ffffffZ`. Errors: any other form, or no such moment.
pub fn parse_rfc3339_micros(text: &str) -> Result<i64, FormatError> {
    read_micros(text).filter(|micros| rfc3339_micros(*micros) == text).ok_or(FormatError::Field("at"))
}

pub(super) fn is_representable(micros: i64) -> bool {
    (MIN_MICROS..=MAX_MICROS).contains(&micros)
}

/// 0000-01-01T00:00:00.000000Z and 9999-12-31T23:59:59.999999Z.
const MIN_MICROS: i64 = -62_167_219_200_000_000;
const MAX_MICROS: i64 = 253_402_300_799_999_999;

/// Reads the digits by their places; whether the rest of the form is right shows when the time is written again.
fn read_micros(text: &str) -> Option<i64> {
    let field = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
    };
    let days = days_from_civil(field(0..4)?, field(5..7)?, field(8..10)?);
    let seconds = field(11..13)? * 3600 + field(14..16)? * 60 + field(17..19)?;
    Some((days * 86_400 + seconds) * 1_000_000 + field(20..26)?)
}

/// Days since 1970 in the Gregorian calendar, counted from March so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}
