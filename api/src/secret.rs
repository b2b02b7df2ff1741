//! Text that must not get out: tokens, passwords, codes, keys.
//!
//! The type has no `Debug`, `Display` or `Serialize`, so a secret cannot slip into a log line, an error, a page or
//! the audit log by being part of something larger. The one way out is [`Secret::expose`], which is easy to search for.

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text. Its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself, for the one call that needs it. Never keep it, format it or store it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is this secret, in a time that depends on the lengths only.
    pub fn matches(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// A secret cannot be shown, whole or as a part of something.
///
/// ```
/// let secret = countersign_api::secret::Secret::from("hush");
/// let shown = format!("{}", secret.expose().len());
/// assert_eq!(shown, "4");
/// ```
/// ```compile_fail
/// let secret = countersign_api::secret::Secret::from("hush");
/// let shown = format!("{}", secret);
/// ```
/// ```compile_fail
/// let secret = countersign_api::secret::Secret::from("hush");
/// let shown = format!("{:?}", secret);
/// ```
/// ```compile_fail
/// let secret = countersign_api::secret::Secret::from("hush");
/// let same = secret == countersign_api::secret::Secret::from("hush");
/// ```
/// ```compile_fail
/// let secret = countersign_api::secret::Secret::from("hush");
/// let json = serde_json::to_string(&secret);
/// ```
#[cfg(doctest)]
struct NeverShown;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_only_itself() {
        let secret = Secret::from("correct horse");
        assert!(secret.matches("correct horse"));
        assert!(!secret.matches("correct hors"));
        assert!(!secret.matches("correct Horse"));
        assert!(!secret.matches(""));
    }

    #[test]
    fn is_read_from_json() {
        let secret: Secret = serde_json::from_str("\"hush\"").unwrap();
        assert_eq!(secret.expose(), "hush");
    }
}
