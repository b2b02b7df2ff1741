//! Why something about a publication is refused.

use crate::{
    error::{Fault, FieldError, Kind, Refusal},
    operators::Forbidden,
};

/// An expected refusal; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such publication.
    #[error("there is no such publication. Look in the list of publications")]
    NotFound,
    /// The person may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Nobody has to decide about it.
    #[error("nobody has to decide about this publication now. Load it again to see what happened")]
    NothingToDecide,
    /// A field is wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<FieldError>),
    /// That Pin belongs to another publication.
    #[error(
        "that Pin is already recorded for another publication. Check its id at Pinterest, and name another one"
    )]
    PinTaken,
    /// The page's cursor is not one of ours.
    #[error("this cursor is not one of ours. Start from the first page")]
    Cursor,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "publication_not_found",
            Self::Forbidden(forbidden) => forbidden.code(),
            Self::NothingToDecide => "nothing_to_decide",
            Self::Invalid(_) => "fields_invalid",
            Self::PinTaken => "pin_taken",
            Self::Cursor => "cursor_invalid",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::NothingToDecide | Self::PinTaken => Kind::Conflict,
            Self::Invalid(_) => Kind::Invalid,
            Self::Cursor => Kind::Malformed,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(fields) => fields,
            _ => &[],
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}
