//! Why a verb on drafts refuses.

use countersign_entities::vocabulary::DraftState;

use super::{difference::FieldDifference, draft::Draft, media::MediaError, void::VoidError};
use crate::{
    error::{Fault, FieldError, Kind, Refusal},
    operators::role::Forbidden,
};

/// What a person saw is not what is there any more.
#[derive(Clone, Debug)]
pub struct Stale {
    /// The draft as it is now.
    pub current: Draft,
    /// Where what was typed (`after`) is not what is there now (`before`).
    pub differences: Vec<FieldDifference>,
}

/// An expected refusal; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such draft, or no such revision of it.
    #[error("there is no such draft. It may have been erased; look in the queue")]
    NotFound,
    /// There is no such image.
    #[error("there is no such image. Upload it again")]
    NoImage,
    /// Fields are wrong.
    #[error("{}", sentences(.0))]
    Fields(Vec<FieldError>),
    /// The draft has changed since the person looked at it.
    #[error(
        "the draft was changed in the meantime. Compare what you typed with what is there, then save again"
    )]
    Stale(Box<Stale>),
    /// The draft has ended.
    #[error("{}", ended(*.0))]
    Ended(DraftState),
    /// Its publication cannot be stopped any more.
    #[error("too late: it is being sent. Wait for the outcome, then look at it again")]
    TooLate,
    /// There is no approval that could be cancelled.
    #[error("nothing is scheduled: only an approved draft can be cancelled")]
    NothingToCancel,
    /// The cursor of a list is not one of ours, or belongs to another list.
    #[error("this cursor does not belong to this list. Begin again without a cursor")]
    BadCursor,
    /// What was typed and not saved is too long to keep.
    #[error("this is too long to be kept as you type. Save it, or shorten it")]
    WorkingCopyTooLarge,
    /// The person may not do it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The image cannot be used.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn sentences(fields: &[FieldError]) -> String {
    fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn ended(state: DraftState) -> &'static str {
    match state {
        DraftState::Published => "the Pin is published. Duplicate the draft to make another one",
        _ => "the draft is discarded. Duplicate it to go on with what it says",
    }
}

impl From<VoidError> for Error {
    fn from(error: VoidError) -> Self {
        match error {
            VoidError::TooLate => Self::TooLate,
            VoidError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}

impl Refusal for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "draft_not_found",
            Self::NoImage => "asset_not_found",
            Self::Fields(_) => "fields_invalid",
            Self::Stale(_) => "stale",
            Self::Ended(DraftState::Published) => "draft_published",
            Self::Ended(_) => "draft_discarded",
            Self::TooLate => "too_late",
            Self::NothingToCancel => "nothing_to_cancel",
            Self::BadCursor => "cursor_invalid",
            Self::WorkingCopyTooLarge => "working_copy_too_large",
            Self::Forbidden(forbidden) => forbidden.code(),
            Self::Media(media) => media.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound | Self::NoImage => Kind::NotFound,
            Self::Fields(_) => Kind::Invalid,
            Self::Stale(_) => Kind::Stale,
            Self::Ended(_) | Self::TooLate | Self::NothingToCancel => Kind::Conflict,
            Self::BadCursor => Kind::Malformed,
            Self::WorkingCopyTooLarge => Kind::TooLarge,
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::Media(MediaError::TooManyBytes { .. }) => Kind::TooLarge,
            Self::Media(MediaError::Unknown { .. }) => Kind::UnsupportedType,
            Self::Media(_) => Kind::Invalid,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Fields(fields) => fields,
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
