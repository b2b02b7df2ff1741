//! Words of drafts, for search: what is indexed and what is asked for are cut up in the same way.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{content::Content, draft::host_of};

/// Characters of a word that are kept.
const WORD_CHARS: usize = 40;
/// Words of a question that are looked for; more do not narrow it further.
const ASKED_WORDS: usize = 8;

/// The words under which a content is found: title, description, the link's host, the board's id.
pub(super) fn words_of(content: &Content) -> BTreeSet<String> {
    let host = content.link().and_then(host_of);
    let texts = [content.title(), content.description(), host.as_deref(), content.board_id()];
    texts.into_iter().flatten().flat_map(words).collect()
}

/// The words of a question; a draft is found if each is the beginning of one of its words.
pub(super) fn asked(question: &str) -> Vec<String> {
    let words: BTreeSet<String> = words(question).collect();
    words.into_iter().take(ASKED_WORDS).collect()
}

/// Runs of letters and digits, in lower case and without accents.
fn words(text: &str) -> impl Iterator<Item = String> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    let words: Vec<String> = plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_CHARS).collect())
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drafts::content::ContentInput;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        assert_eq!(asked("Crème-brûlée, CRÈME!"), ["brulee", "creme"]);
        assert_eq!(asked("ﬁne"), ["fine"]);
        assert_eq!(asked(" .,! "), Vec::<String>::new());
    }

    #[test]
    fn a_draft_is_found_by_title_description_host_and_board() {
        let input = ContentInput {
            connection: "con_1".to_owned(),
            environment: "rehearsal".to_owned(),
            title: Some("Pumpkin soup".to_owned()),
            description: Some("Warm, with soup spoons".to_owned()),
            alt_text: Some("secret".to_owned()),
            link: Some("https://www.kitchen.example/path".to_owned()),
            board_id: Some("4821".to_owned()),
            ..ContentInput::default()
        };
        let words = words_of(&Content::from_input(&input).unwrap());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(words, ["4821", "example", "kitchen", "pumpkin", "soup", "spoons", "warm", "with", "www"]);
    }
}
