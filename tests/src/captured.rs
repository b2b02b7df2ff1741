//! Everything the product answered, and the secrets that must stand nowhere in it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::answer::Answer;
use crate::documented::Document;

/// Where a secret may not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// Neither at rest nor in any answer.
    Everywhere,
    /// Not at rest. The answer that hands it out has it, and so may a page's address.
    AtRest,
}

/// A secret that this test knows.
#[derive(Clone, Debug)]
pub struct Canary {
    /// What it is, for messages.
    pub name: String,
    /// What to look for.
    pub text: String,
    /// Where it may not be.
    pub forbidden: Forbidden,
}

#[derive(Default)]
struct Inner {
    answers: Vec<Answer>,
    canaries: Vec<Canary>,
}

/// The record of one test, shared by all its actors.
#[derive(Default)]
pub struct Captured(Mutex<Inner>);

impl Captured {
    /// Keeps an answer.
    pub fn answer(&self, answer: &Answer) {
        self.lock().answers.push(answer.clone());
    }

    /// Remembers a secret. What is too short to be told from chance is not remembered.
    pub fn secret(&self, name: &str, text: &str, forbidden: Forbidden) {
        if text.len() >= 12 {
            self.lock().canaries.push(Canary { name: name.to_owned(), text: text.to_owned(), forbidden });
        }
    }

    /// All secrets.
    pub fn canaries(&self) -> Vec<Canary> {
        self.lock().canaries.clone()
    }

    /// What of the answers holds a secret that may stand in none: one line each.
    pub fn leaks(&self) -> Vec<String> {
        let inner = self.lock();
        let forbidden: Vec<&Canary> =
            inner.canaries.iter().filter(|canary| canary.forbidden == Forbidden::Everywhere).collect();
        let mut leaks = Vec::new();
        for answer in &inner.answers {
            let headers: String =
                answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
            let all = format!("{headers}\n{}", answer.text());
            leaks.extend(
                forbidden
                    .iter()
                    .filter(|canary| all.contains(&canary.text))
                    .map(|canary| format!("{} in the answer to {}", canary.name, answer.asked)),
            );
            if let Some(token) = pinterest_token(all.as_bytes()) {
                leaks.push(format!("a token of Pinterest's ({token}...) in the answer to {}", answer.asked));
            }
        }
        leaks
    }

    /// What of the answers the API's document does not know: one line each.
    pub fn undocumented(&self) -> Vec<String> {
        let document = Document::read();
        let inner = self.lock();
        inner.answers.iter().filter_map(|answer| document.objects_to(&answer.asked, answer.status)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first characters of something that looks like a token of Pinterest's, where `bytes` has one.
pub fn pinterest_token(bytes: &[u8]) -> Option<String> {
    let is_token = |window: &[u8]| {
        let kind = matches!(&window[..5], b"pina_" | b"pinr_" | b"pinc_");
        kind && window[5..].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
    };
    let found = bytes.windows(21).find(|window| is_token(window))?;
    Some(String::from_utf8_lossy(&found[..9]).into_owned())
}

/// Whether `needle` stands in `bytes`.
pub fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn answer(body: &str) -> Answer {
        Answer { asked: "GET /".into(), status: 200, headers: HeaderMap::new(), body: body.into() }
    }

    #[test]
    fn a_secret_in_an_answer_is_found_and_one_that_is_handed_out_is_not() {
        let captured = Captured::default();
        captured.secret("the password", "correct horse battery", Forbidden::Everywhere);
        captured.secret("the link", "a-one-time-link-token", Forbidden::AtRest);
        captured.answer(&answer("link: a-one-time-link-token"));
        assert!(captured.leaks().is_empty());
        captured.answer(&answer("<b>correct horse battery</b>"));
        assert_eq!(captured.leaks(), ["the password in the answer to GET /"]);
    }

    #[test]
    fn tokens_of_pinterest_are_known_by_their_look() {
        assert!(pinterest_token(b"x pina_abcdefghijklmnop y").is_some());
        assert!(pinterest_token(b"pinach_soup is green, and long enough").is_none());
        assert!(pinterest_token(b"pina_short").is_none());
    }
}
