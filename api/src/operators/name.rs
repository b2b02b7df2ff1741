//! A name that people read: a person's, or a token's.

use unicode_normalization::UnicodeNormalization as _;

use crate::{
    audit::{
        sealed::Part,
        secret_gate::{Where, find_typed, scrub},
    },
    error::FieldError,
    hidden,
};

const MAX_CHARS: usize = 100;

/// A checked name: one line of visible text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Checks what was typed; blanks around it are dropped.
    ///
    /// # Errors
    /// What is wrong with it, for the field `name`.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let text: String = typed.trim().nfc().collect();
        let refuse = |code, message: String| Err(FieldError::new("name", code, message));
        if text.is_empty() {
            return refuse("missing", "Give a name.".to_owned());
        }
        if text.chars().count() > MAX_CHARS {
            return refuse("too_long", format!("A name has at most {MAX_CHARS} characters."));
        }
        if let Some(what) = find_typed(&text, Where::Sealed(Part::Who)) {
            return refuse("secret", format!("This seems to contain {what}. Write it differently."));
        }
        // What belongs to its writing, as the joiner of Persian, stays; it does not tell two names apart.
        let seen: String = text.chars().filter(|c| !hidden::is_invisible(*c)).collect();
        let hides = hidden::first(&text).is_some() || text.contains(char::is_control);
        if hides || scrub(&seen, MAX_CHARS) != seen {
            let message = "A name is one line without characters that turn or hide text. Type it anew.";
            return refuse("invisible", message.to_owned());
        }
        Ok(Self(text))
    }

    /// A name that is stored: it was checked by the rules of its time, and is not held against anybody.
    pub(super) fn stored(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_composed() {
        assert_eq!(Name::parse(" Zoe\u{301} O’Hara ").unwrap().as_str(), "Zo\u{e9} O’Hara");
    }

    #[test]
    fn what_belongs_to_the_writing_of_a_name_stays() {
        for typed in ["علی\u{200c}رضا", "葛\u{e0100}城", "දිනේෂ් ප්\u{200d}රියන්ත"]
        {
            assert_eq!(Name::parse(typed).unwrap().as_str(), typed.nfc().collect::<String>());
        }
    }

    #[test]
    fn a_name_that_nobody_could_read_or_that_hides_something_is_refused() {
        let long = "x".repeat(MAX_CHARS + 1);
        for (typed, code) in [
            ("", "missing"),
            (" \t", "missing"),
            (long.as_str(), "too_long"),
            ("Ada\nAdmin", "invisible"),
            ("Ada\u{202e}nimdA", "invisible"),
            ("Ada\u{0}", "invisible"),
            ("Ada\u{e0041}", "invisible"),
            ("A\u{3164}da", "invisible"),
            ("Ada\u{2800}", "invisible"),
            ("Ada\u{1d159}", "invisible"),
            ("Ada\u{13441}", "invisible"),
            ("Ada\u{fe0f}", "invisible"),
            ("Ада\u{200d}м", "invisible"),
            ("cs_0123456789abcdef0123456789abcdef0123456789a", "secret"),
            ("pina_0123456789abcdef", "secret"),
            ("Bearer abc", "secret"),
        ] {
            let refused = Name::parse(typed).unwrap_err();
            assert_eq!((refused.field, refused.code), ("name", code), "{typed:?}");
        }
    }
}
