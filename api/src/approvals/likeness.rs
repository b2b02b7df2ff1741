//! Whether two Pins say the same: Pinterest may trim, decode and normalise what it was given.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::drafts::content::Content;

/// What of a Pin is compared: where it is and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Likeness {
    title: String,
    description: String,
    alt_text: String,
    link: String,
}

impl Likeness {
    /// Of texts as somebody shows them.
    pub(crate) fn new(
        title: Option<&str>,
        description: Option<&str>,
        alt: Option<&str>,
        link: Option<&str>,
    ) -> Self {
        Self {
            title: normalised(title),
            description: normalised(description),
            alt_text: normalised(alt),
            link: normalised_link(link),
        }
    }

    /// Of a draft's content.
    pub(crate) fn of(content: &Content) -> Self {
        Self::new(content.title(), content.description(), content.alt_text(), content.link())
    }

    /// The names of the fields in which `other` differs.
    pub(crate) fn differences(&self, other: &Self) -> Vec<&'static str> {
        let pairs = [
            ("title", self.title == other.title),
            ("description", self.description == other.description),
            ("alt_text", self.alt_text == other.alt_text),
            ("link", self.link == other.link),
        ];
        pairs.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
    }
}

/// A digest of board and texts: while one such Pin is unknown, its twins wait.
pub(super) fn fingerprint(content: &Content) -> String {
    let likeness = Likeness::of(content);
    let mut hash = Sha256::new();
    let board = content.board_id().unwrap_or_default();
    for part in [board, &likeness.title, &likeness.description, &likeness.alt_text, &likeness.link] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

/// A text as it is compared: NFC, HTML entities decoded, white space folded.
fn normalised(text: Option<&str>) -> String {
    let decoded = decode_entities(text.unwrap_or_default());
    let composed: String = decoded.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decode_entities(text: &str) -> String {
    // `&amp;` last, so that `&amp;lt;` becomes `&lt;` and not `<`.
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#x27;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// A link as it is compared: without the trailing slash of a bare host.
fn normalised_link(link: Option<&str>) -> String {
    let text = normalised(link);
    match url::Url::parse(&text) {
        Ok(url) => url.to_string(),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_may_change_does_not_count() {
        assert_eq!(normalised(Some(" Fish &amp; chips\n")), normalised(Some("Fish & chips")));
        assert_eq!(normalised(Some("Cafe\u{301}")), normalised(Some("Café")));
        assert_eq!(normalised(None), normalised(Some("")));
        assert_ne!(normalised(Some("Fish")), normalised(Some("fish")));
        assert_eq!(normalised_link(Some("https://x.example")), normalised_link(Some("https://x.example/")));
    }
}
