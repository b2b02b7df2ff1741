//! A request that changes something is finished even if whoever sent it has gone.
//!
//! Otherwise a dropped connection would end the work at whatever point it had come to: a call to Pinterest without its
//! outcome in the log, a key without its answer.

use std::sync::Arc;

use poem::{Endpoint, Error, IntoResponse as _, Middleware, Request, Response, Result, http::StatusCode};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The middleware.
#[derive(Clone, Default)]
pub struct Detached {
    tracker: TaskTracker,
    hard: CancellationToken,
}

impl Detached {
    /// Waits until all that was begun has ended.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Ends all of it here and now.
    pub fn abort(&self) {
        self.hard.cancel();
    }
}

impl<E: Endpoint + 'static> Middleware<E> for Detached {
    type Output = Finished<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Finished { detached: self.clone(), inner: Arc::new(inner) }
    }
}

/// An endpoint whose changes are finished.
pub struct Finished<E> {
    detached: Detached,
    inner: Arc<E>,
}

/// Whether nothing changes by it. The callback of OAuth is a GET that spends a code, and whoever sent it may be gone.
fn is_a_look(request: &Request) -> bool {
    request.method().is_safe() && request.uri().path() != "/oauth/callback"
}

impl<E: Endpoint + 'static> Endpoint for Finished<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        if is_a_look(&request) {
            return Ok(self.inner.call(request).await?.into_response());
        }
        let (inner, hard) = (Arc::clone(&self.inner), self.detached.hard.clone());
        let work = async move {
            let called = hard.run_until_cancelled(inner.call(request)).await;
            called
                .unwrap_or_else(|| Err(StatusCode::SERVICE_UNAVAILABLE.into()))
                .map(|answer| answer.into_response())
        };
        match self.detached.tracker.spawn(work).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::from_string("a handler panicked", StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }
}
