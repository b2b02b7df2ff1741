//! A new revision by the system, under a new digest: no page that was loaded before can approve it.

use super::{
    draft::{Draft, Revision, Written},
    store,
};
use crate::{app::App, audit::AuditedTx, error::Fault};

/// Stores a revision with the same content and a fresh salt; the caller adds the events (`review.draft.edited` by the
/// system: [`super::events::edited`]). The draft's due time is the wished one again.
///
/// # Errors
/// [`Fault::Lost`] where somebody else changed the draft, or its current revision is gone.
pub async fn renew(tx: &AuditedTx<'_>, app: &App, draft: &Draft) -> Result<(Draft, Revision), Fault> {
    let current = store::revision(tx, &draft.id, draft.revision).await?;
    let current = current.ok_or(Fault::Lost("a draft's current revision is gone"))?;
    let written =
        Written { content: current.content, asset_id: current.asset_id, fields: Vec::new(), by: None };
    let revision = Revision::new(app, &draft.id, draft.revision + 1, written)?;
    store::insert_revision(tx, &revision).await?;
    let draft = store::replace(tx, draft, draft.clone().showing(&revision)).await?;
    Ok((draft, revision))
}
