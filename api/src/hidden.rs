//! Characters that nobody sees: they turn the direction of writing, join, fill or hide. A reviewer signs what is on the
//! screen, so what does not show there has to be made to show.
//!
//! A character that belongs to the writing around it is no hidden one: the joiner inside an emoji or of Persian, the
//! selector after a sign, the letters of a flag.

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// What people see.
    Seen(&'a str),
    /// One character that they do not.
    Hidden(char),
}

/// The flag that letters of its own kind may follow.
const FLAG: char = '\u{1f3f4}';
/// What ends them.
const FLAG_END: char = '\u{e007f}';
/// The most of them: a country and its part.
const FLAG_LETTERS: usize = 6;

/// Whether a character shows nothing by itself, wherever it stands; names hold none of them.
pub fn is_invisible(c: char) -> bool {
    let is_none = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    is_none
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The parts of a text, in order; together they are all of it.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, c) in found(text) {
        if at > start {
            pieces.push(Piece::Seen(&text[start..at]));
        }
        pieces.push(Piece::Hidden(c));
        start = at + c.len_utf8();
    }
    if start < text.len() {
        pieces.push(Piece::Seen(&text[start..]));
    }
    pieces
}

/// The first hidden character and its place, counted from 1.
pub fn first(text: &str) -> Option<(usize, char)> {
    let (at, c) = found(text).next()?;
    Some((text[..at].chars().count() + 1, c))
}

/// How a character that is not seen is named: `U+202E`.
pub fn label(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The text with a name in square brackets in the place of each hidden character: for where there are no colours.
pub fn spelled_out(text: &str) -> String {
    let spelled = pieces(text).into_iter().map(|piece| match piece {
        Piece::Seen(text) => text.to_owned(),
        Piece::Hidden(c) => format!("[{}]", label(c)),
    });
    spelled.collect()
}

fn found(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut flag_until = 0;
    text.char_indices().filter(move |(at, c)| {
        if *c == FLAG {
            flag_until = at + c.len_utf8() + flag(&text[at + c.len_utf8()..]);
        }
        let is_layout = matches!(c, '\n' | '\r' | '\t');
        is_invisible(*c) && !is_layout && *at >= flag_until && !belongs(text, *at, *c)
    })
}

/// How many bytes of letters of a flag, with their end, `text` begins with; 0 if they are none.
fn flag(text: &str) -> usize {
    let is_letter = |c: char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let letters = text.chars().take_while(|c| is_letter(*c)).count();
    match text.chars().nth(letters) {
        Some(FLAG_END) if (1..=FLAG_LETTERS).contains(&letters) => (letters + 1) * FLAG.len_utf8(),
        _ => 0,
    }
}

/// Whether a character belongs to the writing on its sides.
fn belongs(text: &str, at: usize, c: char) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + c.len_utf8()..].chars().next();
    let is_sign = |c: Option<char>| c.is_some_and(|c| c >= '\u{a9}' && !is_invisible(c));
    let is_script = |c: Option<char>| c.is_some_and(|c| c > '\u{2ff}' && !is_invisible(c));
    match c {
        '\u{200c}' | '\u{200d}' => (is_script(before) || before == Some('\u{fe0f}')) && is_script(after),
        '\u{fe00}'..='\u{fe0f}' => {
            is_sign(before) || before.is_some_and(|c| c.is_ascii_digit() || matches!(c, '#' | '*'))
        }
        '\u{e0100}'..='\u{e01ef}' => before.is_some_and(|c| matches!(c, '\u{2e80}'..='\u{3fffd}')),
        '\u{180b}'..='\u{180f}' => {
            before.is_some_and(|c| matches!(c, '\u{1800}'..='\u{18aa}') && !is_invisible(c))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_is_found_with_its_place() {
        for (text, found) in [
            ("plum\u{202e}gnp.exe", Some((5, '\u{202e}'))),
            ("\u{feff}x", Some((1, '\u{feff}'))),
            ("so\u{ad}ft", Some((3, '\u{ad}'))),
            ("a\u{200d}b", Some((2, '\u{200d}'))),
            ("a\u{fe0f}", Some((2, '\u{fe0f}'))),
            ("x\u{e0061}\u{e0062}", Some((2, '\u{e0061}'))),
            ("\u{1f3f4}\u{e0061}", Some((2, '\u{e0061}'))),
            ("x\u{2066}y\u{2069}", Some((2, '\u{2066}'))),
            ("line\u{2028}line", Some((5, '\u{2028}'))),
            ("\u{ffff}", Some((1, '\u{ffff}'))),
            ("Zoé, naïve\nשלום 数", None),
        ] {
            assert_eq!(first(text), found, "{text:?}");
        }
    }

    #[test]
    fn what_belongs_to_its_writing_is_seen() {
        for text in [
            "👩\u{200d}❤\u{fe0f}\u{200d}👨",
            "\u{a9}\u{fe0f} 1\u{fe0f}\u{20e3}",
            "می\u{200c}خواهم",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "葛\u{e0100}",
        ] {
            assert_eq!(pieces(text), [Piece::Seen(text)], "{text}");
        }
    }

    #[test]
    fn the_parts_are_the_whole() {
        let text = "\u{202e}a\u{200b}\u{200b}b";
        let parts: String = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Seen(text) => text.to_owned(),
                Piece::Hidden(c) => c.to_string(),
            })
            .collect();
        assert_eq!(parts, text);
        assert_eq!(spelled_out(text), "[U+202E]a[U+200B][U+200B]b");
    }
}
