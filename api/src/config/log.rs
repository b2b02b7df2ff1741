//! What is logged, and how.

use super::key::Key;
use super::parse::{some_text, word};
use super::reader::Reader;

const FILTER: Key =
    Key::with_default("log", "info", "What is logged: a level, or levels by part, such as info,sqlx=warn");
const FORMAT: Key = Key::with_default("log_format", "pretty", "How it is logged: pretty or json");

pub(super) const KEYS: &[Key] = &[FILTER, FORMAT];

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A level or a list of `part=level`. Its syntax is checked where the log is set up.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: FILTER.default.unwrap_or_default().to_owned(), format: LogFormat::Pretty }
    }
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let filter = reader.required(&FILTER, some_text);
        let formats = [("pretty", LogFormat::Pretty), ("json", LogFormat::Json)];
        let format = reader.required(&FORMAT, |text| word(text, &formats));
        Some(Self { filter: filter?, format: format? })
    }
}
