//! One request, as it is put together.

use std::sync::Arc;

use reqwest::RequestBuilder;
use reqwest::multipart::Form;
use serde::Serialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::captured::Captured;

/// A request that was not sent yet.
pub struct Call {
    request: RequestBuilder,
    asked: String,
    captured: Arc<Captured>,
}

impl Call {
    pub(super) fn new(request: RequestBuilder, asked: String, captured: Arc<Captured>) -> Self {
        Self { request, asked, captured }
    }

    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { request: change(self.request), ..self }
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: Value) -> Self {
        self.with(|request| request.json(&body))
    }

    /// Bytes of a type.
    #[must_use]
    pub fn body(self, content_type: &str, bytes: Vec<u8>) -> Self {
        self.with(|request| request.header("content-type", content_type).body(bytes))
    }

    /// Fields as a form sends them.
    #[must_use]
    pub fn form(self, fields: &impl Serialize) -> Self {
        self.with(|request| request.form(fields))
    }

    /// Parts as a form with a file sends them.
    #[must_use]
    pub fn multipart(self, parts: Form) -> Self {
        self.with(|request| request.multipart(parts))
    }

    /// A header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|request| request.header(name, value))
    }

    /// `If-Match`.
    #[must_use]
    pub fn if_match(self, etag: &str) -> Self {
        self.header("if-match", etag)
    }

    /// Sends it and waits for the whole answer, which is kept for the checks at the test's end.
    ///
    /// # Panics
    /// If no answer comes.
    pub async fn go(self) -> Answer {
        let asked = self.asked.clone();
        self.send().await.unwrap_or_else(|error| panic!("{asked}: {error:?}"))
    }

    /// As [`Call::go`]; none if no answer comes.
    pub async fn try_go(self) -> Option<Answer> {
        self.send().await.ok()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where people's requests leave from")]
    async fn send(self) -> Result<Answer, reqwest::Error> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        let answer = Answer { asked: self.asked, status, headers, body };
        self.captured.answer(&answer);
        Ok(answer)
    }
}
