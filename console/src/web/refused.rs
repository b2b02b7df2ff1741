//! Why a page does not do what it was asked, on its way to the page that says so ([`super::error`]).

use countersign_api::error::{FieldError, Kind, Refusal};
use countersign_api::http::problem::Status;
pub use countersign_api::http::problem::sentence;
use poem::error::ResponseError;
use poem::http::StatusCode;

use crate::views::error_page::{ErrorPage, Kept};
use crate::views::form;

/// What a handler answers: a page, a redirect, or why not.
pub type Answer = Result<poem::Response, Refused>;

/// Why not; made from every module's refusal by `?`.
pub enum Refused {
    /// A refusal of the service.
    Service(Box<dyn Refusal + Send + Sync>),
    /// A refusal of the page itself, in its own words.
    Page(Box<ErrorPage>),
    /// Somebody has to sign in first. A page leads to the door and back; what a script asked is answered 401.
    SignIn,
    /// Another page has to come first: its path.
    First(&'static str),
    /// A form came after its session had ended. What was typed is kept.
    Ended(Box<Kept>),
    /// A form came with the proof of another session. What was typed is kept.
    Stale(Box<Kept>),
}

impl Refused {
    /// The page for a status where nothing more exact is known.
    pub fn status(status: u16) -> Self {
        Self::Page(Box::new(ErrorPage::of(status)))
    }

    /// There is no such thing, or its address is none.
    pub fn not_found() -> Self {
        Self::status(404)
    }
}

impl<E: Refusal + Send + Sync + 'static> From<E> for Refused {
    fn from(refusal: E) -> Self {
        Self::Service(Box::new(refusal))
    }
}

/// The status of a kind of refusal: that of the API.
pub fn status_of(kind: Kind) -> u16 {
    Status::of(kind).code()
}

/// What is wrong with fields, in the names of the form: `renamed` pairs the service's name with the form's where
/// they differ. `Err` gives back a refusal that is not about fields.
///
/// # Errors
/// The refusal, where it names no field.
pub fn field_errors<E>(refusal: E, renamed: &[(&str, &str)]) -> Result<Vec<form::FieldError>, Refused>
where
    E: Refusal + Send + Sync + 'static,
{
    if refusal.fields().is_empty() {
        return Err(refusal.into());
    }
    Ok(refusal.fields().iter().map(|error| field_error(error, renamed)).collect())
}

fn field_error(error: &FieldError, renamed: &[(&str, &str)]) -> form::FieldError {
    let other = renamed.iter().find(|(theirs, _)| *theirs == error.field).map(|(_, ours)| *ours);
    form::FieldError { field: other.unwrap_or(error.field).to_owned(), words: sentence(&error.message) }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Service(refusal) => refusal.code(),
            Self::Page(page) => &page.title,
            Self::SignIn => "nobody is signed in",
            Self::First(path) => path,
            Self::Ended(_) => "the session ended",
            Self::Stale(_) => "the form is of another session",
        })
    }
}

impl std::fmt::Debug for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Refused {}

impl ResponseError for Refused {
    fn status(&self) -> StatusCode {
        let status = match self {
            Self::Service(refusal) => status_of(refusal.kind()),
            Self::Page(page) => page.status,
            Self::SignIn | Self::First(_) => 303,
            Self::Ended(_) => 401,
            Self::Stale(_) => 403,
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
