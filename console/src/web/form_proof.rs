//! The proof of the forms that somebody sends before there is a session: signing in, and the choice of a look.
//!
//! A random value stands in the form and, hidden from scripts, in a cookie; another site can make a browser send the
//! cookie, but can neither read nor write it (double submit, OWASP Cross-Site Request Forgery Prevention). It is asked for
//! where the browser does not say itself that the form is ours. The server keeps nothing of it.

use std::sync::OnceLock;

use countersign_api::rng::Rng;
use countersign_api::secret::Secret;
use poem::http::{HeaderMap, HeaderValue};

use super::cookie;

/// As long as a page may lie open before somebody signs in on it, in seconds.
const A_WEEK: u64 = 7 * 86_400;

/// The proof of one browser: what a request brings, or what its answer gives.
pub struct FormProof {
    brought: Option<Secret>,
    given: OnceLock<Secret>,
}

impl FormProof {
    /// What the browser has.
    pub fn of(headers: &HeaderMap, is_secure: bool) -> Self {
        let brought = cookie::read(headers, name(is_secure)).filter(|value| !value.is_empty());
        Self { brought: brought.map(Secret::from), given: OnceLock::new() }
    }

    /// The value for a form: what the browser has, or a new one.
    pub fn show(&self, rng: &dyn Rng) -> &str {
        self.given.get_or_init(|| self.brought.clone().unwrap_or_else(|| rng.token(""))).expose()
    }

    /// Whether a form's value is the one of the browser that sends it.
    pub fn is_proven_by(&self, sent: &str) -> bool {
        self.brought.as_ref().is_some_and(|proof| proof.matches(sent))
    }

    /// The cookie, where a form was shown: it lasts as long as the page may lie open.
    pub fn cookie(&self, is_secure: bool) -> Option<HeaderValue> {
        let proof = self.given.get()?;
        Some(cookie::write(name(is_secure), proof.expose(), A_WEEK, is_secure))
    }
}

/// As that of the session: over https no neighbouring host can plant one.
fn name(is_secure: bool) -> &'static str {
    if is_secure { "__Host-countersign-door" } else { "countersign-door" }
}

#[cfg(test)]
mod tests {
    use countersign_api::rng::SeededRng;
    use poem::http::header;

    use super::*;

    fn bringing(cookie: &str, is_secure: bool) -> FormProof {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        FormProof::of(&headers, is_secure)
    }

    #[test]
    fn a_browser_gets_one_proof_and_keeps_it() {
        let (rng, stranger) = (SeededRng::new(1), bringing("", true));
        assert!(stranger.cookie(true).is_none(), "nothing was shown");
        let shown = stranger.show(&rng).to_owned();
        assert_eq!(stranger.show(&rng), shown);
        let line = stranger.cookie(true).unwrap();
        assert!(line.to_str().unwrap().starts_with(&format!("__Host-countersign-door={shown}; Path=/; ")));
        assert!(!stranger.is_proven_by(&shown), "it has not come back");

        let again = bringing(&format!("a=b; __Host-countersign-door={shown}"), true);
        assert_eq!(again.show(&rng), shown);
        assert_eq!(again.cookie(true).unwrap(), line, "it lasts from the last page on");
        assert!(again.is_proven_by(&shown));
        assert!(!again.is_proven_by("") && !again.is_proven_by(&shown[1..]));
    }

    #[test]
    fn an_empty_cookie_and_one_that_plain_http_could_plant_prove_nothing() {
        assert!(!bringing("countersign-door=", false).is_proven_by(""));
        assert!(bringing("countersign-door=x", false).is_proven_by("x"));
        assert!(!bringing("countersign-door=x", true).is_proven_by("x"));
    }
}
