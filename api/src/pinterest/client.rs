//! The only place that sends to Pinterest.
//!
//! One request is one exchange of bytes: no redirect is followed, nothing is sent again by a layer below. What comes
//! back is an [`Answer`], or a [`Lost`] that says whether Pinterest may have got the request.

use std::{error::Error, fmt, io, time::Duration};

use countersign_entities::{Timestamp, vocabulary::Environment};
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE},
};
use reqwest::Client;
use url::Url;
use zeroize::Zeroizing;

use super::limits;
pub use super::limits::Rate;
use crate::{app::App, audit::secret_gate::scrub, endpoints::AccessTier, secret::Secret};

/// The host of Pinterest's production API, whatever is configured.
const PRODUCTION_HOST: &str = "api.pinterest.com";
/// Where tokens are exchanged: the one write that Trial access allows in production.
pub(super) const TOKEN_PATH: &str = "/oauth/token";
/// The largest body that is read: 250 Pins with all their pictures' addresses are some mebibytes.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// Characters of Pinterest's id of a request that are kept.
const REQUEST_ID_CHARS: usize = 100;

/// How a request proves whose it is.
pub(crate) enum Auth<'a> {
    /// An account's access token.
    Bearer(&'a Secret),
    /// The app itself: the header as the `oauth2` crate writes it.
    App(&'a HeaderValue),
}

/// What a request carries.
pub(crate) enum Body {
    /// Nothing.
    None,
    /// JSON.
    Json(Vec<u8>),
    /// A form, as the `oauth2` crate writes it.
    Form(Vec<u8>),
}

/// One request.
pub(crate) struct Request<'a> {
    /// The OpenAPI operation, such as `boards/list`.
    pub operation: &'static str,
    /// The method.
    pub method: Method,
    /// The root of the API, ending in `/v5`.
    pub root: &'a Url,
    /// The path below the root.
    pub path: String,
    /// The path as the log tells it: with names in place of ids.
    pub template: &'static str,
    /// The query.
    pub query: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
    /// Whose it is.
    pub auth: Auth<'a>,
}

/// What Pinterest answered, whatever the status.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The rate headers.
    pub rate: Rate,
    /// Pinterest's id of the request, for its support.
    pub request_id: Option<String>,
    /// Pinterest's clock.
    pub date: Option<Timestamp>,
    /// The body, at most 8 MiB. It may hold tokens and Pinterest's content: parse it, never keep or show it.
    pub body: Vec<u8>,
    /// From the first byte sent to the last one read.
    pub duration: Duration,
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).field("bytes", &self.body.len()).finish()
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// Not one byte of the request has left.
    #[error("Pinterest could not be reached ({kind})")]
    NotSent {
        /// A stable word: `dns`, `connect`, `tls`, `trial`, `request`.
        kind: &'static str,
    },
    /// Pinterest may have got the request.
    #[error("Pinterest's answer was lost ({kind})")]
    MaybeSent {
        /// A stable word: `timeout`, `reset`, `cut_body`, `too_large`, `broken`.
        kind: &'static str,
    },
}

impl Lost {
    /// Every way to lose an answer, with its word.
    pub const ALL: [Self; 10] = [
        Self::NotSent { kind: "dns" },
        Self::NotSent { kind: "connect" },
        Self::NotSent { kind: "tls" },
        Self::NotSent { kind: "trial" },
        Self::NotSent { kind: "request" },
        Self::MaybeSent { kind: "timeout" },
        Self::MaybeSent { kind: "reset" },
        Self::MaybeSent { kind: "cut_body" },
        Self::MaybeSent { kind: "too_large" },
        Self::MaybeSent { kind: "broken" },
    ];

    /// One by its word, where not one byte has left.
    pub fn not_sent(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lost| matches!(lost, Self::NotSent { kind } if *kind == word))
    }

    /// One by its word, where Pinterest may have got the request.
    pub fn maybe_sent(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lost| matches!(lost, Self::MaybeSent { kind } if *kind == word))
    }
}

/// The request would change something in production, which Trial access does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the Pinterest app has Trial access: production may only be read")]
pub struct TrialBarred;

/// Sends a request.
///
/// # Errors
/// [`Lost`].
pub(crate) async fn send(app: &App, request: &Request<'_>) -> Result<Answer, Lost> {
    deliver(app, &app.outbound.calls, request).await
}

/// Sends the request that creates a Pin: over a fresh connection of HTTP/1.1, so that nothing can send it twice.
///
/// # Errors
/// [`Lost`].
pub(crate) async fn send_once(app: &App, request: &Request<'_>) -> Result<Answer, Lost> {
    deliver(app, &app.outbound.once, request).await
}

/// Whether Trial access lets this request be built at all.
///
/// # Errors
/// [`TrialBarred`].
pub(crate) fn allow(app: &App, request: &Request<'_>) -> Result<(), TrialBarred> {
    let is_token_call = request.path == TOKEN_PATH;
    let reads = request.method == Method::GET || is_token_call;
    if app.endpoints.tier == AccessTier::Trial && is_production(app, request.root) && !reads {
        return Err(TrialBarred);
    }
    Ok(())
}

fn is_production(app: &App, root: &Url) -> bool {
    app.endpoints.root(Environment::Production) == Some(root) || root.host_str() == Some(PRODUCTION_HOST)
}

/// The one place that builds requests.
fn build(app: &App, client: &Client, request: &Request<'_>) -> Result<reqwest::Request, Lost> {
    allow(app, request).map_err(|TrialBarred| Lost::NotSent { kind: "trial" })?;
    let mut url = request.root.clone();
    url.set_path(&format!("{}{}", request.root.path().trim_end_matches('/'), request.path));
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    let builder = client
        .request(request.method.clone(), url)
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, authorization(&request.auth)?);
    let builder = match &request.body {
        Body::None => builder,
        Body::Json(body) => builder.header(CONTENT_TYPE, "application/json").body(body.clone()),
        Body::Form(body) => {
            builder.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone())
        }
    };
    builder.build().map_err(|_| Lost::NotSent { kind: "request" })
}

fn authorization(auth: &Auth<'_>) -> Result<HeaderValue, Lost> {
    let mut value = match auth {
        Auth::App(value) => (*value).clone(),
        Auth::Bearer(token) => {
            let text = Zeroizing::new(format!("Bearer {}", token.expose()));
            HeaderValue::from_str(&text).map_err(|_| Lost::NotSent { kind: "request" })?
        }
    };
    value.set_sensitive(true);
    Ok(value)
}

#[expect(clippy::disallowed_methods, reason = "the one place that talks to Pinterest")]
async fn deliver(app: &App, client: &Client, request: &Request<'_>) -> Result<Answer, Lost> {
    let built = build(app, client, request)?;
    let started = app.clock.monotonic();
    let mut response = client.execute(built).await.map_err(|error| lost(&error))?;
    let headers = std::mem::take(response.headers_mut());
    let answer = Answer {
        status: response.status().as_u16(),
        rate: Rate::read(&headers, app.now()),
        request_id: header(&headers, "x-pinterest-rid").map(|text| scrub(text, REQUEST_ID_CHARS)),
        date: header(&headers, DATE.as_str()).and_then(limits::date),
        body: read(response).await?,
        duration: app.clock.monotonic().saturating_sub(started),
    };
    tracing::debug!(
        operation = request.operation,
        path = request.template,
        status = answer.status,
        "answered"
    );
    Ok(answer)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn read(mut response: reqwest::Response) -> Result<Vec<u8>, Lost> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| lost(&error))? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(Lost::MaybeSent { kind: "too_large" });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn lost(error: &reqwest::Error) -> Lost {
    let io = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()).map(innermost);
    if error.is_builder() {
        return Lost::NotSent { kind: "request" };
    }
    if error.is_connect() {
        let is_dns = causes(error).any(|cause| cause.to_string().contains("dns error"));
        let is_tls = matches!(io, Some(io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof));
        let kind = if is_dns {
            "dns"
        } else if is_tls {
            "tls"
        } else {
            "connect"
        };
        return Lost::NotSent { kind };
    }
    let kind = match io {
        _ if error.is_timeout() => "timeout",
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => "reset",
        _ if error.is_body() || error.is_decode() => "cut_body",
        _ => "broken",
    };
    Lost::MaybeSent { kind }
}

/// What is wrong at the bottom: an error of TLS comes wrapped in another one, and is no source of it.
fn innermost(error: &io::Error) -> io::ErrorKind {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.map_or_else(|| error.kind(), innermost)
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn next<'a>(cause: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        (*cause).source()
    }
    std::iter::successors(error.source(), next)
}

#[cfg(test)]
mod hygiene;
#[cfg(test)]
mod tls;

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::testing;

    fn request<'a>(root: &'a Url, method: Method, path: &str, token: &'a Secret) -> Request<'a> {
        Request {
            operation: "test",
            method,
            root,
            path: path.to_owned(),
            template: "/test",
            query: vec![("page_size", "250".to_owned())],
            body: Body::None,
            auth: Auth::Bearer(token),
        }
    }

    #[tokio::test]
    async fn under_trial_production_is_read_and_never_written() {
        let production: Url = "http://127.0.0.1:1/v5".parse().unwrap();
        let roots = vec![(Environment::Production, production.clone())];
        let test = testing::app_with(|parts| parts.endpoints.roots = roots).await;
        let token = Secret::from("t");
        let real: Url = "https://api.pinterest.com/v5".parse().unwrap();
        for root in [&production, &real] {
            for method in [Method::POST, Method::PATCH, Method::DELETE, Method::PUT] {
                let barred = request(root, method, "/pins", &token);
                assert_eq!(allow(&test.app, &barred), Err(TrialBarred));
                let lost = build(&test.app, &test.app.outbound.once, &barred).unwrap_err();
                assert_eq!(lost, Lost::NotSent { kind: "trial" });
            }
            assert!(allow(&test.app, &request(root, Method::GET, "/user_account", &token)).is_ok());
            assert!(allow(&test.app, &request(root, Method::POST, TOKEN_PATH, &token)).is_ok());
        }
        let sandbox: Url = "http://127.0.0.1:1/sandbox/v5".parse().unwrap();
        assert!(allow(&test.app, &request(&sandbox, Method::POST, "/pins", &token)).is_ok());
    }

    #[tokio::test]
    async fn a_request_is_built_below_its_root_and_shows_no_token() {
        let test = testing::app().await;
        let root: Url = "http://127.0.0.1:1/sandbox/v5".parse().unwrap();
        let token = Secret::from("canary-token");
        let request = request(&root, Method::GET, "/boards", &token);
        let built = build(&test.app, &test.app.outbound.calls, &request).unwrap();
        assert_eq!(built.url().as_str(), "http://127.0.0.1:1/sandbox/v5/boards?page_size=250");
        assert_eq!(built.headers()[AUTHORIZATION], "Bearer canary-token");
        assert!(!format!("{built:?}").contains("canary"));
    }

    /// Answers one request with a body of so many bytes.
    async fn answering(bytes: usize) -> Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}/v5", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            let (mut line, _) = listener.accept().await.unwrap();
            // What is left unread would end in a reset.
            let _ = line.read(&mut [0; 4096]).await.unwrap();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n");
            line.write_all(head.as_bytes()).await.unwrap();
            drop(line.write_all(&vec![b' '; bytes]).await);
        });
        root
    }

    #[tokio::test]
    async fn a_rich_page_of_pins_is_read_and_an_endless_answer_is_not() {
        let (test, token) = (testing::app().await, Secret::from("t"));
        let rich = answering(5 << 20).await;
        let answer = send(&test.app, &request(&rich, Method::GET, "/boards", &token)).await.unwrap();
        assert_eq!(answer.body.len(), 5 << 20);
        let endless = answering(9 << 20).await;
        let lost = send(&test.app, &request(&endless, Method::GET, "/boards", &token)).await.unwrap_err();
        assert_eq!(lost, Lost::MaybeSent { kind: "too_large" });
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_was_sent() {
        let test = testing::app().await;
        let root: Url = "http://127.0.0.1:1/v5".parse().unwrap();
        let token = Secret::from("t");
        let lost = send(&test.app, &request(&root, Method::GET, "/boards", &token)).await.unwrap_err();
        assert_eq!(lost, Lost::NotSent { kind: "connect" });
        // A name that no resolver is asked for, as it is too long to be one.
        let root: Url = format!("http://{}.example/v5", "a".repeat(64)).parse().unwrap();
        let lost = send_once(&test.app, &request(&root, Method::POST, "/pins", &token)).await.unwrap_err();
        assert_eq!(lost, Lost::NotSent { kind: "dns" });
    }
}
