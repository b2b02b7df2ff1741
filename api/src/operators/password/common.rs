//! What attackers try first: lists that everybody has, keys in a row, the same again, and what is known of a person.

/// What the product is called, which is on everybody's mind at its door.
const OURS: [&str; 3] = ["countersign", "pinterest", "password"];
/// What is left of a password without all that is known has at least so many letters.
const LEFT: usize = 4;
/// Shorter words stand in many others.
const SHORTEST: usize = 3;

/// Lower case, sorted bytewise, a line each; VENDORED.md says from where.
const LIST: &str = include_str!("common.txt");

/// Keys beside each other on a keyboard, and what people count by.
const ROWS: [&str; 16] = [
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789012345678901234567890",
];
/// Fewer keys in a row happen by chance.
const RUN: usize = 3;

/// Whether a password, in lower case, is nothing but the person's name, address, and what the product is called, with
/// digits and signs between.
pub(super) fn is_known_of(password: &str, email: &str, name: &str) -> bool {
    if password == email || password == name {
        return true;
    }
    let is_break = |c: char| !c.is_alphanumeric();
    let mut known: Vec<&str> = email.split(is_break).chain(name.split(is_break)).chain(OURS).collect();
    known.retain(|word| word.chars().count() >= SHORTEST);
    // The longest first, or a part of it would break it.
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = known.iter().fold(password.to_owned(), |rest, word| rest.replace(word, " "));
    rest != password && rest.chars().filter(|c| c.is_alphabetic()).count() < LEFT
}

/// Whether a password, in lower case, is one of those that everybody takes.
pub(super) fn is_common(password: &str) -> bool {
    let without_spaces: String = password.chars().filter(|c| !c.is_whitespace()).collect();
    let word = without_spaces.trim_matches(|c: char| !c.is_alphabetic());
    [password, &without_spaces, word, &as_letters(&without_spaces), &as_letters(word)]
        .into_iter()
        .any(is_listed)
        || is_repeated(&without_spaces)
        || is_in_rows(&without_spaces)
        || (word.chars().count() >= LEFT && is_in_rows(word))
}

fn is_listed(text: &str) -> bool {
    // `split` over a constant is cheap beside hashing a password, which comes next.
    !text.is_empty() && LIST.lines().any(|line| line == text)
}

/// `p4ssw0rd!` reads as `password`.
fn as_letters(text: &str) -> String {
    let ends_off = text.trim_matches(|c: char| !c.is_alphanumeric());
    let letters = ends_off.chars().map(|c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    });
    letters.collect()
}

/// Whether it is one short piece again and again.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let repeats = |length: usize| chars.chunks(length).all(|chunk| chars.starts_with(chunk));
    (1..=chars.len() / 2).take_while(|length| *length < super::MIN_CHARS).any(repeats)
}

/// Whether it is made of keys in a row, forwards or backwards.
fn is_in_rows(text: &str) -> bool {
    let mut rest: Vec<char> = text.chars().collect();
    while !rest.is_empty() {
        match ROWS.iter().map(|row| run(row, &rest)).max() {
            Some(length) if length >= RUN => drop(rest.drain(..length)),
            _ => return false,
        }
    }
    !text.is_empty()
}

/// How many characters at the start stand in this row side by side, in one direction.
fn run(row: &str, text: &[char]) -> usize {
    let keys: Vec<char> = row.chars().collect();
    let backwards: Vec<char> = keys.iter().rev().copied().collect();
    let along = |keys: &[char]| {
        let starts = (0..keys.len()).filter(|at| Some(&keys[*at]) == text.first());
        let common = |at: usize| keys[at..].iter().zip(text).take_while(|(key, typed)| key == typed).count();
        starts.map(common).max().unwrap_or_default()
    };
    along(&keys).max(along(&backwards))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_takes_is_refused() {
        for password in [
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "qwertyasdfgh",
            "123456789012",
            "abcdefghijkl",
            "987654321098",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "dragondragon",
            "michael198412",
            "p4ssw0rd1234",
            "letmein!!!!!",
            "unbelievable",
            "123123123123",
            "zxcvbnm,./zxc",
            "football2026!",
            "sony ericsson",
            "poiuytrewq12345",
        ] {
            assert!(is_common(password) || is_known_of(password, "", ""), "{password}");
        }
    }

    #[test]
    fn a_few_words_are_fine() {
        for password in [
            "twelve chars",
            "correct horse battery",
            "a sentence is fine",
            "das ist ein langer satz",
            "korrekt batteri häst",
            "the dragon eats michael",
            "k7#vq9!xz2mp",
            "длинная фраза из слов",
        ] {
            assert!(
                !is_common(password) && !is_known_of(password, "ada@x.example", "ada king"),
                "{password}"
            );
        }
    }

    #[test]
    fn what_is_known_of_a_person_is_refused_alone_and_not_among_other_words() {
        let known = |password| is_known_of(password, "ada.lovelace@analytical.example", "ada lovelace king");
        for password in
            ["ada lovelace king", "lovelace-1815!", "analytical2026", "countersign1234", "kingada lovelace"]
        {
            assert!(known(password), "{password}");
        }
        for password in ["canary of ada lovelace 4417", "king of the engine", "1815-1852-1234"] {
            assert!(!known(password), "{password}");
        }
    }

    #[test]
    fn the_list_is_as_it_is_described() {
        let lines: Vec<&str> = LIST.lines().collect();
        assert_eq!(lines.len(), 5_500);
        assert!(lines.is_sorted());
        assert_eq!(
            lines.iter().filter(|line| line.chars().count() >= super::super::MIN_CHARS).count(),
            4_000
        );
    }
}
