//! What an operation answers: a JSON body, or Pinterest's `{code, message}`.

use serde_json::{Value, json};

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `None` sends no body at all (204, and the empty 200 of a revocation).
    pub(crate) body: Option<Value>,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    pub(crate) fn created(body: Value) -> Self {
        Self { status: 201, body: Some(body) }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: None }
    }
}

/// A refusal, in the shape of the API's `Error` schema.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(status: u16, code: i64, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// 400 code 1: the body or a parameter breaks the schema.
    pub(crate) fn invalid(reason: impl AsRef<str>) -> Self {
        Self::new(400, 1, format!("Invalid request: {}", reason.as_ref()))
    }

    /// 401 code 2: no token, or one that is expired, revoked or of the other environment.
    pub(crate) fn authentication() -> Self {
        Self::new(401, 2, "Authentication failed.")
    }

    /// 401 code 3: the token lacks scopes.
    pub(crate) fn missing_scopes(missing: &[&str]) -> Self {
        let list = missing.iter().map(|scope| format!("'{scope}'")).collect::<Vec<_>>().join(", ");
        let text = "Your token does not have sufficient permissions to perform this operation. Please ensure \
                    your token is authorized with the correct set of scopes.";
        Self::new(401, 3, format!("{text} Missing: [{list}]"))
    }

    /// 403 code 29: somebody else's, or secret without the scope for it.
    pub(crate) fn forbidden() -> Self {
        Self::new(403, 29, "You are not permitted to access that resource.")
    }

    pub(crate) fn body(&self) -> Value {
        json!({"code": self.code, "message": self.message})
    }
}
