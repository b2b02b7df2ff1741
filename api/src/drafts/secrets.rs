//! What people type must not carry this installation's own secrets: it would be kept, shown and logged.

use super::content::{Content, FieldError};
use crate::{
    app::App,
    audit::secret_gate::{contains_any, has_own_token},
};

/// Refuses a text that carries a configured secret or looks like it carries an API token. (What is stored is read without
/// this rule.)
pub(crate) fn refuse_live(app: &App, field: &'static str, text: &str) -> Result<(), FieldError> {
    if contains_any(text, &app.live_secrets()) || has_own_token(text) {
        return Err(FieldError::new(
            field,
            "secret",
            "This holds a secret of this installation. Take it out.",
        ));
    }
    Ok(())
}

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
