//! The security headers of every answer: no script, style, font or frame but ours, nothing cached, no referrer.

use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
};
use poem::http::{HeaderMap, HeaderValue};
use poem::{Endpoint, IntoResponse as _, Middleware, Request, Response, Result};

/// The part that all policies share.
const LOCKED: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// A middleware that sets the headers on every answer, also on errors. Put it outside of everything that answers.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    pages: HeaderValue,
    data: HeaderValue,
    is_https: bool,
}

impl SecurityHeaders {
    /// `oauth_url` is the address of the consent page. A browser follows the redirect of the form that starts a
    /// consent only if its origin is named; anything but an http(s) address names none. `is_https` says whether the
    /// console is reached by TLS alone, which browsers are then told to remember.
    pub fn new(oauth_url: &str, is_https: bool) -> Self {
        let consent = origin(oauth_url).map(|origin| format!(" {origin}")).unwrap_or_default();
        let pages = format!(
            "{LOCKED}; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'{consent}"
        );
        let data = format!("{LOCKED}; form-action 'none'; sandbox");
        Self { pages: value(&pages), data: value(&data), is_https }
    }

    /// The policy for a path. What the API answers, and what people uploaded, is no page at all.
    fn policy(&self, path: &str) -> HeaderValue {
        let is_data = path == "/api" || path.starts_with("/api/") || path == "/openapi.json";
        let is_upload =
            path.starts_with("/assets/") && (path.ends_with("/content") || path.ends_with("/thumbnail"));
        if is_data || is_upload { self.data.clone() } else { self.pages.clone() }
    }

    fn set(&self, path: &str, headers: &mut HeaderMap) {
        // The reference of the API carries its script inside the page, and says so itself.
        if path != "/docs" || !headers.contains_key(CONTENT_SECURITY_POLICY) {
            headers.insert(CONTENT_SECURITY_POLICY, self.policy(path));
        }
        if self.is_https {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(A_YEAR));
        }
        for (name, value) in FIXED {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// For how long a browser comes by TLS only; other hosts of the domain are none of our business.
const A_YEAR: &str = "max-age=31536000";

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
        let own =
            || Response::builder().header(CONTENT_SECURITY_POLICY, "script-src 'sha256-x'").body("docs");
        let routes = Route::new().at("/", page).at("/docs", make_sync(move |_| own())).at("/assets/x", kept);
        let routes = routes.at("/api/v1/me", make_sync(|_| "{}"));
        let routes = routes.at("/assets/ast_1/content", make_sync(|_| "image"));
        let app = routes.with(SecurityHeaders::new("https://www.pinterest.com/oauth/?x=1", true));
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
    async fn the_reference_names_its_own_scripts_and_what_is_no_page_runs_nothing() {
        let policy = async |path| ask(path).await.header("content-security-policy").unwrap().to_owned();
        assert_eq!(policy("/docs").await, "script-src 'sha256-x'");
        for path in ["/api/v1/me", "/assets/ast_1/content", "/api", "/openapi.json"] {
            assert!(policy(path).await.contains("sandbox"), "{path}");
        }
        assert_eq!(ask("/").await.header("strict-transport-security"), Some("max-age=31536000"));
        assert_eq!(ask("/assets/x").await.header("cache-control"), Some("public"));
    }

    #[test]
    fn no_address_can_smuggle_a_directive() {
        for url in ["javascript:alert(1)", "https://a.example/;script-src *", "nonsense; script-src *"] {
            let policy = SecurityHeaders::new(url, false).pages;
            assert!(!policy.to_str().unwrap().contains('*'), "{url}");
        }
    }
}
