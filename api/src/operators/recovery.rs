//! Recovery codes: what signs in once where the second factor is not at hand. 80 random bits each, stored as SHA-256.

use super::fingerprint;
use crate::{rng::Rng, secret::Secret};

/// How many a person is given at a time.
pub const COUNT: usize = 10;

/// Characters of a code; each is five bits.
const CHARS: usize = 16;
const GROUP: usize = 4;
/// Crockford's: no letter that looks like another one, or like a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Fresh codes, in groups: `7k3m-9qpz-02vd-h4tx`.
pub(super) fn draw(rng: &dyn Rng) -> Vec<Secret> {
    (0..COUNT).map(|_| one(rng)).collect()
}

fn one(rng: &dyn Rng) -> Secret {
    let letters = rng.bytes::<CHARS>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Secret::from(groups.join("-"))
}

/// What is stored of the code that was typed, in whatever capitals and groups; none where it is no such code.
pub(super) fn hash(typed: &Secret) -> Option<Vec<u8>> {
    let known = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let letters = typed.expose().chars().filter(|c| !c.is_whitespace() && *c != '-').map(known);
    let code = Secret::from(letters.collect::<String>());
    let is_code = code.expose().len() == CHARS && code.expose().bytes().all(|byte| ALPHABET.contains(&byte));
    is_code.then(|| fingerprint(code.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SeededRng;

    #[test]
    fn each_code_is_another_and_is_known_however_it_is_typed() {
        let rng: &dyn Rng = &SeededRng::new(7);
        let codes = draw(rng);
        let mut hashes: Vec<_> = codes.iter().map(|code| hash(code).unwrap()).collect();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), COUNT);
        let code = codes[0].expose();
        assert_eq!(code.len(), CHARS + 3);
        let typed =
            format!(" {} ", code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "L"));
        assert_eq!(hash(&Secret::from(typed)), hash(&codes[0]));
    }

    #[test]
    fn what_is_no_code_has_no_hash() {
        for text in ["", "123456", "7k3m-9qpz-02vd-h4t", "7k3m-9qpz-02vd-h4txx", "uuuu-uuuu-uuuu-uuuu"] {
            assert!(hash(&Secret::from(text)).is_none(), "{text}");
        }
    }
}
