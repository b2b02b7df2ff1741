//! OAuth as Pinterest speaks it.
//!
//! The `oauth2` crate writes the consent page's address and the token calls; what differs is done here: Pinterest
//! wants scopes joined by commas, answers `{code, message}` where RFC 6749 says otherwise, and must be asked for
//! refresh tokens that rotate (`continuous_refresh`). No body of an answer is ever logged.

use std::{pin::Pin, time::Duration};

use countersign_entities::vocabulary::Environment;
use http::{HeaderValue, Method, header::AUTHORIZATION};
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    client::{self, Answer, Auth, Body, Lost, Request},
    error::UpstreamError,
    scope::Scopes,
    wire,
};
use crate::{app::App, error::Fault, secret::Secret};

/// A pair of tokens.
pub(crate) struct Tokens {
    /// The access token.
    pub(crate) access: Secret,
    /// The refresh token; none came: the old one stays good.
    pub(crate) refresh: Option<Secret>,
    /// What was granted, where the answer says so.
    pub(crate) scopes: Option<Scopes>,
    /// How long the access token lives.
    pub(crate) access_ttl: Duration,
    /// How long the refresh token lives, where the answer says so.
    pub(crate) refresh_ttl: Option<Duration>,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenFailure {
    /// Pinterest refused; nothing was used up but, perhaps, the code.
    #[error(transparent)]
    Refused(UpstreamError),
    /// Too many calls, or Pinterest could not be reached: nothing was used up.
    #[error("Pinterest does not answer just now ({0})")]
    NotNow(&'static str),
    /// It is not known whether Pinterest made tokens.
    #[error("Pinterest's answer was lost ({0})")]
    Unknown(&'static str),
}

/// What Pinterest adds to a token answer.
#[derive(Debug, Deserialize, Serialize)]
struct RefreshLife {
    #[serde(default, deserialize_with = "wire::lenient")]
    refresh_token_expires_in: Option<u64>,
}

impl ExtraTokenFields for RefreshLife {}

type Answered = StandardTokenResponse<RefreshLife, BasicTokenType>;

type PinterestClient<A, T> = Client<
    BasicErrorResponse,
    Answered,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    A,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    T,
>;

/// Where Pinterest sends people back to: exactly this text, in each call.
pub(crate) fn redirect_uri(app: &App) -> String {
    format!("{}/oauth/callback", app.config.server.public_url.as_str().trim_end_matches('/'))
}

/// The consent page's address for one pass.
///
/// # Errors
/// [`Fault::Other`] where the configured addresses are none.
pub(crate) fn authorize_url(
    app: &App,
    state: &Secret,
    verifier: &Secret,
    scopes: &Scopes,
) -> Result<Url, Fault> {
    let challenge =
        PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.expose().to_owned()));
    let page = AuthUrl::from_url(app.endpoints.oauth_url.clone());
    let state = CsrfToken::new(state.expose().to_owned());
    // The crate would join scopes by spaces.
    let (url, _) = base(app)?
        .set_auth_uri(page)
        .authorize_url(|| state)
        .add_extra_param("scope", scopes.to_string())
        .set_pkce_challenge(challenge)
        .url();
    Ok(url)
}

/// Exchanges a code for tokens at the API of the connection's environment.
///
/// # Errors
/// [`TokenFailure`].
pub(crate) async fn exchange(
    app: &App,
    environment: Environment,
    code: &Secret,
    verifier: &Secret,
) -> Result<Tokens, TokenFailure> {
    let (client, root) = token_client(app, environment)?;
    let call = sender(app, root);
    let answered = client
        .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
        .add_extra_param("continuous_refresh", "true")
        .request_async(&call)
        .await;
    tokens(app, answered)
}

/// Exchanges a refresh token for a new pair; the old one is used up by that.
///
/// # Errors
/// [`TokenFailure`].
pub(crate) async fn refresh(
    app: &App,
    environment: Environment,
    token: &Secret,
) -> Result<Tokens, TokenFailure> {
    let (client, root) = token_client(app, environment)?;
    let call = sender(app, root);
    let token = RefreshToken::new(token.expose().to_owned());
    let answered = client
        .exchange_refresh_token(&token)
        .add_extra_param("continuous_refresh", "true")
        .request_async(&call)
        .await;
    tokens(app, answered)
}

fn base(app: &App) -> Result<PinterestClient<EndpointNotSet, EndpointNotSet>, Fault> {
    let redirect = RedirectUrl::new(redirect_uri(app)).map_err(|error| Fault::Other(error.to_string()))?;
    Ok(Client::new(ClientId::new(app.endpoints.app_id.clone()))
        .set_client_secret(ClientSecret::new(app.endpoints.app_secret.expose().to_owned()))
        .set_redirect_uri(redirect))
}

fn token_client(
    app: &App,
    environment: Environment,
) -> Result<(PinterestClient<EndpointNotSet, EndpointSet>, &Url), TokenFailure> {
    let root = app.endpoints.root(environment).ok_or(TokenFailure::NotNow("environment"))?;
    let base = base(app).map_err(|_| TokenFailure::NotNow("configuration"))?;
    let mut url = root.clone();
    url.set_path(&format!("{}{}", root.path().trim_end_matches('/'), client::TOKEN_PATH));
    Ok((base.set_token_uri(TokenUrl::from_url(url)), root))
}

/// What comes between the `oauth2` crate and our client.
#[derive(Debug, thiserror::Error)]
enum PostError {
    #[error(transparent)]
    Lost(#[from] Lost),
    #[error(transparent)]
    Answered(UpstreamError),
}

type Posting = Pin<Box<dyn Future<Output = Result<HttpResponse, PostError>> + Send>>;

/// Our client as the `oauth2` crate wants it. What it makes owns all it needs: with borrowed parts the compiler cannot
/// see that it may move between threads.
fn sender(app: &App, root: &Url) -> impl Fn(HttpRequest) -> Posting + Send + Sync + 'static {
    let (app, root) = (app.clone(), root.clone());
    move |request| {
        let (app, root) = (app.clone(), root.clone());
        Box::pin(async move { post(&app, &root, request).await })
    }
}

async fn post(app: &App, root: &Url, request: HttpRequest) -> Result<HttpResponse, PostError> {
    let (parts, form) = request.into_parts();
    let nobody = HeaderValue::from_static("");
    let request = Request {
        operation: "oauth/token",
        method: Method::POST,
        root,
        path: client::TOKEN_PATH.to_owned(),
        template: client::TOKEN_PATH,
        query: Vec::new(),
        body: Body::Form(form),
        auth: Auth::App(parts.headers.get(AUTHORIZATION).unwrap_or(&nobody)),
    };
    let answer: Answer = client::send(app, &request).await?;
    // Errors never reach the crate, which knows another shape of them and would carry the body along.
    if answer.is_success() {
        Ok(HttpResponse::new(answer.body))
    } else {
        Err(PostError::Answered(UpstreamError::of(&answer)))
    }
}

fn tokens(
    app: &App,
    answered: Result<Answered, RequestTokenError<PostError, BasicErrorResponse>>,
) -> Result<Tokens, TokenFailure> {
    let answered = answered.map_err(failure)?;
    let access = answered.access_token().secret();
    if access.is_empty() || HeaderValue::from_str(access).is_err() {
        return Err(TokenFailure::Unknown("unreadable"));
    }
    let scopes = answered.scopes().map(|scopes| {
        let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        Scopes::parse(&names.join(" "))
    });
    Ok(Tokens {
        access: Secret::from(access.as_str()),
        refresh: answered.refresh_token().map(|token| Secret::from(token.secret().as_str())),
        scopes,
        access_ttl: answered.expires_in().unwrap_or(app.timing.oauth.access_ttl),
        refresh_ttl: answered.extra_fields().refresh_token_expires_in.map(Duration::from_secs),
    })
}

/// What is proven: 4xx made nothing (but 408 and 409, which prove nothing), 429 and a failure to connect used nothing up.
fn failure(error: RequestTokenError<PostError, BasicErrorResponse>) -> TokenFailure {
    match error {
        RequestTokenError::Request(PostError::Lost(Lost::NotSent { kind })) => TokenFailure::NotNow(kind),
        RequestTokenError::Request(PostError::Lost(Lost::MaybeSent { kind })) => TokenFailure::Unknown(kind),
        RequestTokenError::Request(PostError::Answered(error)) => match error.status {
            429 => TokenFailure::NotNow("throttled"),
            408 | 409 => TokenFailure::Unknown("conflict"),
            400..=499 => TokenFailure::Refused(error),
            _ => TokenFailure::Unknown("server_error"),
        },
        RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            TokenFailure::Unknown("unreadable")
        }
    }
}
