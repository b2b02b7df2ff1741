//! Sealed parts: the only place of an event for personal or platform data.
//!
//! The header carries a commitment to each part; the salt and the text are stored beside it. Erasing a part is
//! deleting both: the log still verifies, and nothing can be guessed back from the commitment.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::header::{FormatError, Value};

/// The greatest length of a part's text, in bytes.
pub const VALUE_LIMIT: usize = 64 * 1024;

const DOMAIN: &[u8] = b"countersign/sealed/v1\n";

/// The name of a part, in the order in which parts are listed. Each has its own data subject and retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What was written: a draft's content and its salt, a comment.
    Content,
    /// Network address and user agent.
    Net,
    /// What came back from Pinterest: the id of the Pin that we created, scrubbed error text.
    Remote,
    /// Name and e-mail as they were at that moment.
    Who,
}

impl Part {
    /// All parts, by name.
    pub const ALL: [Part; 4] = [Part::Content, Part::Net, Part::Remote, Part::Who];

    /// The name as it stands in headers and exports.
    pub fn name(self) -> &'static str {
        match self {
            Part::Content => "content",
            Part::Net => "net",
            Part::Remote => "remote",
            Part::Who => "who",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Part {
    type Err = FormatError;

    fn from_str(name: &str) -> Result<Self, FormatError> {
        Part::ALL.into_iter().find(|part| part.name() == name).ok_or(FormatError::Field("sealed"))
    }
}

/// What the header says of a part: SHA-256 over its name, salt and exact text.
pub fn commitment(part: Part, salt: &[u8; 32], value_text: &str) -> [u8; 32] {
    let name = part.name().as_bytes();
    // Lengths make the concatenation unambiguous. Both fit: names are short, values are at most VALUE_LIMIT; a
    // longer text never gets a commitment that another text could have.
    let name_length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    let value_length = u32::try_from(value_text.len()).unwrap_or(u32::MAX);
    Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(salt)
        .chain_update([name_length])
        .chain_update(name)
        .chain_update(value_length.to_be_bytes())
        .chain_update(value_text.as_bytes())
        .finalize()
        .into()
}

/// A part that is ready to be stored. Its text and salt are kept out of `Debug`: they may name a person.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// Which part it is.
    pub part: Part,
    /// 32 random bytes, fresh for each part of each event.
    pub salt: [u8; 32],
    /// Restricted JSON, at most [`VALUE_LIMIT`] bytes; stored exactly so.
    pub value: String,
}

impl SealedPart {
    /// Writes `value` down. Errors: it is no object, or its text is longer than [`VALUE_LIMIT`].
    pub fn new(part: Part, salt: [u8; 32], value: &Value) -> Result<Self, FormatError> {
        Ok(SealedPart { part, salt, value: value.to_text_within(VALUE_LIMIT)? })
    }

    /// The commitment for the header.
    pub fn commitment(&self) -> [u8; 32] {
        commitment(self.part, &self.salt, &self.value)
    }
}

impl fmt::Debug for SealedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedPart").field("part", &self.part).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::object;
    use super::*;

    fn salt() -> [u8; 32] {
        let mut salt = [0; 32];
        hex::decode_to_slice("a3d811736110e5781bcccea696762e6116c6e9c92d99bf358c2e0718822ce47c", &mut salt)
            .expect("hex");
        salt
    }

    #[test]
    fn the_worked_example_of_the_format_is_reproduced() {
        let value = object([("name", "Ada".into())]).expect("keys");
        let part = SealedPart::new(Part::Who, salt(), &value).expect("short");
        assert_eq!(part.value, r#"{"name":"Ada"}"#);
        assert_eq!(
            hex::encode(part.commitment()),
            "97770b37d5b05bea82dcbc4747d18c7e33753399c78bdf5851c9c877933d5d1a"
        );
    }

    #[test]
    fn part_salt_and_text_all_matter() {
        let right = commitment(Part::Who, &salt(), "{}");
        assert_ne!(right, commitment(Part::Net, &salt(), "{}"));
        assert_ne!(right, commitment(Part::Who, &[0; 32], "{}"));
        assert_ne!(right, commitment(Part::Who, &salt(), "{} "));
    }

    #[test]
    fn a_text_over_the_limit_is_refused() {
        // {"name":""} is 11 bytes.
        let fitting = object([("name", "a".repeat(VALUE_LIMIT - 11).into())]).expect("keys");
        assert!(SealedPart::new(Part::Who, salt(), &fitting).is_ok());
        let long = object([("name", "a".repeat(VALUE_LIMIT - 10).into())]).expect("keys");
        assert!(matches!(SealedPart::new(Part::Who, salt(), &long), Err(FormatError::TooLong { .. })));
    }

    #[test]
    fn names_are_read_back_and_parts_sort_by_name() {
        for part in Part::ALL {
            assert_eq!(part.name().parse::<Part>(), Ok(part));
        }
        assert!("Who".parse::<Part>().is_err());
        assert!(Part::ALL.is_sorted_by_key(|part| part.name()));
        assert!(Part::ALL.is_sorted());
    }

    #[test]
    fn debug_shows_neither_salt_nor_text() {
        let value = object([("name", "Ada".into())]).expect("keys");
        let shown = format!("{:?}", SealedPart::new(Part::Who, [77; 32], &value).expect("short"));
        assert!(!shown.contains("Ada") && !shown.contains("77"), "{shown}");
    }
}
