//! What differs between two revisions: field by field, word by word, images side by side.

use maud::{Markup, html};

use super::picture::Picture;
use super::words::marked;

/// Two revisions side by side.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// The fields that differ.
    pub fields: Vec<Change>,
    /// The images, if they differ.
    pub image: Option<ImageChange>,
    /// The names of the fields that are the same.
    pub same: Vec<String>,
}

/// One field, before and after. An empty text reads as nothing.
#[derive(Clone, Debug)]
pub struct Change {
    /// `Title`.
    pub name: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// Two images.
#[derive(Clone, Debug)]
pub struct ImageChange {
    /// What it was.
    pub before: Option<ImageSide>,
    /// What it is.
    pub after: Option<ImageSide>,
}

/// An image with its alternative text and a line below.
#[derive(Clone, Debug)]
pub struct ImageSide {
    /// The image.
    pub picture: Picture,
    /// Its alternative text.
    pub alt_text: String,
    /// `Revision 3, 1000 × 1500, 7be0 11d2`.
    pub caption: String,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.image.is_none()
    }

    /// The differences. `is_wide`: before and after stand in two columns where there is room.
    pub fn show(&self, is_wide: bool) -> Markup {
        html! {
            @if self.is_empty() { p.small.soft { "Nothing differs." } }
            @else {
                dl.diff.cols[is_wide] {
                    @for change in &self.fields { (field(change)) }
                    @if let Some(image) = &self.image { (images(image)) }
                }
            }
            @if !self.same.is_empty() { p.dim.small.gap { "Same in both: " (self.same.join(", ")) "." } }
        }
    }
}

fn field(change: &Change) -> Markup {
    let pieces = compare(&change.before, &change.after);
    html! {
        div {
            dt { (change.name) }
            dd.was dir="auto" { @if change.before.is_empty() { "nothing" } @for (piece, text) in &pieces {
                @match piece { Piece::Same => (marked(text)), Piece::Gone => del { (marked(text)) }, Piece::New => {} }
            } }
            dd.now dir="auto" { @if change.after.is_empty() { "nothing" } @for (piece, text) in &pieces {
                @match piece { Piece::Same => (marked(text)), Piece::New => ins { (marked(text)) }, Piece::Gone => {} }
            } }
        }
    }
}

fn images(change: &ImageChange) -> Markup {
    let side = |side: &Option<ImageSide>, which: &str| {
        html! { dd { @match side {
            Some(side) => { (side.picture.show(&format!("{which}: {}", side.alt_text))) small { (side.caption) } },
            None => small { (which) ": no image" },
        } } }
    };
    html! { div.imgs { dt { "Image" } (side(&change.before, "Before")) (side(&change.after, "Now")) } }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Same,
    Gone,
    New,
}

/// The longest common run of words, with neighbours of one kind joined. Texts too long to compare well are shown as
/// replaced; a Pin's texts never are.
fn compare(before: &str, after: &str) -> Vec<(Piece, String)> {
    let (old, new) = (words(before), words(after));
    let mut pieces = Vec::new();
    if old.len() * new.len() > 4_000_000 {
        push(&mut pieces, Piece::Gone, before);
        push(&mut pieces, Piece::New, after);
        return pieces;
    }
    let lengths = common_lengths(&old, &new);
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            push(&mut pieces, Piece::Same, old[i]);
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || lengths[i + 1][j] >= lengths[i][j + 1]) {
            push(&mut pieces, Piece::Gone, old[i]);
            i += 1;
        } else {
            push(&mut pieces, Piece::New, new[j]);
            j += 1;
        }
    }
    pieces
}

/// `table[i][j]`: how many words `old[i..]` and `new[j..]` have in common, in order.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i][j] =
                if old[i] == new[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    table
}

fn push(pieces: &mut Vec<(Piece, String)>, piece: Piece, text: &str) {
    match pieces.last_mut() {
        Some((last, joined)) if *last == piece => joined.push_str(text),
        _ => pieces.push((piece, text.to_owned())),
    }
}

/// Words and the signs between them, in order; nothing is lost.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut previous: Option<char> = None;
    for (at, sign) in text.char_indices() {
        let is_inside = previous.is_some_and(|previous| previous.is_alphanumeric() && sign.is_alphanumeric());
        if at > start && !is_inside {
            words.push(&text[start..at]);
            start = at;
        }
        previous = Some(sign);
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(pieces: &[(Piece, String)], left_out: Piece) -> String {
        pieces.iter().filter(|(piece, _)| *piece != left_out).map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        let pieces = compare("Two kilos, one tray, 30 minutes.", "Two kilos, one tray, ninety minutes.");
        assert_eq!(pieces[1], (Piece::Gone, "30".into()));
        assert_eq!(pieces[2], (Piece::New, "ninety".into()));
        assert_eq!(pieces.len(), 4);
    }

    #[test]
    fn both_sides_can_be_read_in_full() {
        for (before, after) in [
            ("", "new"),
            ("a b c", ""),
            ("https://x.example/?p=2291", "https://x.example/soups"),
            ("äö ü", "äö  ü"),
        ] {
            let pieces = compare(before, after);
            assert_eq!(side(&pieces, Piece::New), before);
            assert_eq!(side(&pieces, Piece::Gone), after);
        }
    }

    #[test]
    fn a_very_long_text_is_shown_as_replaced() {
        let (before, after) = ("a ".repeat(2_000), "b ".repeat(2_000));
        assert_eq!(compare(&before, &after).len(), 2);
    }
}
