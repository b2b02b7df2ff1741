//! What a person has typed and not saved: kept for them alone, told by nobody.

use countersign_entities::{Timestamp, ids::DraftId};

use super::{error::Error, secrets, store};
use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping},
    error::Fault,
    operators::role::Author,
};

/// The longest form that is kept, in bytes of JSON.
const LIMIT: usize = 64 * 1024;

/// On what somebody works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkingOn {
    /// A draft that is not saved yet.
    New,
    /// A draft.
    Draft(DraftId),
}

impl WorkingOn {
    pub(super) fn key(&self) -> &str {
        match self {
            Self::New => "new",
            Self::Draft(id) => id.as_str(),
        }
    }
}

/// A form as it was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingCopy {
    /// JSON of the form, as it was given.
    pub fields: String,
    /// When it was kept.
    pub updated_at: Timestamp,
}

/// Keeps what was typed, over what was kept before.
///
/// # Errors
/// [`Error::NotFound`] for a draft that does not exist, [`Error::WorkingCopyTooLarge`]; [`Error::Fields`] where a text
/// looks like a secret.
pub async fn autosave(
    app: &App,
    author: &Author,
    on: &WorkingOn,
    fields: &serde_json::Value,
) -> Result<WorkingCopy, Error> {
    let copy = WorkingCopy { fields: fields.to_string(), updated_at: app.now() };
    if copy.fields.len() > LIMIT {
        return Err(Error::WorkingCopyTooLarge);
    }
    secrets::refuse_in_form(app, fields)?;
    if let WorkingOn::Draft(id) = on {
        store::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    }
    let tx = AuditedTx::housekeeping(app, Housekeeping::Autosave).await?;
    store::working_copy::put(&tx, on, author.id(), &copy).await?;
    tx.commit().await?;
    Ok(copy)
}

/// What this person typed last and did not save.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn load(app: &App, author: &Author, on: &WorkingOn) -> Result<Option<WorkingCopy>, Fault> {
    store::working_copy::find(&app.db, on, author.id()).await
}

/// Forgets what this person typed and did not save.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn forget(app: &App, author: &Author, on: &WorkingOn) -> Result<(), Fault> {
    let tx = AuditedTx::housekeeping(app, Housekeeping::Autosave).await?;
    store::working_copy::delete(&tx, on, Some(author.id())).await?;
    tx.commit().await
}
