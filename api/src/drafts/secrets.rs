//! What people type into drafts must not carry secrets: it would be kept, shown and logged.

use serde_json::Value;

use super::content::{Content, FieldError};
use crate::app::App;

pub(crate) use crate::audit::typed::refuse_secret as refuse_live;

/// The form's fields that people type; a copy has others, too.
const TYPED: [&str; 6] = ["title", "description", "alt_text", "link", "new_board_name", "board"];

/// As [`refuse_live`], for each text of a content.
pub(super) fn refuse_in(app: &App, content: &Content) -> Result<(), FieldError> {
    let texts = [
        ("title", content.title()),
        ("description", content.description()),
        ("alt_text", content.alt_text()),
        ("link", content.link()),
    ];
    texts.into_iter().try_for_each(|(field, text)| refuse_live(app, field, text.unwrap_or_default()))
}

/// As [`refuse_live`], for each text of a form that is to be kept as it was typed.
pub(super) fn refuse_in_form(app: &App, form: &Value) -> Result<(), FieldError> {
    let texts = form.as_object().into_iter().flatten();
    texts.filter_map(|(name, value)| Some((name, value.as_str()?))).try_for_each(|(name, text)| {
        let field = TYPED.into_iter().find(|typed| typed == name).unwrap_or("fields");
        refuse_live(app, field, text)
    })
}
