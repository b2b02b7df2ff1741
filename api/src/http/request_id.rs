//! A name for each request: in its answer, in the log, in the access log, and where somebody reports a fault.

use std::sync::Arc;

use poem::{Endpoint, IntoResponse as _, Middleware, Request, Response, Result, http::HeaderValue};

use crate::app::App;

const HEADER: &str = "x-request-id";
const MAX: usize = 40;

/// A request's name, found among the request's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The middleware: takes the name from `X-Request-Id` where it is one, else makes one; the answer carries it.
pub struct RequestIds(pub App);

impl<E: Endpoint> Middleware<E> for RequestIds {
    type Output = Named<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Named { app: self.0.clone(), inner }
    }
}

/// An endpoint whose requests have names.
pub struct Named<E> {
    app: App,
    inner: E,
}

impl<E: Endpoint> Endpoint for Named<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let given = request.header(HEADER).filter(|given| is_plain(given)).map(str::to_owned);
        let id = given.unwrap_or_else(|| self.app.rng.hex(16));
        request.set_data(RequestId(id.as_str().into()));
        let mut response = match self.inner.call(request).await {
            Ok(response) => response.into_response(),
            Err(error) => error.into_response(),
        };
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(HEADER, value);
        }
        Ok(response)
    }
}

/// Others' names are taken over only if they can carry nothing else: the shortest secret of ours has 43 characters.
fn is_plain(given: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=MAX).contains(&given.len()) && given.bytes().all(is_word)
}
