//! The doorway of the API: whatever goes wrong inside leaves as `application/problem+json`.
//!
//! A refusal of an operation is a [`Problem`] already. What the framework refuses (a path, a method, a parameter, a
//! content type) is one from here on, and a panic is an unexpected fault.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use poem::{
    Endpoint, Error, IntoResponse as _, Middleware, PathPattern, Request, Response, Result,
    error::{MethodNotAllowedError, NotFoundError},
    http::{HeaderValue, StatusCode, header},
};
use poem_openapi::error::{
    ContentTypeError, ParseMultipartError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};

use super::{
    body_limit::Overrun,
    document,
    problem::{CHALLENGE, Problem, ProblemField},
};
use crate::{
    app::App,
    error::{Fault, Kind},
};

/// The middleware.
pub struct Doorway(pub App);

impl<E: Endpoint> Middleware<E> for Doorway {
    type Output = Door<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Door { app: self.0.clone(), inner }
    }
}

/// An endpoint that answers problems instead of failing.
pub struct Door<E> {
    app: App,
    inner: E,
}

impl<E: Endpoint> Endpoint for Door<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let overrun = request.data::<Overrun>().cloned();
        let called = AssertUnwindSafe(self.inner.call(request)).catch_unwind().await;
        let mut response = match called {
            Ok(Ok(response)) => response.into_response(),
            Ok(Err(_)) if overrun.is_some_and(|overrun| overrun.has_happened()) => {
                too_large().into_response()
            }
            Ok(Err(error)) => answer(&self.app, error),
            Err(panic) => Problem::unexpected(&self.app, &words_of(&*panic)).into_response(),
        };
        let is_unauthenticated = response.status() == StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if is_unauthenticated {
            headers.entry(header::WWW_AUTHENTICATE).or_insert(CHALLENGE);
        }
        Ok(response)
    }
}

/// An error as the API answers it.
pub fn answer(app: &App, error: Error) -> Response {
    let pattern = error.data::<PathPattern>().cloned();
    let mut response = problem_of(app, &error).into_response();
    if error.is::<MethodNotAllowedError>() {
        document::allow(&mut response, pattern.as_ref());
    }
    if let Some(pattern) = pattern {
        response.set_data(pattern);
    }
    response
}

/// The one table from what the framework refuses to problems.
fn problem_of(app: &App, error: &Error) -> Problem {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.clone();
    }
    if let Some(fault) = error.downcast_ref::<Fault>() {
        return Problem::of(app, fault);
    }
    if let Some(wrong) = error.downcast_ref::<ParseParamError>() {
        let field = ProblemField::new(wrong.name, "malformed", plain(&wrong.reason));
        let detail = format!("the parameter `{}` cannot be read: {}", wrong.name, plain(&wrong.reason));
        return Problem::new(Kind::Malformed, "parameter_invalid", detail).with_fields(vec![field]);
    }
    if let Some(wrong) = error.downcast_ref::<ContentTypeError>() {
        return unsupported(wrong);
    }
    if let Some(wrong) = error.downcast_ref::<ParseRequestPayloadError>() {
        return Problem::new(Kind::Malformed, "body_malformed", plain(&wrong.reason));
    }
    if let Some(wrong) = error.downcast_ref::<ParseMultipartError>() {
        return Problem::new(Kind::Malformed, "form_malformed", plain(&wrong.reason));
    }
    if error.is::<MethodNotAllowedError>() {
        return method_not_allowed();
    }
    if error.is::<NotFoundError>()
        || error.is::<ParsePathError>()
        || error.is::<poem::error::ParsePathError>()
    {
        return not_found();
    }
    other(app, error)
}

/// By its status: 4xx of the framework are the request's fault, all else is ours.
fn other(app: &App, error: &Error) -> Problem {
    match error.status().as_u16() {
        413 => too_large(),
        415 => Problem::new(Kind::UnsupportedType, "content_type_unsupported", error.to_string()),
        400..500 => Problem::new(Kind::Malformed, "request_malformed", error.to_string()),
        _ => Problem::unexpected(app, &error.to_string()),
    }
}

fn not_found() -> Problem {
    let detail = "there is nothing at this address. /docs lists what there is";
    Problem::new(Kind::NotFound, "not_found", detail)
}

fn method_not_allowed() -> Problem {
    let detail = "this address does not take this method. /docs lists which one it takes";
    let problem = Problem::new(Kind::Malformed, "method_not_allowed", detail);
    Problem { status: 405, title: "This method is not taken here".to_owned(), ..problem }
}

fn too_large() -> Problem {
    let detail = "the body is too large: JSON may have 1 MiB, an upload 11 MiB with an image of 10 MiB";
    Problem::new(Kind::TooLarge, "body_too_large", detail)
}

fn unsupported(error: &ContentTypeError) -> Problem {
    let detail = match error {
        ContentTypeError::NotSupported { .. } => "this content type is not taken here",
        ContentTypeError::ExpectContentType => "the header Content-Type is missing",
    };
    let detail = format!("{detail}. Send JSON as application/json, a file as multipart/form-data");
    Problem::new(Kind::UnsupportedType, "content_type_unsupported", detail)
}

/// The framework's words without its quotation marks around our types' names.
fn plain(reason: &str) -> String {
    let said = reason.split(" (occurred while parsing").next().unwrap_or(reason);
    said.strip_prefix("failed to parse ")
        .and_then(|rest| rest.split_once(": "))
        .map_or(said, |(_, rest)| rest)
        .to_owned()
}

/// A panic, in its own words.
pub fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panicked: {}", text.unwrap_or_default())
}
