//! What came back from a request.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body, with assertions that say what came instead.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, for messages: method and path.
    pub asked: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                panic!("{} answered {} without JSON ({error}): {}", self.asked, self.status, self.excerpt())
            }
        }
    }

    /// A header's text; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// That it worked: any status from 200 to 299. The JSON body, null where there is none.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{} answered {}: {}",
            self.asked,
            self.status,
            self.excerpt()
        );
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// That it is exactly this status; itself again.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{} answered: {}", self.asked, self.excerpt());
        self
    }

    /// That it was refused with this status and this stable code, as problem+json with a text; the problem.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.problem(status);
        assert_eq!(problem["code"], code, "{} answered {problem}", self.asked);
        problem
    }

    /// That it was refused with this status as problem+json, whatever the code; the problem.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        self.is(status);
        let content_type = self.header("content-type");
        assert!(
            content_type.starts_with("application/problem+json"),
            "{} answered as {content_type}",
            self.asked
        );
        let problem = self.json();
        assert_eq!(problem["status"], status, "{} answered {problem}", self.asked);
        let challenge = self.header("www-authenticate");
        assert_eq!(challenge.starts_with("Bearer realm="), status == 401, "{}: {challenge:?}", self.asked);
        for member in ["code", "title"] {
            let is_there = problem[member].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_there, "{} answered a problem without {member}: {problem}", self.asked);
        }
        problem
    }

    /// That it is a page that says `words`; its text.
    #[track_caller]
    pub fn says(&self, words: &str) -> String {
        let text = self.text();
        assert!(
            text.contains(words),
            "{} answered {} and does not say {words:?}: {text}",
            self.asked,
            self.status
        );
        text
    }

    /// What is the page's own: its `<main>`, without the frame that all pages share.
    ///
    /// # Panics
    /// If it is no page.
    #[track_caller]
    pub fn main(&self) -> String {
        let text = self.text();
        let inside = text.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>"));
        let inside = inside.map(|(main, _)| main.to_owned());
        inside.unwrap_or_else(|| panic!("{} answered {} without <main>: {text}", self.asked, self.status))
    }

    /// That the page itself, and not only its frame, leads to an address that begins with `path`.
    #[track_caller]
    pub fn leads_to(&self, path: &str) -> &Self {
        let main = self.main();
        let leads = main.contains(&format!("href=\"{path}"));
        assert!(leads, "{} answered {} and does not lead to {path}: {main}", self.asked, self.status);
        self
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn location(&self) -> String {
        assert!(
            (300..400).contains(&self.status),
            "{} answered {}: {}",
            self.asked,
            self.status,
            self.excerpt()
        );
        self.header("location").to_owned()
    }

    /// What one would read of it.
    fn excerpt(&self) -> String {
        let text = self.text();
        let is_page = text.trim_start().starts_with("<!DOCTYPE");
        let text = if is_page { readable(&text) } else { text };
        text.chars().take(2_000).collect()
    }
}

/// A page without its pictures and tags.
pub(crate) fn readable(page: &str) -> String {
    let body = page.split_once("</svg>").map_or(page, |(_, rest)| rest);
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ")
}
