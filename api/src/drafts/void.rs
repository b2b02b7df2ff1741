//! Voiding an approval: its publication ends as `cancelled`, unless it is being sent already.

use countersign_entities::vocabulary::{PublicationState, VoidReason};

use super::{draft::Draft, store};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening, Stream},
    error::{Fault, Kind, Refusal},
};

/// Why an approval cannot be voided.
#[derive(Debug, thiserror::Error)]
pub enum VoidError {
    /// The publication is claimed or beyond, and has not ended.
    #[error("too late: it is being sent. Wait for the outcome, then look at it again")]
    TooLate,
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for VoidError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLate => "too_late",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::TooLate => Kind::Conflict,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::TooLate => None,
            Self::Fault(fault) => Some(fault),
        }
    }
}

/// Cancels the draft's publication and voids its approval, if there is one that has not ended; returns the events
/// that tell of it, for the caller to commit. The draft itself is the caller's.
///
/// # Errors
/// [`VoidError::TooLate`] once a worker has it, also where that happened just now; nothing was written then.
pub async fn void(
    tx: &AuditedTx<'_>,
    app: &App,
    draft: &Draft,
    reason: VoidReason,
    actor: &Actor,
) -> Result<Vec<Event>, VoidError> {
    let Some(open) = store::publication::of_draft(tx, draft).await? else { return Ok(Vec::new()) };
    match open.state {
        PublicationState::Scheduled | PublicationState::Held => {}
        PublicationState::Claimed
        | PublicationState::Sending
        | PublicationState::Unknown
        | PublicationState::NeedsDecision => return Err(VoidError::TooLate),
        _ => return Ok(Vec::new()),
    }
    if !store::publication::cancel(tx, &open, reason, app.now()).await? {
        return Err(VoidError::TooLate);
    }
    let event = |happening| {
        Event::fresh(app, Stream::Connection(draft.connection_id.to_string()), actor, happening)
            .about_draft(&draft.id, open.revision)
            .flow(&open.publication_id)
            .cause(&open.approved_by)
    };
    let why = reason.as_str();
    Ok(vec![
        event(Happening::ApprovalVoided { why, digest: open.digest.clone() }),
        event(Happening::PublishCancelled { why }),
    ])
}
