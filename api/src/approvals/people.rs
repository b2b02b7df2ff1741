//! Changing a person whose signatures others wait for.

use countersign_entities::{
    ids::{DraftId, OperatorId},
    vocabulary::VoidReason,
};

use super::{reopen::void_and_reopen, store};
use crate::{
    app::App,
    audit::AuditedTx,
    drafts::{self, void::VoidError},
    error::{Fault, FieldError, Kind, Refusal},
    operators::{Authority, Operator, OperatorChange, OperatorError, Role, people},
};

/// Why a person is not changed; nothing was.
#[derive(Debug, thiserror::Error)]
pub enum OperatorChangeError {
    /// These drafts wait for their time on an approval of this person, which the change would void.
    #[error(
        "this person approved drafts that have not gone out, and this change would void the approvals of {}. Somebody \
         else can then approve them again. Wait until they are out",
        names(.0)
    )]
    WouldVoid(Vec<DraftId>),
    /// Another reason.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn names(drafts: &[DraftId]) -> String {
    drafts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Changes a person as [`people::change`]. Where that would void approvals of theirs that wait for their time, it is
/// done only if `may_void` says that somebody has seen which.
///
/// # Errors
/// [`OperatorChangeError`].
pub async fn change_operator(
    app: &App,
    by: impl Into<Authority>,
    id: &OperatorId,
    change: OperatorChange,
    may_void: bool,
) -> Result<Operator, OperatorChangeError> {
    let takes_role = change.roles.as_ref().is_some_and(|roles| !roles.has(Role::Reviewer));
    let ends_signing = takes_role || change.disabled == Some(true);
    if ends_signing && !may_void {
        let drafts = store::scheduled_of(&app.db, id).await?;
        if !drafts.is_empty() {
            return Err(OperatorChangeError::WouldVoid(drafts));
        }
    }
    let by = by.into();
    let operator = people::change(app, by.clone(), id, change).await?;
    // The person is changed: whatever fails from here on, nobody may be told that nothing was.
    if ends_signing && let Err(fault) = void_all_of(app, &by, id).await {
        tracing::warn!(%fault, operator = %id, "not all that this person signed could be voided; the gate voids the rest");
    }
    Ok(operator)
}

/// Voids what a person signed and has not gone out, so that somebody else can sign it. Where this is cut short the gate
/// voids the rest: it goes by the log, which tells that the person stepped down.
async fn void_all_of(app: &App, by: &Authority, id: &OperatorId) -> Result<(), Fault> {
    for draft in store::scheduled_of(&app.db, id).await? {
        let tx = AuditedTx::begin(app).await?;
        let Some(draft) = drafts::store::lock(&tx, &draft).await? else { continue };
        match void_and_reopen(&tx, app, &draft, VoidReason::ReviewerRemoved, by.actor()).await {
            Ok(events) if events.is_empty() => {}
            Ok(events) => tx.commit(events).await.map(drop)?,
            // A worker has it: the gate decides.
            Err(VoidError::TooLate) => {}
            Err(VoidError::Fault(fault)) => return Err(fault),
        }
    }
    Ok(())
}

impl Refusal for OperatorChangeError {
    fn code(&self) -> &'static str {
        match self {
            Self::WouldVoid(_) => "voids_approvals",
            Self::Operator(error) => error.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::WouldVoid(_) => Kind::Conflict,
            Self::Operator(error) => error.kind(),
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Operator(error) => error.fields(),
            _ => &[],
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::WouldVoid(_) => None,
            Self::Operator(error) => error.fault(),
            Self::Fault(fault) => Some(fault),
        }
    }
}
