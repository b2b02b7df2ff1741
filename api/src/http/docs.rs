//! The API's document, and its reference for people.
//!
//! The reference carries its script and style inside the page. The page's own policy names each of them by its hash, so
//! nothing else in it could run.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use poem::{IntoResponse as _, Response, http::header::CONTENT_SECURITY_POLICY, web::Html};
use sha2::{Digest as _, Sha256};

use super::{document, service};

/// `GET /openapi.json`
#[poem::handler]
pub(super) fn show_document() -> Response {
    Response::builder().content_type("application/json").body(document())
}

/// `GET /docs`. Made when it is asked for: it is 1.6 MB, and few ask.
#[poem::handler]
pub(super) fn show_docs() -> Response {
    let page = service().swagger_ui_html();
    let policy = policy(&page);
    Html(page).with_header(CONTENT_SECURITY_POLICY, policy).into_response()
}

fn policy(page: &str) -> String {
    format!(
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; img-src 'self' data:; \
         connect-src 'self'; style-src{}; script-src{}",
        hashes(page, "style"),
        hashes(page, "script")
    )
}

/// A source for each element of this name, with a blank before it.
fn hashes(page: &str, element: &str) -> String {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut found = String::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once(&open) {
        let inside = after.split_once('>').and_then(|(_, inside)| inside.split_once(&close));
        let Some((inside, after)) = inside else { break };
        found.push_str(&format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(inside))));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_and_style_is_named_and_nothing_else_runs() {
        let policy = policy("<style a=\"1\">x{}</style><script>one()</script><script>two()</script>");
        assert_eq!(policy.matches("'sha256-").count(), 3, "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        // printf 'one()' | openssl dgst -sha256 -binary | base64
        let one = STANDARD.encode(Sha256::digest("one()"));
        assert!(policy.contains(&format!("script-src 'sha256-{one}'")), "{policy}");
    }

    #[test]
    fn the_reference_has_what_it_needs() {
        let page = service().swagger_ui_html();
        let policy = policy(&page);
        assert_eq!(policy.matches("'sha256-").count(), 3, "{policy}");
    }
}
