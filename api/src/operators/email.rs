//! An e-mail address, as far as it must be right to be somebody's name at the door.

use unicode_normalization::UnicodeNormalization as _;

use crate::{
    audit::{
        sealed::Part,
        secret_gate::{Where, find_typed, scrub},
    },
    error::FieldError,
    hidden,
};

/// RFC 5321: no longer address can be delivered to.
const MAX_BYTES: usize = 254;

/// A checked e-mail address, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Checks what was typed; blanks around it are dropped.
    ///
    /// # Errors
    /// What is wrong with it, for the field `email`.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let text: String = typed.trim().nfc().collect();
        let refuse = |code, message: String| Err(FieldError::new("email", code, message));
        if text.len() > MAX_BYTES {
            return refuse("too_long", format!("An e-mail address has at most {MAX_BYTES} characters."));
        }
        if !is_plausible(&text) {
            let message = "This is not an e-mail address. Write it like ada@example.org.";
            return refuse("malformed", message.to_owned());
        }
        if let Some(what) = find_typed(&text, Where::Sealed(Part::Who)) {
            return refuse("secret", format!("This seems to contain {what}. Write another address."));
        }
        Ok(Self(text))
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What sign-in compares: nobody remembers their capitals.
    pub fn key(&self) -> String {
        self.0.to_lowercase().nfc().collect()
    }
}

/// Something, one @, something; no blanks, nothing invisible, nothing that a mail header would read as structure.
fn is_plausible(text: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || hidden::is_invisible(c) || "<>()[],;:\\\"".contains(c);
    let has_sides = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    has_sides && !text.chars().any(is_odd) && scrub(text, MAX_BYTES) == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_typed_and_compared_without_capitals() {
        let email = Email::parse("  Ada.Lovelace@Example.ORG ").unwrap();
        assert_eq!(email.as_str(), "Ada.Lovelace@Example.ORG");
        assert_eq!(email.key(), "ada.lovelace@example.org");
        let composed = Email::parse("z\u{e9}@x.example").unwrap().key();
        assert_eq!(Email::parse("Ze\u{301}@x.example").unwrap().key(), composed);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@x.example", "a".repeat(MAX_BYTES));
        for (typed, code) in [
            ("", "malformed"),
            ("ada", "malformed"),
            ("@x", "malformed"),
            ("ada@", "malformed"),
            ("a@b@c", "malformed"),
            ("a b@x", "malformed"),
            ("a\n@x", "malformed"),
            ("a\u{202e}@x", "malformed"),
            ("a\u{e0041}@x", "malformed"),
            ("a,b@x", "malformed"),
            ("<a@x>", "malformed"),
            (long.as_str(), "too_long"),
            ("client_secret=1@x", "malformed"),
            ("pina_0123456789abcdef@x", "malformed"),
        ] {
            let refused = Email::parse(typed).unwrap_err();
            assert_eq!((refused.field, refused.code), ("email", code), "{typed}");
        }
    }
}
