//! What people type must not carry a secret: it would be kept, shown and logged.

use super::{
    sealed::Part,
    secret_gate::{Where, contains_any, find_typed},
};
use crate::{app::App, error::FieldError};

/// Whether a text carries a secret of this installation, or what looks like a token of ours or of Pinterest's. Whoever
/// shows again what was refused asks this first.
pub fn is_secret(app: &App, text: &str) -> bool {
    contains_any(text, &app.live_secrets()) || find_typed(text, Where::Sealed(Part::Content)).is_some()
}

/// Refuses such a text; the answer does not repeat it. (What is stored is read without this rule.)
///
/// # Errors
/// [`FieldError`] with the code `secret`.
pub fn refuse_secret(app: &App, field: &'static str, text: &str) -> Result<(), FieldError> {
    if is_secret(app, text) {
        let message = "This holds what looks like a secret: a token or password of a program. Take it out, and renew it if it \
                       is real.";
        return Err(FieldError::new(field, "secret", message));
    }
    Ok(())
}
