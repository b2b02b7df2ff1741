//! A draft as the API shows it.

use std::collections::HashMap;

use countersign_entities::ids::OperatorId;
use poem_openapi::Object;

use crate::{
    app::App,
    approvals::{Approval, look},
    drafts::{self, Asset, Draft, FieldDifference, Revision, schedule::PublishAt},
    error::Fault,
    http::{problem::time, refused::Refused},
    operators::{self, Reader},
    publisher::{Publication, view},
};

/// A draft Pin.
#[derive(Clone, Debug, Object)]
pub struct DraftBody {
    /// The id, `drf_...`.
    pub id: String,
    /// The revision's number; each save that changes something makes the next one.
    pub revision: i32,
    /// `draft`, `in_review`, `changes_requested`, `rejected`, `approved`, `published` or `discarded`.
    pub state: String,
    /// Hex; names exactly this content. An approval names it.
    pub digest: String,
    /// The account, `con_...`; fixed for the draft's life.
    pub connection_id: String,
    /// `rehearsal`, `sandbox` or `production`.
    pub environment: String,
    /// Pinterest's id of the board.
    pub board_id: Option<String>,
    /// Pinterest's id of a section of that board.
    pub board_section_id: Option<String>,
    /// The image.
    pub asset: Option<AssetBody>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The text for screen readers.
    pub alt_text: Option<String>,
    /// Where the Pin leads.
    pub link: Option<String>,
    /// Before when it does not go out; null: once approved.
    pub publish_at: Option<PublishAtBody>,
    /// Who made it.
    pub author: PersonBody,
    /// When it last changed.
    pub updated_at: String,
    /// The approval that holds now.
    pub approval: Option<ApprovalBody>,
    /// The way of its latest approval to Pinterest.
    pub publication: Option<PublicationSummary>,
}

/// A wall time.
#[derive(Clone, Debug, Object)]
pub struct PublishAtBody {
    /// `2026-12-01T09:00`.
    pub local: String,
    /// An IANA name such as `Europe/Berlin`.
    pub zone: String,
    /// `+01:00`; where the clocks show the time twice.
    pub offset: Option<String>,
}

/// An image.
#[derive(Clone, Debug, Object)]
pub struct AssetBody {
    /// The id, `ast_...`.
    pub id: String,
    /// What it is called here.
    pub label: String,
    /// Hex, of the bytes that will be sent.
    pub sha256: String,
    /// Hex, of the file as it was uploaded.
    pub original_sha256: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// How many bytes will be sent.
    pub bytes: i32,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct PersonBody {
    /// The id, `opr_...`.
    pub id: String,
    /// The name; null where it is not known any more.
    pub name: Option<String>,
}

/// A second signature.
#[derive(Clone, Debug, Object)]
pub struct ApprovalBody {
    /// The id, `apr_...`.
    pub id: String,
    /// Who signed.
    pub reviewer: PersonBody,
    /// The digest that was signed.
    pub digest: String,
    /// The rule at the decision: `second_person` or `sole_operator`.
    pub rule: String,
    /// Whether the reviewer is an author of the draft, which only `sole_operator` allows.
    pub own_draft: bool,
    /// When it was signed.
    pub decided_at: String,
    /// After this it does not hold any more.
    pub lapses_at: String,
}

/// The way of an approval to Pinterest, in short.
#[derive(Clone, Debug, Object)]
pub struct PublicationSummary {
    /// The id, `pub_...`.
    pub id: String,
    /// `held`, `scheduled`, `claimed`, `sending`, `unknown`, `needs_decision`, `published`, `refused`, `missed`,
    /// `cancelled` or `abandoned`.
    pub state: String,
    /// Not sent before.
    pub due_at: String,
    /// The Pin, once it exists.
    pub pin_id: Option<String>,
}

/// A field that differs.
#[derive(Clone, Debug, Object)]
pub struct DifferenceBody {
    /// The field.
    pub field: String,
    /// What is there.
    pub before: Option<String>,
    /// What was sent, or is there afterwards.
    pub after: Option<String>,
}

/// People's names, as far as they are known.
pub type Names = HashMap<OperatorId, String>;

impl DraftBody {
    /// A draft with all that belongs to it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn of(app: &App, reader: &Reader, draft: Draft) -> Result<Self, Refused> {
        let mut bodies = Self::of_all(app, reader, vec![draft]).await?;
        bodies.pop().ok_or_else(|| Fault::Lost("a draft that was just there").into())
    }

    /// Drafts with all that belongs to them, in their order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn of_all(app: &App, reader: &Reader, drafts: Vec<Draft>) -> Result<Vec<Self>, Refused> {
        let ids: Vec<_> = drafts.iter().filter_map(|draft| draft.publication_id.clone()).collect();
        let publications = if ids.is_empty() { Vec::new() } else { view::find_many(app, &ids).await? };
        let mut parts = Vec::new();
        for draft in drafts {
            parts.push(Parts::of(app, reader, draft, &publications).await?);
        }
        let people = parts.iter().flat_map(Parts::people).cloned().collect::<Vec<_>>();
        let names = operators::names(app, people).await?;
        Ok(parts.into_iter().map(|parts| parts.body(&names)).collect())
    }
}

/// A draft and what belongs to it.
struct Parts {
    draft: Draft,
    revision: Revision,
    asset: Option<Asset>,
    approval: Option<Approval>,
    publication: Option<Publication>,
}

impl Parts {
    async fn of(app: &App, reader: &Reader, draft: Draft, known: &[Publication]) -> Result<Self, Refused> {
        let revision = drafts::revision(&app.db, &draft.id, draft.revision).await?;
        let revision = revision.ok_or(Fault::Lost("a draft's current revision is gone"))?;
        let asset = match &revision.asset_id {
            Some(id) => drafts::asset(&app.db, id).await?,
            None => None,
        };
        // Without a publication there was never an approval.
        let publication = known.iter().find(|one| Some(&one.id) == draft.publication_id.as_ref()).cloned();
        let approval = match publication {
            Some(_) => {
                look::of_draft(app, reader, &draft.id).await?.into_iter().rfind(|one| one.voided_at.is_none())
            }
            None => None,
        };
        Ok(Self { draft, revision, asset, approval, publication })
    }

    fn people(&self) -> impl Iterator<Item = &OperatorId> {
        let reviewer = self.approval.as_ref().map(|approval| &approval.reviewer_id);
        std::iter::once(&self.draft.author_id).chain(reviewer)
    }

    fn body(self, names: &Names) -> DraftBody {
        let Self { draft, revision, asset, approval, publication } = self;
        let content = &revision.content;
        DraftBody {
            id: draft.id.to_string(),
            revision: draft.revision,
            state: draft.state.to_string(),
            digest: draft.digest,
            connection_id: draft.connection_id.to_string(),
            environment: draft.environment.to_string(),
            board_id: content.board_id().map(str::to_owned),
            board_section_id: content.board_section_id().map(str::to_owned),
            asset: asset.map(AssetBody::from),
            title: content.title().map(str::to_owned),
            description: content.description().map(str::to_owned),
            alt_text: content.alt_text().map(str::to_owned),
            link: content.link().map(str::to_owned),
            publish_at: content.publish_at().map(PublishAtBody::from),
            author: person(&draft.author_id, names),
            updated_at: time(draft.updated_at),
            approval: approval.map(|approval| ApprovalBody::new(approval, names)),
            publication: publication.map(PublicationSummary::from),
        }
    }
}

/// A person by name.
pub fn person(id: &OperatorId, names: &Names) -> PersonBody {
    PersonBody { id: id.to_string(), name: names.get(id).cloned() }
}

impl ApprovalBody {
    fn new(approval: Approval, names: &Names) -> Self {
        Self {
            id: approval.id.to_string(),
            reviewer: person(&approval.reviewer_id, names),
            digest: approval.digest,
            rule: approval.rule.to_string(),
            own_draft: approval.is_own_draft,
            decided_at: time(approval.decided_at),
            lapses_at: time(approval.lapses_at),
        }
    }
}

impl From<Asset> for AssetBody {
    fn from(asset: Asset) -> Self {
        Self {
            id: asset.id.to_string(),
            label: asset.label,
            sha256: asset.sha256,
            original_sha256: asset.original_sha256,
            width: asset.width,
            height: asset.height,
            content_type: asset.content_type,
            bytes: asset.bytes,
        }
    }
}

impl From<&PublishAt> for PublishAtBody {
    fn from(at: &PublishAt) -> Self {
        Self {
            local: at.local().to_owned(),
            zone: at.zone().to_owned(),
            offset: at.offset().map(str::to_owned),
        }
    }
}

impl From<Publication> for PublicationSummary {
    fn from(publication: Publication) -> Self {
        Self {
            id: publication.id.to_string(),
            state: publication.state.to_string(),
            due_at: time(publication.due_at),
            pin_id: publication.pin_id,
        }
    }
}

impl From<FieldDifference> for DifferenceBody {
    fn from(difference: FieldDifference) -> Self {
        Self { field: difference.field.to_owned(), before: difference.before, after: difference.after }
    }
}
