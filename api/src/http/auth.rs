//! Who may do what in the API: an operation asks for [`Access`], and `access.reviewer()?` makes the evidence.
//!
//! The middleware [`Callers`] finds out who a request comes from, once.

use std::future::Future;

use poem::{Endpoint, Middleware, Request, RequestBody, Result, http::Method};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

use super::{
    answers::Answer,
    body_limit,
    caller::{self, Caller},
    csrf,
    problem::Problem,
    refused::Refused,
};
use crate::{
    app::App,
    error::Fault,
    operators::{
        Admin, Auditor, Author, Forbidden, Principal, Reader, Reviewer, SessionInfo, TokenScope, tell_refused,
    },
};

const SESSION: &str = "session";
const TOKEN: &str = "token";

/// The middleware of the API that finds out who a request comes from. Pages do the same for themselves.
pub struct Callers(pub App);

impl<E: Endpoint> Middleware<E> for Callers {
    type Output = Known<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Known { app: self.0.clone(), inner }
    }
}

/// An endpoint that knows who a request comes from.
pub struct Known<E> {
    app: App,
    inner: E,
}

impl<E: Endpoint> Endpoint for Known<E> {
    type Output = E::Output;

    /// The body may come much later than the headers that say who it is; whoever was put out meanwhile does nothing by
    /// it. So who is signed in is asked once more when all is there. Strangers' bodies are not waited for.
    async fn call(&self, mut request: Request) -> Result<E::Output> {
        let told = |fault: Fault| Problem::of(&self.app, &fault);
        let mut caller = caller::resolve(&self.app, &request).await.map_err(told)?;
        let is_change = caller.principal.is_some() && !request.method().is_safe();
        if is_change && body_limit::arrive(&mut request).await {
            caller = caller::resolve_look(&self.app, &request).await.map_err(told)?;
        }
        request.set_data(caller);
        request.set_data(self.app.clone());
        self.inner.call(request).await
    }
}

/// The middleware of the API that refuses what another site makes a browser send. It stands before all operations, so
/// none can forget it.
pub struct OwnRequests {
    /// The application, for its public URL.
    pub app: App,
    /// Whether an operation wants no session, by its path under `/api/v1`.
    pub is_open: fn(&Method, &str) -> bool,
}

impl<E: Endpoint> Middleware<E> for OwnRequests {
    type Output = Own<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Own { app: self.app.clone(), is_open: self.is_open, inner }
    }
}

/// An endpoint that takes only a session's own requests.
pub struct Own<E> {
    app: App,
    is_open: fn(&Method, &str) -> bool,
    inner: E,
}

impl<E: Endpoint> Endpoint for Own<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> Result<E::Output> {
        let (ours, headers) = (&self.app.config.server.public_url, request.headers());
        let checked = if (self.is_open)(request.method(), request.uri().path()) {
            csrf::check_open(ours, headers)
        } else {
            let caller = known(&self.app, &request)?;
            csrf::check_api(ours, request.method(), headers, caller)
        };
        checked.map_err(|error| Problem::of(&self.app, &error))?;
        self.inner.call(request).await
    }
}

fn known<'a>(app: &App, request: &'a Request) -> Result<&'a Caller> {
    request.data::<Caller>().ok_or_else(|| Problem::unexpected(app, "a request without a caller").into())
}

/// Somebody who is signed in, by a session's cookie or an API token; an operation that asks for it answers 401 to all
/// others.
pub struct Access {
    principal: Principal,
    session: Option<SessionInfo>,
}

impl<'a> ApiExtractor<'a> for Access {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(SESSION, session_scheme());
        registry.create_security_scheme(TOKEN, token_scheme());
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SESSION, TOKEN]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let Some(app) = request.data::<App>() else {
            return Err(poem::Error::from_string(
                "no application",
                poem::http::StatusCode::INTERNAL_SERVER_ERROR,
            ));
        };
        let caller = known(app, request)?;
        let principal = caller.principal().map_err(|refusal| Problem::of(app, &refusal))?;
        Ok(Self { principal: principal.clone(), session: caller.session.clone() })
    }
}

fn session_scheme() -> MetaSecurityScheme {
    let description = "The cookie that `POST /session` sets; over https it is called `__Host-countersign`. All methods \
                       but GET and HEAD also need the header `X-CSRF-Token`, from `POST /session` or `GET /me`.";
    MetaSecurityScheme {
        ty: "apiKey",
        description: Some(description),
        name: Some("countersign"),
        key_in: Some("cookie"),
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    }
}

fn token_scheme() -> MetaSecurityScheme {
    let description = "An API token, `cs_...`. It acts for the person who made it, within its scopes, and can neither \
                       approve nor administer.";
    MetaSecurityScheme {
        ty: "http",
        description: Some(description),
        name: None,
        key_in: None,
        scheme: Some("bearer"),
        bearer_format: Some("cs_..."),
        flows: None,
        openid_connect_url: None,
    }
}

impl Access {
    /// Who it is.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// With what it was proven who it is: by a session, or which token.
    pub fn proof(&self) -> String {
        self.principal.actor().token.as_ref().map_or_else(|| "session".to_owned(), ToString::to_string)
    }

    /// Whether this person may comment.
    ///
    /// # Errors
    /// As [`Principal::may_comment`].
    pub fn may_comment(&self) -> Result<(), Refused> {
        Ok(self.principal.may_comment()?)
    }

    /// The session, where a cookie was the proof.
    ///
    /// # Errors
    /// [`Forbidden::Token`] where an API token was.
    pub fn session(&self) -> Result<&SessionInfo, Refused> {
        self.session.as_ref().ok_or_else(|| Forbidden::Token.into())
    }

    /// Evidence that this person may write drafts.
    ///
    /// # Errors
    /// As [`Principal::author`].
    pub fn author(&self) -> Result<Author, Refused> {
        Ok(self.principal.author()?)
    }

    /// Evidence that this person may decide.
    ///
    /// # Errors
    /// As [`Principal::reviewer`].
    pub fn reviewer(&self) -> Result<Reviewer, Refused> {
        Ok(self.principal.reviewer()?)
    }

    /// Evidence that this person may administer.
    ///
    /// # Errors
    /// As [`Principal::admin`].
    pub fn admin(&self) -> Result<Admin, Refused> {
        Ok(self.principal.admin()?)
    }

    /// Evidence that this person may read the audit log.
    ///
    /// # Errors
    /// As [`Principal::auditor`].
    pub fn auditor(&self) -> Result<Auditor, Refused> {
        Ok(self.principal.auditor()?)
    }

    /// Evidence that this person may read; a token needs `scope`.
    ///
    /// # Errors
    /// As [`Principal::reader`].
    pub fn reader(&self, scope: TokenScope) -> Result<Reader, Refused> {
        Ok(self.principal.reader(scope)?)
    }

    /// Evidence that a person is there, not a token.
    ///
    /// # Errors
    /// As [`Principal::in_person`].
    pub fn in_person(&self) -> Result<Reader, Refused> {
        Ok(self.principal.in_person()?)
    }

    /// Runs an operation and answers; an act that this person may not do is told in the log as `action`.
    ///
    /// # Errors
    /// A problem whose status the operation does not declare; it is answered all the same.
    pub async fn answer<A: Answer>(
        &self,
        app: &App,
        action: &'static str,
        work: impl Future<Output = Result<A, Refused>>,
    ) -> Result<A> {
        let refused = match work.await {
            Ok(answer) => return Ok(answer),
            Err(refused) => refused,
        };
        if let Some(code) = refused.forbids() {
            self.tell(app, action, code).await;
        }
        let reader = self.principal.reader(TokenScope::DraftsRead).ok();
        refuse(refused.into_problem_for(app, reader.as_ref()).await)
    }

    /// That it could not be told does not let anybody in.
    async fn tell(&self, app: &App, action: &'static str, code: &'static str) {
        if let Err(fault) = tell_refused(app, &self.principal, action, code).await {
            tracing::warn!(%fault, action, code, "a refused act could not be logged");
        }
    }
}

/// Answers for an operation that asks for nobody.
///
/// # Errors
/// As [`Access::answer`].
pub async fn answer<A: Answer>(app: &App, work: impl Future<Output = Result<A, Refused>>) -> Result<A> {
    match work.await {
        Ok(answer) => Ok(answer),
        Err(refused) => refuse(refused.into_problem(app)),
    }
}

fn refuse<A: Answer>(problem: Problem) -> Result<A> {
    A::refuse(Box::new(problem)).map_err(|undeclared| {
        tracing::warn!(
            status = undeclared.status,
            code = undeclared.code,
            "an operation does not declare this status"
        );
        (*undeclared).into()
    })
}
