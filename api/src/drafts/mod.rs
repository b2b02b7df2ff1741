//! Drafts of Pins: what people write before anyone signs it.
//!
//! A draft stands somewhere ([`DraftState`]) and says something: its current [`Revision`], which never changes.
//! Saving makes the next revision under a new salt and digest, and an approval binds exactly one digest.

mod assets;
mod comments;
pub mod content;
mod difference;
mod draft;
mod end;
mod error;
pub(crate) mod events;
mod fields;
mod history;
pub mod media;
mod queue;
mod renew;
pub mod schedule;
mod search;
pub(crate) mod secrets;
pub(crate) mod store;
mod tab;
#[cfg(test)]
mod tests;
mod twins;
pub mod void;
mod waiting;
mod whole;
pub mod working_copy;
mod write;

use countersign_entities::ids::{DraftId, OperatorId};

pub use assets::{Asset, asset, assets, content as asset_content, sweep_uploads, thumbnail, upload};
pub use comments::{Comment, CommentBody, add_comment, comment, comments};
pub use difference::{FieldDifference, difference};
pub use draft::{Draft, Revision};
pub use end::{cancel, discard};
pub use error::{Error, Stale};
pub use fields::{Fields, NewDraft, Patch, PublishAtInput, PublishAtPatch};
pub use history::{Moment, history, signed_by_token};
pub use queue::{Filter, MAX_LIMIT, Page, counts, list, move_due};
pub use renew::renew;
pub use tab::tab_of;
pub use twins::{Sought, Twin, twins};
pub use waiting::{COUNTED, Waiting, Written, count_countersigned, shared, waiting};
pub use whole::whole;
pub use write::{create, duplicate, reschedule, save};

pub use countersign_entities::vocabulary::{CommentKind, DraftState, Origin, Tab, VoidReason};

use crate::{db::Reads, error::Fault};

/// A draft; none if there is no such.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn find(on: &impl Reads, id: &DraftId) -> Result<Option<Draft>, Fault> {
    store::find(on, id).await
}

/// A revision of a draft; none if there is no such.
///
/// # Errors
/// [`Fault`] where the database fails, or the row is damaged.
pub async fn revision(on: &impl Reads, id: &DraftId, n: i32) -> Result<Option<Revision>, Fault> {
    store::revision(on, id, n).await
}

/// Some revisions of some drafts, in no order; those that there are not, or that are damaged, are left out.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn revisions(on: &impl Reads, wanted: &[(DraftId, i32)]) -> Result<Vec<Revision>, Fault> {
    store::revisions(on, wanted).await
}

/// Everyone who created or edited any revision of a draft: none of them may approve it under `second-person`.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn author_ids(on: &impl Reads, id: &DraftId) -> Result<Vec<OperatorId>, Fault> {
    store::author_ids(on, id).await
}
