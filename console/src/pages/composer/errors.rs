//! What is wrong, beside the field of the form that it is about.

use countersign_api::error::FieldError as Wrong;

use crate::views::form::FieldError;

/// The service's field errors as the form's.
pub(super) fn of_fields(wrong: &[Wrong]) -> Vec<FieldError> {
    wrong.iter().map(|error| of(field(error), &error.message)).collect()
}

/// What a Pin cannot be signed without, where nothing was filled in.
pub(super) fn nothing_yet() -> Vec<FieldError> {
    vec![
        of("board", "Choose the board that the Pin goes to."),
        of("image", "Add an image: a Pin cannot be without one."),
    ]
}

/// One error.
pub(super) fn of(field: &str, words: &str) -> FieldError {
    FieldError { field: field.to_owned(), words: words.to_owned() }
}

/// Where a field of the service stands in the form.
pub(super) fn name(field: &str) -> &str {
    match field {
        "board_id" | "board_section_id" => "board",
        "asset_id" => "image",
        field if field.starts_with("publish_") => "publish_local",
        other => other,
    }
}

/// A time that occurs twice is asked for beside its two readings.
fn field(error: &Wrong) -> &str {
    if error.code == "time_ambiguous" { "publish_offset" } else { name(error.field) }
}
