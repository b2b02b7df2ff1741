//! What an address asks a list for: each value is read, or said to be wrong. A filter that was left out in silence would
//! show more than was asked for, and the reader would take it for all there is.

use crate::views::form::FieldError;

/// What could not be read.
#[derive(Debug, Default)]
pub(super) struct Unread(Vec<FieldError>);

impl Unread {
    /// The value of `field`, none where nothing stands there; `read` gives none where it is wrong, and `remedy` is then
    /// what to do.
    pub(super) fn take<T>(
        &mut self,
        field: &str,
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
        remedy: &str,
    ) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.0.push(FieldError { field: field.to_owned(), words: remedy.to_owned() });
        }
        value
    }

    /// What was found, or everything that is wrong with the question.
    pub(super) fn or<T>(self, asked: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(asked) } else { Err(self.0) }
    }
}

/// The status of a list that was asked for so.
pub(super) fn status_with(errors: &[FieldError]) -> u16 {
    if errors.is_empty() { 200 } else { 422 }
}

/// The remedy for a day that is none, by the name that stands at its field.
pub(super) fn no_day(name: &str) -> String {
    format!("“{name}” is no day. Pick one, or write it like 2026-11-24.")
}

/// The remedy for a choice that there is not.
pub(super) fn no_choice(name: &str) -> String {
    format!("There is no such choice under “{name}”. Clear the filter, or take one of a list.")
}

/// The remedy for a place in a list that is none; it stands in the address alone, and in no field.
pub(super) const NO_PLACE: &str =
    "The address names a place that this list does not have. Clear the filter to begin on its first page.";

/// That the place in a list is none.
pub(super) fn no_place() -> FieldError {
    FieldError { field: String::new(), words: NO_PLACE.to_owned() }
}
