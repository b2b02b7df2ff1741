//! What a page or form does, in the word with which the log tells that somebody may not: the API's own.

use poem::{Endpoint, IntoResponse as _, Request, Response, Result};

/// The word: `draft.approve`.
#[derive(Clone, Copy, Debug)]
pub struct Action(pub &'static str);

/// A handler with the word for what it does. The word goes along with whatever it refuses.
pub struct Named<E> {
    action: Action,
    handler: E,
}

impl<E: Endpoint> Named<E> {
    /// A handler and its word.
    pub fn new(action: &'static str, handler: E) -> Self {
        Self { action: Action(action), handler }
    }
}

impl<E: Endpoint> Endpoint for Named<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        match self.handler.call(request).await {
            Ok(answer) => Ok(answer.into_response()),
            Err(mut error) => {
                error.set_data(self.action);
                Err(error)
            }
        }
    }
}
