//! Why something about a publication is refused.

use std::time::Duration;

use countersign_entities::vocabulary::PublicationState;

use crate::{
    connections::ConnectionError,
    error::{Fault, FieldError, Kind, Refusal},
    operators::Forbidden,
    pinterest::error::UpstreamError,
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
    /// There is no Pin of ours to take down.
    #[error(
        "this publication is {0}, so there is no Pin of ours to take down. Load it again to see what happened"
    )]
    NotPublished(PublicationState),
    /// It was taken down before.
    #[error("this Pin was taken down already. Load it again to see by whom, and why")]
    TakenDown,
    /// Somebody else's take-down has no outcome yet.
    #[error(
        "this Pin is being taken down at this moment. Load it again in two minutes to see what became of it"
    )]
    TakeDownUnderWay,
    /// What is stored is not what the log tells.
    #[error(
        "what is stored about this Pin is not what happened here ({0}), so nothing was deleted: somebody may have changed \
         the database. Tell an admin, and delete the Pin at Pinterest if it has to go"
    )]
    NotGenuine(&'static str),
    /// The account cannot be used for it, or the call brought nothing.
    #[error(transparent)]
    Account(#[from] ConnectionError),
    /// Pinterest does not delete it.
    #[error("{0}, so the Pin is still there. Whoever owns the account can delete it at Pinterest")]
    NotDeleted(UpstreamError),
    /// It is not known whether Pinterest deleted it: why, as a sentence.
    #[error(
        "{0}, so it is not known whether the Pin is gone. Take it down once more: if it is gone, that does no harm"
    )]
    MaybeDeleted(String),
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
            Self::NotPublished(_) => "not_published",
            Self::TakenDown => "taken_down_already",
            Self::TakeDownUnderWay => "take_down_under_way",
            Self::NotGenuine(_) => "not_genuine",
            Self::Account(error) => error.code(),
            Self::NotDeleted(_) => "pinterest_refused",
            Self::MaybeDeleted(_) => "pinterest_outcome_unknown",
            Self::Cursor => "cursor_invalid",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::NothingToDecide
            | Self::PinTaken
            | Self::NotPublished(_)
            | Self::TakenDown
            | Self::TakeDownUnderWay
            | Self::NotGenuine(_) => Kind::Conflict,
            Self::Account(error) => error.kind(),
            Self::NotDeleted(_) | Self::MaybeDeleted(_) => Kind::Upstream,
            Self::Invalid(_) => Kind::Invalid,
            Self::Cursor => Kind::Malformed,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Account(error) => error.retry_after(),
            _ => None,
        }
    }

    fn may_be_done(&self) -> bool {
        match self {
            Self::MaybeDeleted(_) => true,
            Self::Account(error) => error.may_be_done(),
            other => other.fault().is_some_and(Fault::may_be_done),
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
            Self::Account(error) => error.fault(),
            _ => None,
        }
    }
}
