//! What goes wrong before a route is reached: a problem for the API, a page for everybody else.

use countersign_api::{
    app::App,
    http::{ROOT, doorway},
};
use poem::{Endpoint, IntoResponse as _, Middleware, Request, Response, Result};

use crate::web::error::stranded;

/// The middleware.
pub struct Errors(pub App);

impl<E: Endpoint> Middleware<E> for Errors {
    type Output = Answered<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Answered { app: self.0.clone(), inner }
    }
}

/// An endpoint that answers in any case.
pub struct Answered<E> {
    app: App,
    inner: E,
}

impl<E: Endpoint> Endpoint for Answered<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let is_api = request.uri().path().starts_with(ROOT);
        match self.inner.call(request).await {
            Ok(response) => Ok(response.into_response()),
            Err(error) if is_api => Ok(doorway::answer(&self.app, error)),
            Err(error) => Ok(stranded(&self.app, &error).await),
        }
    }
}
