//! What pages and the API show of approvals.

use countersign_entities::ids::{DraftId, OperatorId};

use super::{Approval, Error, policy, store};
use crate::{app::App, drafts, operators::Reader};

/// The approvals of a draft, oldest first.
///
/// # Errors
/// [`Error::Fault`].
pub async fn of_draft(app: &App, _reader: &Reader, id: &DraftId) -> Result<Vec<Approval>, Error> {
    Ok(store::list_of_draft(&app.db, id).await?)
}

/// The approvals of some drafts, oldest first.
///
/// # Errors
/// [`Error::Fault`].
pub async fn of_drafts(app: &App, _reader: &Reader, ids: &[DraftId]) -> Result<Vec<Approval>, Error> {
    Ok(store::list_of_drafts(&app.db, ids).await?)
}

/// Who may countersign a draft now, by role and by the rule in force.
///
/// # Errors
/// [`Error::Fault`].
pub async fn who_may(app: &App, _reader: &Reader, id: &DraftId) -> Result<Vec<OperatorId>, Error> {
    let authors = drafts::author_ids(&app.db, id).await?;
    let mut reviewers = store::reviewers(&app.db).await?;
    reviewers.retain(|reviewer| policy::may_approve(app.config.review.rule, reviewer, &authors).is_some());
    Ok(reviewers)
}
