//! Why a review step is refused.

use crate::{
    drafts::{self, Draft},
    error::{Fault, FieldError, Kind, Refusal},
    operators::Forbidden,
};

/// An expected refusal; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such draft.
    #[error("there is no such draft. It may have been erased; look in the queue")]
    NotFound,
    /// The person may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The draft is not in a state that allows this step.
    #[error("this Pin is {state} now, so {step} is not possible. Load it again to see what happened")]
    State {
        /// Where the draft is, in words.
        state: &'static str,
        /// The step that was asked for, in words.
        step: &'static str,
    },
    /// An author cannot approve under the rule of this installation.
    #[error("you wrote a revision of this Pin. Someone else has to countersign it")]
    OwnDraft,
    /// What the reviewer saw is not what is there now.
    #[error("this Pin was changed after you loaded it. Look at what changed, then decide again")]
    Stale(Box<Draft>),
    /// Something is missing or wrong.
    #[error("this Pin is not complete yet")]
    Invalid(Vec<FieldError>),
    /// The account cannot publish.
    #[error("the account of this Pin is {0}. Connect it again first")]
    Connection(&'static str),
    /// It is being sent, or was.
    #[error("too late: this Pin is being sent or was sent already. Load it again to see what became of it")]
    TooLate,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "draft_not_found",
            Self::Forbidden(forbidden) => forbidden.code(),
            Self::State { .. } => "wrong_state",
            Self::OwnDraft => "own_draft",
            Self::Stale(_) => "stale",
            Self::Invalid(_) => "draft_incomplete",
            Self::Connection(_) => "connection_not_active",
            Self::TooLate => "too_late",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Forbidden(_) | Self::OwnDraft => Kind::Forbidden,
            Self::State { .. } | Self::Connection(_) | Self::TooLate => Kind::Conflict,
            Self::Stale(_) => Kind::Stale,
            Self::Invalid(_) => Kind::Invalid,
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

impl From<drafts::void::VoidError> for Error {
    fn from(error: drafts::void::VoidError) -> Self {
        match error {
            drafts::void::VoidError::TooLate => Self::TooLate,
            drafts::void::VoidError::Fault(fault) => Self::Fault(fault),
        }
    }
}
