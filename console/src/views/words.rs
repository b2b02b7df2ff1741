//! What people wrote, as it is shown: kept apart from the words around it, so that no direction of writing reaches over
//! them, and with a mark in the place of each character that nobody would see.

use countersign_api::hidden::{self, Piece};
use maud::{Markup, html};

use super::checks::{Check, Outcome};

/// A text of somebody's within ours.
pub fn text(text: &str) -> Markup {
    html! { bdi { (marked(text)) } }
}

/// As [`text`], where the element around it keeps it apart already (`dir="auto"`).
pub fn marked(text: &str) -> Markup {
    html! { @for piece in hidden::pieces(text) { @match piece {
        Piece::Seen(seen) => (seen),
        Piece::Hidden(c) => span.unseen title="A character that is not seen" { (hidden::label(c)) },
    } } }
}

/// Advice on texts with characters that are not seen; each text with its name.
pub fn advice(texts: &[(&str, &str)]) -> Vec<Check> {
    let hidden = texts.iter().filter_map(|(name, text)| Some((name, hidden::first(text)?)));
    let check = |(name, (place, c)): (&&str, (usize, char))| {
        let words = format!("The {name} has characters that nobody sees");
        let detail =
            format!("Character {place} is {}. They are marked where the text is shown.", hidden::label(c));
        Check::new(Outcome::Advice, words, detail)
    };
    hidden.map(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_shown_and_turns_nothing() {
        let html = text("tart\u{202e}<gnp>").into_string();
        assert!(
            html.starts_with("<bdi>tart<span class=\"unseen\"") && html.ends_with("&lt;gnp&gt;</bdi>"),
            "{html}"
        );
        assert!(html.contains(">U+202E</span>") && !html.contains('\u{202e}'), "{html}");
        assert_eq!(text("Zoé").into_string(), "<bdi>Zoé</bdi>");
    }

    #[test]
    fn advice_names_the_text_and_the_place() {
        let advice = advice(&[("title", "Tart"), ("description", "a\u{200b}b")]);
        assert_eq!(advice.len(), 1);
        assert_eq!(advice[0].words, "The description has characters that nobody sees");
        assert!(advice[0].detail.as_deref().unwrap().starts_with("Character 2 is U+200B."));
    }
}
