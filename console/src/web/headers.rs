//! The security headers of every answer: no script, style, font or frame but ours, nothing cached, no referrer.

use poem::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY};
use poem::http::{HeaderMap, HeaderValue};
use poem::{Endpoint, IntoResponse as _, Middleware, Request, Response, Result};

/// The part that all policies share.
const LOCKED: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// A middleware that sets the headers on every answer, also on errors. Put it outside of everything that answers.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    pages: HeaderValue,
    docs: HeaderValue,
    api: HeaderValue,
}

impl SecurityHeaders {
    /// `oauth_url` is the address of the consent page. A browser follows the redirect of the form that starts a
    /// consent only if its origin is named; anything but an http(s) address names none.
    pub fn new(oauth_url: &str) -> Self {
        let consent = origin(oauth_url).map(|origin| format!(" {origin}")).unwrap_or_default();
        let pages = format!(
            "{LOCKED}; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'{consent}"
        );
        let docs = format!(
            "{LOCKED}; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'"
        );
        let api = format!("{LOCKED}; form-action 'none'; sandbox");
        Self { pages: value(&pages), docs: value(&docs), api: value(&api) }
    }

    /// The policy for a path. The reference of the API carries its script inside the page, so it alone is looser;
    /// what the API answers is no page at all.
    fn policy(&self, path: &str) -> HeaderValue {
        let is_under =
            |root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/'));
        match path {
            _ if is_under("/docs") => self.docs.clone(),
            _ if is_under("/api") => self.api.clone(),
            _ => self.pages.clone(),
        }
    }

    fn set(&self, path: &str, headers: &mut HeaderMap) {
        headers.insert(CONTENT_SECURITY_POLICY, self.policy(path));
        for (name, value) in FIXED {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

const FIXED: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

impl<E: Endpoint> Middleware<E> for SecurityHeaders {
    type Output = WithHeaders<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithHeaders { inner, headers: self.clone() }
    }
}

/// An endpoint whose answers carry the headers.
#[derive(Debug)]
pub struct WithHeaders<E> {
    inner: E,
    headers: SecurityHeaders,
}

impl<E: Endpoint> Endpoint for WithHeaders<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let path = request.uri().path().to_owned();
        let mut response = match self.inner.call(request).await {
            Ok(response) => response.into_response(),
            Err(error) => error.into_response(),
        };
        self.headers.set(&path, response.headers_mut());
        Ok(response)
    }
}

fn origin(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

/// A policy is made of our words and a serialised origin, which are all visible ASCII; should it not be, nothing is
/// allowed.
fn value(policy: &str) -> HeaderValue {
    HeaderValue::from_str(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use poem::http::StatusCode;
    use poem::{EndpointExt as _, Route, endpoint::make_sync};

    use super::*;

    async fn ask(path: &str) -> Response {
        let page = make_sync(|_| "page");
        let kept = make_sync(|_| Response::builder().header(CACHE_CONTROL, "public").body("kept"));
        let routes = Route::new().at("/", page).at("/docs", make_sync(|_| "docs")).at("/assets/x", kept);
        let routes = routes.at("/api/v1/me", make_sync(|_| "{}"));
        let app = routes.with(SecurityHeaders::new("https://www.pinterest.com/oauth/?x=1"));
        app.get_response(Request::builder().uri(path.parse().unwrap()).finish()).await
    }

    #[tokio::test]
    async fn a_page_allows_nothing_from_elsewhere_but_the_way_to_consent() {
        let response = ask("/").await;
        let policy = response.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self';") && policy.contains("style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe-inline"));
        assert!(policy.ends_with("form-action 'self' https://www.pinterest.com"), "{policy}");
        assert_eq!(response.header("x-frame-options"), Some("DENY"));
        assert_eq!(response.header("referrer-policy"), Some("same-origin"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }

    #[tokio::test]
    async fn errors_carry_them_too() {
        let response = ask("/nowhere").await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("cache-control"), Some("no-store"));
    }

    #[tokio::test]
    async fn only_the_reference_is_looser_and_an_asset_may_be_kept() {
        assert!(ask("/docs").await.header("content-security-policy").unwrap().contains("'unsafe-inline'"));
        assert!(ask("/api/v1/me").await.header("content-security-policy").unwrap().contains("sandbox"));
        assert_eq!(ask("/assets/x").await.header("cache-control"), Some("public"));
    }

    #[test]
    fn no_address_can_smuggle_a_directive() {
        for url in ["javascript:alert(1)", "https://a.example/;script-src *", "nonsense; script-src *"] {
            let policy = SecurityHeaders::new(url).pages;
            assert!(!policy.to_str().unwrap().contains('*'), "{url}");
        }
    }
}
