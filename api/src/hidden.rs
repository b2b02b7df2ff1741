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

/// Whether a character shows nothing by itself, wherever it stands.
pub fn is_invisible(c: char) -> bool {
    let is_none = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    is_none
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{13430}'..='\u{1343f}' | '\u{13441}' | '\u{13442}' | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
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
    let is = |c: Option<char>, of: fn(char) -> bool| c.is_some_and(of);
    let is_inside = |of| is(before, of) && is(after, of);
    match c {
        '\u{200c}' => is_inside(is_joining),
        '\u{200d}' => is_inside(is_joining) || (is(before, ends_sign) && is(after, is_sign)),
        '\u{fe00}'..='\u{fe0d}' => is(before, has_variants),
        '\u{fe0e}' | '\u{fe0f}' => is(before, has_looks),
        '\u{e0100}'..='\u{e01ef}' => is(before, is_ideograph),
        '\u{180b}'..='\u{180f}' => is(before, |c| matches!(c, '\u{1800}'..='\u{18aa}') && !is_invisible(c)),
        _ => false,
    }
}

/// Of a writing whose letters change by what joins them or keeps them apart: Arabic and its kin, the writings of India
/// and around it, Mongolian.
fn is_joining(c: char) -> bool {
    !is_invisible(c)
        && !c.is_numeric()
        && matches!(c,
            '\u{600}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18aa}'
            | '\u{1900}'..='\u{1cff}' | '\u{a800}'..='\u{a8ff}' | '\u{a980}'..='\u{a9ff}' | '\u{aa00}'..='\u{aaff}'
            | '\u{abc0}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10ac0}'..='\u{10fff}'
            | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}')
}

/// A picture or a sign of which others are made.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn ends_sign(c: char) -> bool {
    is_sign(c) || c == '\u{fe0f}'
}

fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3fffd}')
}

/// Shown as a picture or as a letter, as a selector says.
fn has_looks(c: char) -> bool {
    is_sign(c)
        || c.is_ascii_digit()
        || matches!(
            c,
            '#' | '*'
                | '\u{a9}'
                | '\u{ae}'
                | '\u{203c}'
                | '\u{2049}'
                | '\u{2122}'
                | '\u{2139}'
                | '\u{3030}'
                | '\u{303d}'
                | '\u{3297}'
                | '\u{3299}'
        )
}

/// Of which Unicode names variants: ideographs and their marks, signs of mathematics, Myanmar, Phags-pa.
fn has_variants(c: char) -> bool {
    is_ideograph(c)
        || matches!(c,
            '\u{1000}'..='\u{107f}' | '\u{2200}'..='\u{2aff}' | '\u{3001}' | '\u{3002}' | '\u{a840}'..='\u{a877}'
            | '\u{aa60}'..='\u{aa7f}' | '\u{ff01}' | '\u{ff0c}' | '\u{ff0e}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}')
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
            ("па\u{200d}роль", Some((3, '\u{200d}'))),
            ("αβ\u{200c}γ", Some((3, '\u{200c}'))),
            ("é\u{200d}é", Some((2, '\u{200d}'))),
            ("é\u{fe0f}", Some((2, '\u{fe0f}'))),
            ("ж\u{fe00}", Some((2, '\u{fe00}'))),
            ("ж\u{e0100}", Some((2, '\u{e0100}'))),
            ("می\u{200c} خواهم", Some((3, '\u{200c}'))),
            ("👩\u{200c}👨", Some((2, '\u{200c}'))),
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
            "神\u{fe00}",
            "क\u{94d}\u{200d}ष",
            "🏳\u{fe0f}\u{200d}🌈",
            "👩🏽\u{200d}⚖\u{fe0f}",
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
