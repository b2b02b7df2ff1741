//! A draft's current revision, where the draft's own row says the same.
//!
//! Lists and pages show the draft's columns, an approval binds the revision. So whatever leads to a decision asks here:
//! nobody may be shown one board, time or picture and sign another.

use countersign_entities::vocabulary::DraftState;

use super::{
    draft::{Draft, Revision},
    store,
};
use crate::{db::Reads, error::Fault};

/// The current revision of a draft.
///
/// # Errors
/// [`Fault::Lost`] where the revision is gone, its stored digest is not that of its content, or the draft or its image
/// says something else: then somebody changed a row.
pub async fn whole(on: &impl Reads, draft: &Draft) -> Result<Revision, Fault> {
    let revision = store::revision(on, &draft.id, draft.revision).await?;
    let revision = revision.ok_or(Fault::Lost("a draft has lost its current revision"))?;
    if revision.recomputed_digest() != revision.digest {
        return Err(Fault::Lost("a revision's digest is not that of its content"));
    }
    if !says_the_same(draft, &revision) {
        return Err(Fault::Lost("a draft's row does not say what its current revision says"));
    }
    let image = match &revision.asset_id {
        Some(asset) => store::assets::find(on, asset).await?.map(|asset| asset.sha256),
        None => None,
    };
    if image != revision.content.image_sha256().map(hex::encode) {
        return Err(Fault::Lost("a draft's image is not the one that its current revision names"));
    }
    Ok(revision)
}

fn says_the_same(draft: &Draft, revision: &Revision) -> bool {
    let content = &revision.content;
    let shown = draft.clone().showing(revision);
    // Once it is approved, the draft shows when its publication is due.
    let is_timely = draft.state != DraftState::InReview || draft.due_at == shown.due_at;
    is_timely
        && Draft { due_at: draft.due_at, ..shown } == *draft
        && content.connection() == draft.connection_id.as_str()
        && content.environment() == draft.environment.as_str()
}
