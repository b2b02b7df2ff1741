//! A draft and its revisions, as the rest of the product sees them.

use countersign_entities::{
    Timestamp,
    ids::{AssetId, ConnectionId, DraftId, OperatorId, PublicationId, TokenId},
    vocabulary::{DraftState, Environment, Origin, Tab},
};
use url::Url;

use super::content::{Content, digest_of};
use crate::{
    actor::Actor,
    app::App,
    audit::header::{FormatError, Value, object},
    error::Fault,
};

/// A draft Pin: where it stands, and what lists show of its current revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The reference.
    pub id: DraftId,
    /// The account; fixed for life.
    pub connection_id: ConnectionId,
    /// The account's environment.
    pub environment: Environment,
    /// Where it stands.
    pub state: DraftState,
    /// The queue's tab that shows it.
    pub tab: Tab,
    /// A stable word for what a person has to look at.
    pub attention: Option<String>,
    /// The current revision, from 1.
    pub revision: i32,
    /// Hex content digest of the current revision.
    pub digest: String,
    /// Counts every change; the ETag.
    pub version: i64,
    /// Who made it.
    pub author_id: OperatorId,
    /// Through what it was made.
    pub origin: Origin,
    /// The API token that made it.
    pub origin_token_id: Option<TokenId>,
    /// The title.
    pub title: Option<String>,
    /// Pinterest's id of the board.
    pub board_id: Option<String>,
    /// Pinterest's id of a section of that board.
    pub board_section_id: Option<String>,
    /// The host of the link.
    pub link_host: Option<String>,
    /// The image.
    pub asset_id: Option<AssetId>,
    /// The wished wall time.
    pub publish_local: Option<String>,
    /// Its zone.
    pub publish_zone: Option<String>,
    /// The publication's due time, or the wished one.
    pub due_at: Option<Timestamp>,
    /// Who submitted it for review.
    pub submitted_by: Option<OperatorId>,
    /// When it was submitted.
    pub submitted_at: Option<Timestamp>,
    /// The latest publication.
    pub publication_id: Option<PublicationId>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Draft {
    /// This draft with what it shows taken from a revision.
    #[must_use]
    pub(super) fn showing(self, revision: &Revision) -> Self {
        let content = &revision.content;
        let publish_at = content.publish_at();
        Self {
            revision: revision.revision,
            digest: revision.digest.clone(),
            title: content.title().map(str::to_owned),
            board_id: content.board_id().map(str::to_owned),
            board_section_id: content.board_section_id().map(str::to_owned),
            link_host: content.link().and_then(host_of),
            asset_id: revision.asset_id.clone(),
            publish_local: publish_at.map(|at| at.local().to_owned()),
            publish_zone: publish_at.map(|at| at.zone().to_owned()),
            due_at: content.due_at(),
            ..self
        }
    }
}

impl Content {
    /// The wished moment; none if there is none, or if by the zones' present rules there is no such time.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.publish_at().and_then(|at| at.due_at_micros().ok()).map(Timestamp)
    }
}

/// The host of a link, as people see it in a list.
pub(super) fn host_of(link: &str) -> Option<String> {
    Url::parse(link).ok()?.host_str().map(str::to_owned)
}

/// One saved content of a draft. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The draft.
    pub draft_id: DraftId,
    /// Its number, from 1.
    pub revision: i32,
    /// What it says.
    pub content: Content,
    /// The exact text of the content, as stored.
    pub content_text: String,
    /// Fresh for each revision.
    pub salt: [u8; 32],
    /// Hex content digest, as stored.
    pub digest: String,
    /// The image's row.
    pub asset_id: Option<AssetId>,
    /// Who wrote it; none where the system made it.
    pub author_id: Option<OperatorId>,
    /// The API token that was used.
    pub token_id: Option<TokenId>,
    /// The fields of the digest that changed.
    pub fields: Vec<String>,
    /// When it was saved.
    pub created_at: Timestamp,
}

impl Revision {
    /// The digest of the stored text and salt, hex: equal to [`Revision::digest`] unless somebody changed a row.
    pub fn recomputed_digest(&self) -> String {
        hex::encode(digest_of(&self.salt, &self.content_text))
    }

    /// What the log's sealed part `content` holds of it: whoever has it can compute the digest.
    pub(crate) fn sealed(&self) -> Result<Value, FormatError> {
        object([("draft", self.content.to_value()), ("draft_salt", hex::encode(self.salt).into())])
    }

    /// A revision with a fresh salt, not stored yet; by the system where there is no author.
    pub(super) fn new(
        app: &App,
        draft_id: &DraftId,
        revision: i32,
        written: Written<'_>,
    ) -> Result<Self, Fault> {
        let salt = app.rng.bytes::<32>();
        let content_text =
            written.content.to_text().map_err(|error| Fault::Other(format!("a draft's content: {error}")))?;
        Ok(Self {
            draft_id: draft_id.clone(),
            revision,
            digest: hex::encode(digest_of(&salt, &content_text)),
            content: written.content,
            content_text,
            salt,
            asset_id: written.asset_id,
            author_id: written.by.and_then(|actor| actor.operator_id().cloned()),
            token_id: written.by.and_then(|actor| actor.token.clone()),
            fields: written.fields,
            created_at: app.now(),
        })
    }
}

/// What makes a revision.
pub(super) struct Written<'a> {
    pub(super) content: Content,
    pub(super) asset_id: Option<AssetId>,
    pub(super) fields: Vec<String>,
    pub(super) by: Option<&'a Actor>,
}
