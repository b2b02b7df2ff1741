//! Comments on drafts.

use countersign_entities::{
    Timestamp,
    ids::{CommentId, DraftId, OperatorId},
    vocabulary::CommentKind,
};

use super::{
    content::{FieldError, check_text},
    draft::Draft,
    error::Error,
    events, secrets, store,
};
use crate::{
    app::App,
    audit::{AuditedTx, Happening, Value, header::object},
    error::Fault,
    operators::role::Principal,
};

/// The longest comment, in characters.
const LIMIT: usize = 2000;

/// What a comment says: 1 to 2000 characters, nothing that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentBody(String);

impl CommentBody {
    /// The field's name in the API and in the log's sealed part.
    pub const FIELD: &'static str = "note";

    /// Checks what was typed, without white space around it.
    ///
    /// # Errors
    /// [`FieldError`] where nothing is left, it is too long, or seems to hold a secret.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let text = typed.replace("\r\n", "\n").replace('\t', " ").trim().to_owned();
        if text.is_empty() {
            return Err(FieldError::new(Self::FIELD, "missing", "Write what you want to say."));
        }
        check_text(Self::FIELD, &text, LIMIT, true)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The log's sealed part `content` of an event that carries only this comment.
    ///
    /// # Errors
    /// [`Fault::Event`], which cannot happen.
    pub(crate) fn sealed(&self) -> Result<Value, Fault> {
        object([(Self::FIELD, self.as_str().into())]).map_err(|error| Fault::Event(error.to_string()))
    }
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The reference.
    pub id: CommentId,
    /// The draft.
    pub draft_id: DraftId,
    /// The revision that it was written on.
    pub revision: i32,
    /// Who wrote it.
    pub author_id: OperatorId,
    /// What it was written for.
    pub kind: CommentKind,
    /// What it says.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

/// Stores a comment on the draft's current revision; the event is the caller's.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn add_comment(
    tx: &AuditedTx<'_>,
    app: &App,
    draft: &Draft,
    author_id: &OperatorId,
    kind: CommentKind,
    body: &CommentBody,
) -> Result<(), Fault> {
    store::comments::insert(tx, new(app, draft, author_id, kind, body)).await.map(drop)
}

/// Comments on a draft: an author or a reviewer may.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Fields`], [`Error::Forbidden`].
pub async fn comment(app: &App, who: &Principal, id: &DraftId, typed: &str) -> Result<Comment, Error> {
    who.may_comment()?;
    let body = CommentBody::parse(typed)?;
    secrets::refuse_live(app, CommentBody::FIELD, body.as_str())?;
    let tx = AuditedTx::begin(app).await?;
    let draft = store::find(&tx, id).await?.ok_or(Error::NotFound)?;
    let comment = new(app, &draft, who.id(), CommentKind::Comment, &body);
    let comment = store::comments::insert(&tx, comment).await?;
    let event = events::about(app, who.actor(), &draft, Happening::Commented {}).content(body.sealed()?);
    tx.commit_one(event).await?;
    Ok(comment)
}

/// The comments on a draft, the first one first.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn comments(app: &App, id: &DraftId) -> Result<Vec<Comment>, Error> {
    store::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    Ok(store::comments::list(&app.db, id).await?)
}

fn new(app: &App, draft: &Draft, author_id: &OperatorId, kind: CommentKind, body: &CommentBody) -> Comment {
    Comment {
        id: CommentId::from_random(app.random_id()),
        draft_id: draft.id.clone(),
        revision: draft.revision,
        author_id: author_id.clone(),
        kind,
        body: body.as_str().to_owned(),
        created_at: app.now(),
    }
}
