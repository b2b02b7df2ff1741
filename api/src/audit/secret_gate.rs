//! The last gate before the log: no token, no code and no client secret gets in.
//!
//! The same detectors run in every verifier (rule R5 of `FORMAT.md`), so they are simple, case-sensitive and exact.

use super::sealed::Part;
use crate::hidden::is_invisible;

/// What replaces a secret in a stranger's text.
pub const REMOVED: &str = "[removed]";

/// How many characters after `pina_` make it a token.
const TOKEN_TAIL: usize = 16;

/// What every API token of ours starts with, so that scanners for leaked secrets know one.
pub const OWN_PREFIX: &str = "cs_";

/// How many characters follow [`OWN_PREFIX`].
const OWN_TAIL: usize = 43;

/// Which detector found something. It does not say what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// A Pinterest token: `pina_...`, `pinr_...`, `pinc_...`.
    PinterestToken,
    /// `client_secret=`.
    ClientSecret,
    /// `Bearer `.
    Bearer,
    /// `Basic `.
    Basic,
    /// `code=`.
    Code,
}

impl Detector {
    /// Words for people: what the text seems to contain.
    pub fn words(self) -> &'static str {
        match self {
            Detector::PinterestToken => "a Pinterest access token",
            Detector::ClientSecret => "a client secret (`client_secret=`)",
            Detector::Bearer => "an authorization header (`Bearer `)",
            Detector::Basic => "an authorization header (`Basic `)",
            Detector::Code => "an authorization code (`code=`)",
        }
    }
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In an event's header line.
    Header,
    /// In a sealed part. What people write may say "Basic dress" or link to `?code=`.
    Sealed(Part),
}

/// What introduces a secret, and which detector it is.
const MARKS: [(&str, Detector); 4] = [
    ("client_secret=", Detector::ClientSecret),
    ("Bearer ", Detector::Bearer),
    ("Basic ", Detector::Basic),
    ("code=", Detector::Code),
];

/// The first detector that finds something in `text`; none if it may enter the log there.
pub fn find_secret(text: &str, place: Where) -> Option<Detector> {
    if find_token(text).is_some() {
        return Some(Detector::PinterestToken);
    }
    let is_content = place == Where::Sealed(Part::Content);
    let applies = |detector: Detector| !is_content || detector == Detector::ClientSecret;
    let hit = MARKS.iter().find(|(mark, detector)| applies(*detector) && text.contains(mark));
    hit.map(|(_, detector)| *detector)
}

/// What must not stand in what people type, in words: what [`find_secret`] finds, or an API token of ours. The log's own
/// rule knows no token of ours, so this is asked before anything is kept.
pub fn find_typed(text: &str, place: Where) -> Option<&'static str> {
    let own = has_own_token(text).then_some("an API token of this installation");
    find_secret(text, place).map(Detector::words).or(own)
}

/// Whether an API token stands in `text`: its prefix and as many characters of base64 as 32 bytes need, with no letter
/// or digit before it.
pub fn has_own_token(text: &str) -> bool {
    text.match_indices(OWN_PREFIX).any(|(start, _)| {
        let is_free = !text[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
        let tail = text[start + OWN_PREFIX.len()..].bytes();
        is_free
            && tail.take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count() >= OWN_TAIL
    })
}

/// Whether one of the secrets that are in use stands in `text`. Empty ones are not looked for.
pub fn contains_any(text: &str, secrets: &[&str]) -> bool {
    secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret))
}

/// A stranger's text (user agent, upstream error) made fit for the log: secrets replaced by [`REMOVED`], control and
/// invisible characters gone, at most `max_chars` characters.
pub fn scrub(text: &str, max_chars: usize) -> String {
    let visible = visible(text);
    let mut out = String::new();
    let mut rest = visible.as_str();
    while let Some((start, end)) = next_hit(rest) {
        out.push_str(&rest[..start]);
        out.push_str(REMOVED);
        rest = &rest[end..];
    }
    out.push_str(rest);
    match out.char_indices().nth(max_chars) {
        Some((end, _)) => out[..end].to_owned(),
        None => out,
    }
}

/// Without control characters and such as hide or turn text; white space becomes a plain space. This comes first,
/// or a token with one of them inside would pass.
fn visible(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_invisible(*c));
    shown.collect::<String>().trim().to_owned()
}

/// Start and end of the first secret, with what introduces it.
fn next_hit(text: &str) -> Option<(usize, usize)> {
    let marked = MARKS.iter().filter_map(|(mark, _)| {
        let start = text.find(mark)?;
        Some((start, end_of_secret(text, start + mark.len())))
    });
    marked.chain(find_token(text)).min_by_key(|(start, _)| *start)
}

/// The end of what follows a mark: one run without spaces or delimiters, and the next if that run is a mark itself.
fn end_of_secret(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    let start = from + (rest.len() - rest.trim_start_matches(' ').len());
    let is_delimiter = |c: char| matches!(c, ' ' | '"' | '\'' | '&' | ';' | ',' | '<' | '>' | ')' | '}');
    let end = text[start..].find(is_delimiter).map_or(text.len(), |length| start + length);
    match &text[start..end] {
        "Bearer" | "Basic" => end_of_secret(text, end),
        _ => end,
    }
}

/// Start and end of the first Pinterest token: `pin`, one of `arc`, `.` or `_`, and at least 16 characters of
/// `[A-Za-z0-9._-]`, with no letter or digit before it.
fn find_token(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    text.match_indices("pin").map(|(start, _)| start).find_map(|start| {
        let is_free = start == 0 || !bytes[start - 1].is_ascii_alphanumeric();
        let [kind, separator, tail @ ..] = &bytes[start + 3..] else { return None };
        let is_head = matches!(kind, b'a' | b'r' | b'c') && matches!(separator, b'.' | b'_');
        let length = tail.iter().take_while(|b| is_token_byte(**b)).count();
        (is_free && is_head && length >= TOKEN_TAIL).then_some((start, start + 5 + length))
    })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: Where = Where::Sealed(Part::Content);
    const REMOTE: Where = Where::Sealed(Part::Remote);

    #[test]
    fn tokens_are_found_everywhere() {
        for place in [Where::Header, CONTENT, REMOTE, Where::Sealed(Part::Net), Where::Sealed(Part::Who)] {
            for text in [
                "pina_0123456789abcdef",
                "x pinr.AAAA-BBBB_CCCC.DD",
                "\"pinc_0123456789abcdef\"",
                "_pina_0123456789abcdef",
            ] {
                assert_eq!(find_secret(text, place), Some(Detector::PinterestToken), "{text}");
            }
            assert_eq!(find_secret("a&client_secret=x", place), Some(Detector::ClientSecret));
        }
    }

    #[test]
    fn what_only_looks_like_a_token_passes() {
        for text in [
            "pina_0123456789abcde",
            "spina_0123456789abcdef",
            "7pina_0123456789abcdef",
            "PINA_0123456789abcdef",
            "pinb_0123456789abcdef",
            "pina-0123456789abcdef",
            "pina",
            "pin",
            "pina_0123456789 abcdef",
            "spinach pin",
        ] {
            assert_eq!(find_secret(text, Where::Header), None, "{text}");
        }
    }

    #[test]
    fn a_second_candidate_is_looked_at_too() {
        let text = "pin pina_short, spina_0123456789abcdef, pinr_0123456789abcdef";
        assert_eq!(find_secret(text, Where::Header), Some(Detector::PinterestToken));
    }

    #[test]
    fn what_people_write_may_say_basic_and_code() {
        for (text, detector) in [
            ("Basic dress", Detector::Basic),
            ("Bearer of good news", Detector::Bearer),
            ("https://example.com/?code=7", Detector::Code),
        ] {
            assert_eq!(find_secret(text, CONTENT), None, "{text}");
            assert_eq!(find_secret(text, REMOTE), Some(detector), "{text}");
            assert_eq!(find_secret(text, Where::Header), Some(detector), "{text}");
        }
    }

    #[test]
    fn what_people_type_must_not_hold_a_token_of_ours_either() {
        let token = format!("cs_{}", "aB3-_".repeat(9));
        for text in [token.clone(), format!("use {token}, please"), format!("({})", &token[..46])] {
            assert_eq!(find_typed(&text, CONTENT), Some("an API token of this installation"), "{text}");
            assert_eq!(find_secret(&text, CONTENT), None, "the log's rule is everybody's: {text}");
        }
        for text in ["cs_short", &token[..45], &format!("x{token}"), "css_", "Basic dress"] {
            assert_eq!(find_typed(text, CONTENT), None, "{text}");
        }
        assert!(find_typed("pina_0123456789abcdef", CONTENT).is_some());
    }

    #[test]
    fn scrubbing_leaves_nothing_to_find() {
        let known = [
            ("401: Bearer abc.def-ghi was refused", "401: [removed] was refused"),
            ("Authorization: Bearer Bearer abc", "Authorization: [removed]"),
            ("token pina_0123456789abcdef, end", "token [removed], end"),
            ("?code=77&state=1", "?[removed]&state=1"),
            ("{\"client_secret=abc\"}", "{\"[removed]\"}"),
            ("Basic\tdXNlcjpwYXNz", "[removed]"),
            ("pi\u{200b}na_0123456789\u{0}abcdef", "[removed]"),
            ("code=code=code=", "[removed]"),
            ("ordinary\r\ntext\u{202e}", "ordinary  text"),
        ];
        for (text, clean) in known {
            let scrubbed = scrub(text, 200);
            assert_eq!(scrubbed, clean);
            assert_eq!(find_secret(&scrubbed, Where::Header), None, "{scrubbed}");
        }
    }

    #[test]
    fn scrubbing_caps_characters_not_bytes() {
        assert_eq!(scrub("ééééé", 3), "ééé");
        assert_eq!(scrub("abc", 3), "abc");
        assert_eq!(scrub("", 3), "");
    }

    #[test]
    fn live_secrets_are_found_wherever_they_stand() {
        assert!(contains_any("a hunter22 b", &["x1", "hunter22"]));
        assert!(!contains_any("a b", &["", "hunter22"]));
    }
}
