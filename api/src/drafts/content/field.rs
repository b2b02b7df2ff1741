//! The single fields of a draft: checked types that cannot hold what Pinterest would refuse.
//!
//! Lengths are Unicode code points. Nothing is ever cut: what is too long is refused with the number.

use url::Url;

use crate::audit::sealed::Part;
use crate::audit::secret_gate::{Where, find_secret};
use crate::error::FieldError;

macro_rules! field {
    ($(#[$doc:meta])* $name:ident, $field:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The field's name in the API and in the content digest.
            pub const FIELD: &'static str = $field;

            /// What was typed, without white space around it; none if nothing is left. Errors: see the type.
            pub fn parse(typed: &str) -> Result<Option<Self>, FieldError> {
                let text = tidy(typed);
                if text.is_empty() {
                    return Ok(None);
                }
                let check: fn(&'static str, &str) -> Result<(), FieldError> = $check;
                check($field, &text)?;
                Ok(Some($name(text)))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

field!(
    /// A Pin's title: one line, at most 100 characters.
    Title, "title", |field, text| check_text(field, text, 100, false)
);
field!(
    /// A Pin's description: at most 800 characters, may have several lines.
    Description, "description", |field, text| check_text(field, text, 800, true)
);
field!(
    /// What a screen reader says of the image: one line, at most 500 characters.
    AltText, "alt_text", |field, text| check_text(field, text, 500, false)
);
field!(
    /// Where a Pin leads: at most 2048 characters, http or https, kept exactly as typed. It is never fetched.
    Link, "link", check_link
);
field!(
    /// Pinterest's id of a board: digits.
    BoardId, "board_id", check_number
);
field!(
    /// Pinterest's id of a section of a board: digits.
    SectionId, "board_section_id", check_number
);

/// Browsers send lines of a form with CR LF; the line's end is not part of what was written.
fn tidy(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

pub(in crate::drafts) fn check_text(
    field: &'static str,
    text: &str,
    limit: usize,
    has_lines: bool,
) -> Result<(), FieldError> {
    check_length(field, text, limit)?;
    check_characters(field, text, has_lines)?;
    check_secret(field, text)
}

fn check_length(field: &'static str, text: &str, limit: usize) -> Result<(), FieldError> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(());
    }
    let message = format!(
        "{length} characters are too many: Pinterest takes at most {limit}. Take out {}; nothing is cut for you.",
        length - limit
    );
    Err(FieldError::new(field, "too_long", message))
}

fn check_characters(field: &'static str, text: &str, has_lines: bool) -> Result<(), FieldError> {
    let is_refused = |c: char| c.is_control() && !(has_lines && c == '\n');
    let Some((place, character)) = text.chars().enumerate().find(|(_, c)| is_refused(*c)) else {
        return Ok(());
    };
    let what = match character {
        '\t' => "a tab".to_owned(),
        '\n' | '\r' => "a line break".to_owned(),
        other => format!("the control character U+{:04X}", u32::from(other)),
    };
    let message = format!("Character {} is {what}. Replace it with a space.", place + 1);
    Err(FieldError::new(field, "control_character", message))
}

/// What looks like a secret would be kept in the audit log: it is refused before it gets that far.
fn check_secret(field: &'static str, text: &str) -> Result<(), FieldError> {
    let Some(detector) = find_secret(text, Where::Sealed(Part::Content)) else { return Ok(()) };
    let message = format!("This looks like {}. Take it out, and renew it if it is real.", detector.words());
    Err(FieldError::new(field, "secret", message))
}

fn check_number(field: &'static str, text: &str) -> Result<(), FieldError> {
    if text.len() <= 32 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(FieldError::new(
        field,
        "not_a_number",
        "Pinterest's ids are digits, at most 32. Choose it from the list.",
    ))
}

fn check_link(field: &'static str, text: &str) -> Result<(), FieldError> {
    let refuse = |code, message: &str| Err(FieldError::new(field, code, message));
    check_length(field, text, 2048)?;
    check_characters(field, text, false)?;
    check_secret(field, text)?;
    // Programs read spaces and backslashes in links differently; the one that a reviewer sees must be the one meant.
    if text.contains(|c: char| c.is_whitespace() || c == '\\') {
        return refuse("link_form", "A link has no spaces or backslashes. Write %20 for a space, / for \\.");
    }
    let Some(authority) = authority(text) else {
        return refuse("link_scheme", "A link starts with https:// or http://. Write it in full.");
    };
    if authority.contains('@') {
        return refuse(
            "link_credentials",
            "A link must not carry a name or password before an @. Take it out.",
        );
    }
    match Url::parse(text) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => Ok(()),
        _ => refuse("link_form", "This is not a link that a browser can open. Check the part after the //."),
    }
}

/// What stands between `http(s)://` and the path; none for anything that does not start so.
fn authority(link: &str) -> Option<&str> {
    let (scheme, rest) = link.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#']).next()?;
    (is_web && !authority.is_empty()).then_some(authority)
}
