//! Finds out, once for each request, who it comes from: handlers of pages and of the API read the [`Caller`].

use countersign_api::{
    app::App,
    error::{Fault, Kind, Refusal as _},
    http::caller::{self, Caller},
};
use poem::{Endpoint, Error, Middleware, Request, Result, http::StatusCode};

/// A middleware that puts the [`Caller`] and the [`App`] into a request's data. Put it inside of what answers errors,
/// and outside of every route.
#[derive(Clone)]
pub struct Callers {
    app: App,
}

impl Callers {
    /// For an application.
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

impl<E: Endpoint> Middleware<E> for Callers {
    type Output = WithCaller<E>;

    fn transform(&self, inner: E) -> Self::Output {
        WithCaller { inner, app: self.app.clone() }
    }
}

/// An endpoint that knows its callers.
pub struct WithCaller<E> {
    inner: E,
    app: App,
}

impl<E: Endpoint> Endpoint for WithCaller<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<E::Output> {
        let caller = caller::resolve(&self.app, &request).await.map_err(unresolved)?;
        request.set_data(caller);
        request.set_data(self.app.clone());
        self.inner.call(request).await
    }
}

/// The caller of a request.
///
/// # Errors
/// 500 where [`Callers`] is not in front of the route.
pub fn caller_of(request: &Request) -> Result<&Caller> {
    let missing =
        || Error::from_string("the route is not behind the session", StatusCode::INTERNAL_SERVER_ERROR);
    request.data::<Caller>().ok_or_else(missing)
}

/// The database did not tell. The fault stays inside the error, for whatever answers it.
fn unresolved(fault: Fault) -> Error {
    let status = match fault.kind() {
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Error::new(fault, status)
}
