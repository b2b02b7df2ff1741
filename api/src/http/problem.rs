//! What the API answers when it refuses: RFC 9457 `application/problem+json`.
//!
//! One table, [`Status::of`], maps every [`Kind`] of refusal to a status. What nobody expected is logged here, once,
//! under a reference that the person is shown instead of the fault.

use countersign_entities::Timestamp;
use poem::{
    IntoResponse, Response,
    error::ResponseError,
    http::{HeaderValue, StatusCode, header},
};
use poem_openapi::{Object, payload::Json};

use super::drafts::body::{DifferenceBody, DraftBody};
use crate::{
    app::App,
    error::{FieldError, Kind, Refusal},
};

/// Seconds after which what is busy is asked again.
const BUSY: u64 = 2;

/// The media type of a refusal.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What a 401 says of the proof that it wants, in `WWW-Authenticate`. No browser asks for a password because of it.
pub const CHALLENGE: HeaderValue = HeaderValue::from_static(r#"Bearer realm="Countersign""#);
/// The same where the API token that was brought is not taken.
const TOKEN_REFUSED: HeaderValue =
    HeaderValue::from_static(r#"Bearer realm="Countersign", error="invalid_token""#);

/// Why something was refused. Nothing was changed, but where the status is 500 or the code is `pinterest_outcome_unknown`:
/// then look whether it was done before you try again.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Problem {
    /// A URN that names the kind of problem: `urn:countersign:problem:` and the code.
    #[oai(rename = "type")]
    pub kind: String,
    /// What the status means, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do about it.
    pub detail: String,
    /// A stable word for programs.
    pub code: String,
    /// Every field that is wrong, where it is about fields.
    pub fields: Option<Vec<ProblemField>>,
    /// Names the log entry of an unexpected fault.
    pub reference: Option<String>,
    /// Seconds after which trying again may work.
    pub retry_after: Option<u64>,
    /// The draft as it is now, where what was seen is not current any more.
    pub current: Option<DraftBody>,
    /// Where what was sent or seen differs from what is there now.
    pub differences: Option<Vec<DifferenceBody>>,
    /// Drafts whose approval the change would void, `drf_...`.
    pub would_void: Option<Vec<String>>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct ProblemField {
    /// The field's name as the API spells it.
    pub field: String,
    /// A stable word for what is wrong.
    pub code: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl ProblemField {
    /// An error of one field.
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.to_owned(), message: message.into() }
    }
}

impl From<&FieldError> for ProblemField {
    fn from(error: &FieldError) -> Self {
        Self::new(error.field, error.code, error.message.clone())
    }
}

/// A status and what it says.
pub struct Status(u16, &'static str);

impl Status {
    /// The one table from a refusal's kind to the status of the API and of pages.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Malformed => Self(400, "The request is malformed"),
            Kind::Unauthenticated => Self(401, "Nobody is signed in"),
            Kind::Forbidden => Self(403, "This is not allowed"),
            Kind::NotFound => Self(404, "There is no such thing"),
            Kind::Conflict => Self(409, "Its state does not allow this"),
            Kind::Stale => Self(412, "It has changed in the meantime"),
            Kind::TooLarge => Self(413, "This is too large"),
            Kind::UnsupportedType => Self(415, "This type of content is not taken"),
            Kind::Invalid => Self(422, "Something in it is wrong"),
            Kind::PreconditionRequired => Self(428, "The request has to say what it saw"),
            Kind::TooMany => Self(429, "Too many requests"),
            Kind::Internal => Self(500, "Something went wrong here"),
            Kind::Upstream => Self(502, "Pinterest did not answer as it should"),
            Kind::Unavailable => Self(503, "Not now"),
        }
    }

    /// The status' number.
    pub fn code(&self) -> u16 {
        self.0
    }

    /// What it says.
    pub fn title(&self) -> &'static str {
        self.1
    }
}

impl Problem {
    /// A problem of a kind.
    pub fn new(kind: Kind, code: &str, detail: impl Into<String>) -> Self {
        let status = Status::of(kind);
        Self {
            kind: format!("urn:countersign:problem:{code}"),
            title: status.title().to_owned(),
            status: status.code(),
            detail: sentence(&detail.into()),
            code: code.to_owned(),
            fields: None,
            reference: None,
            retry_after: None,
            current: None,
            differences: None,
            would_void: None,
        }
    }

    /// Gives it a more exact code.
    #[must_use]
    pub fn coded(self, code: &str) -> Self {
        Self { kind: format!("urn:countersign:problem:{code}"), code: code.to_owned(), ..self }
    }

    /// Names the fields that are wrong.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<ProblemField>) -> Self {
        self.fields = (!fields.is_empty()).then_some(fields);
        self
    }

    /// The problem of wrong fields in what was sent.
    pub fn fields(fields: Vec<ProblemField>) -> Self {
        let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        let detail = format!("this is wrong: {}. `fields` says how to mend it", names.join(", "));
        Self::new(Kind::Invalid, "fields_invalid", detail).with_fields(fields)
    }

    /// A refusal as the outside sees it. Where a fault is behind it, that is logged under a fresh reference.
    pub fn of(app: &App, refusal: &(impl Refusal + ?Sized)) -> Self {
        if let Some(fault) = refusal.fault() {
            app.db.note(fault);
        }
        if let Some(fault) = refusal.fault().filter(|fault| !fault.is_passing()) {
            return Self::unexpected(app, &fault.to_string());
        }
        let problem = Self::new(refusal.kind(), refusal.code(), refusal.to_string());
        let problem = problem.with_fields(refusal.fields().iter().map(ProblemField::from).collect());
        Self { retry_after: seconds_to_wait(refusal), ..problem }
    }

    /// What nobody expected: logged here, once, and shown as a reference.
    pub fn unexpected(app: &App, fault: &str) -> Self {
        let reference = app.rng.hex(8);
        tracing::error!(reference, fault, "unexpected");
        let detail = format!(
            "this was not expected, and nothing more is known here. It is in the log under {reference}; show that \
             to whoever runs this installation, and look whether it was done before you try again"
        );
        Self { reference: Some(reference), ..Self::new(Kind::Internal, "internal", detail) }
    }

    /// What was done and cannot be shown: trying again would do it twice.
    pub fn unshown(app: &App, why: &str) -> Self {
        let reference = app.rng.hex(8);
        tracing::error!(reference, why, "done, but not shown");
        let detail =
            "this was done, but it cannot be shown just now. Load it instead of sending the request again";
        Self { reference: Some(reference), ..Self::new(Kind::Internal, "done_but_not_shown", detail) }
    }
}

/// Whole seconds until trying again may work, for `Retry-After`; what is busy is so for a moment only.
pub fn seconds_to_wait(refusal: &(impl Refusal + ?Sized)) -> Option<u64> {
    match refusal.retry_after() {
        Some(wait) => Some(wait.as_secs() + 1),
        None => (refusal.kind() == Kind::Unavailable).then_some(BUSY),
    }
}

/// Refusals are written so that they can stand inside a sentence; alone they are one.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) || text.is_empty() { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry_after) = (ResponseError::status(&self), self.retry_after);
        let is_token = matches!(self.code.as_str(), "token_invalid" | "token_expired");
        let mut response = Json(self).into_response();
        response.set_status(status);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if is_token {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, TOKEN_REFUSED);
        }
        response
    }
}

/// How the API writes times.
pub fn time(at: Timestamp) -> String {
    at.rfc3339()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::Fault, testing};

    const KINDS: [Kind; 14] = [
        Kind::Malformed,
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::Conflict,
        Kind::Stale,
        Kind::TooLarge,
        Kind::UnsupportedType,
        Kind::Invalid,
        Kind::PreconditionRequired,
        Kind::TooMany,
        Kind::Internal,
        Kind::Upstream,
        Kind::Unavailable,
    ];

    #[test]
    fn every_kind_has_a_status_of_its_own() {
        let mut statuses: Vec<u16> = KINDS.map(|kind| Status::of(kind).code()).to_vec();
        statuses.sort_unstable();
        statuses.dedup();
        assert_eq!(statuses.len(), KINDS.len());
        assert!(statuses.iter().all(|status| (400..=503).contains(status)));
    }

    #[tokio::test]
    async fn a_fault_is_shown_as_a_reference_only() {
        let test = testing::app().await;
        let fault = Fault::Other("row 7 of table draft".to_owned());
        let response = Problem::of(&test.app, &fault).into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.content_type(), Some(CONTENT_TYPE));
        let body = response.into_body().into_string().await.unwrap();
        assert!(!body.contains("row 7") && body.contains("\"reference\":"), "{body}");
    }

    #[test]
    fn what_is_wrong_is_told_as_sentences() {
        let problem = Problem::new(Kind::NotFound, "draft_not_found", "there is no such draft");
        assert_eq!(problem.detail, "There is no such draft.");
        assert_eq!(problem.kind, "urn:countersign:problem:draft_not_found");
        assert_eq!((sentence("Done!"), sentence("")), ("Done!".to_owned(), String::new()));
    }
}
