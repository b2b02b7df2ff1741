//! A draft as the API shows it.

use std::collections::HashMap;

use countersign_entities::ids::{ApprovalId, AssetId, DraftId, OperatorId, PublicationId};
use poem_openapi::Object;

use crate::{
    app::App,
    approvals::{self, Approval},
    drafts::{self, Asset, Draft, FieldDifference, Revision, content::Content, schedule::PublishAt},
    http::{problem::time, refused::Refused},
    operators,
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
    /// When the Pin was taken down again.
    pub taken_down_at: Option<String>,
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
    /// A draft with all that belongs to it. Whoever may change a draft may also see what became of it, so this asks
    /// for no evidence; what only shows drafts asks before.
    ///
    /// # Errors
    /// Where the database fails, or the draft's row and image are not what its revision says: nobody is shown a draft
    /// that is another than the one an approval would bind.
    pub async fn of(app: &App, draft: Draft) -> Result<Self, Refused> {
        let revision = drafts::whole(&app.db, &draft).await?;
        let known = Known::beside(app, vec![revision], std::slice::from_ref(&draft)).await?;
        let parts = known.parts(draft);
        let names = operators::names(app, parts.people().cloned()).await?;
        Ok(parts.body(&names))
    }

    /// Drafts with all that belongs to them, in their order; as many questions to the database however many they are.
    /// Of a draft whose revision is gone or damaged the list has what the draft's own row says.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn of_all(app: &App, drafts: Vec<Draft>) -> Result<Vec<Self>, Refused> {
        let known = Known::of(app, &drafts).await?;
        let parts: Vec<Parts> = drafts.into_iter().map(|draft| known.parts(draft)).collect();
        let people = parts.iter().flat_map(Parts::people).cloned().collect::<Vec<_>>();
        let names = operators::names(app, people).await?;
        Ok(parts.into_iter().map(|parts| parts.body(&names)).collect())
    }
}

/// What belongs to some drafts.
struct Known {
    revisions: HashMap<DraftId, Revision>,
    assets: HashMap<AssetId, Asset>,
    publications: HashMap<PublicationId, Publication>,
    approvals: HashMap<ApprovalId, Approval>,
}

impl Known {
    async fn of(app: &App, drafts: &[Draft]) -> Result<Self, Refused> {
        let wanted: Vec<_> = drafts.iter().map(|draft| (draft.id.clone(), draft.revision)).collect();
        Self::beside(app, drafts::revisions(&app.db, &wanted).await?, drafts).await
    }

    /// What belongs to some drafts beside these revisions of them.
    async fn beside(app: &App, revisions: Vec<Revision>, drafts: &[Draft]) -> Result<Self, Refused> {
        let assets = drafts.iter().filter_map(|draft| draft.asset_id.clone()).collect();
        let assets = drafts::assets(&app.db, assets).await?;
        let ids: Vec<_> = drafts.iter().filter_map(|draft| draft.publication_id.clone()).collect();
        let publications = if ids.is_empty() { Vec::new() } else { view::find_many(app, &ids).await? };
        let ids = publications.iter().map(|one| one.approval_id.clone()).collect();
        let approvals = approvals::store::find_many(&app.db, ids).await?;
        Ok(Self {
            revisions: revisions.into_iter().map(|one| (one.draft_id.clone(), one)).collect(),
            assets: assets.into_iter().map(|one| (one.id.clone(), one)).collect(),
            publications: publications.into_iter().map(|one| (one.id.clone(), one)).collect(),
            approvals: approvals.into_iter().map(|one| (one.id.clone(), one)).collect(),
        })
    }

    fn parts(&self, draft: Draft) -> Parts {
        let revision = self.revisions.get(&draft.id).cloned();
        let asset = draft.asset_id.as_ref().and_then(|id| self.assets.get(id)).cloned();
        let publication = draft.publication_id.as_ref().and_then(|id| self.publications.get(id)).cloned();
        // The latest publication is that of the latest approval.
        let approval = publication.as_ref().and_then(|one| self.approvals.get(&one.approval_id));
        let approval = approval.filter(|approval| approval.voided_at.is_none()).cloned();
        Parts { draft, revision, asset, approval, publication }
    }
}

/// A draft and what belongs to it.
struct Parts {
    draft: Draft,
    revision: Option<Revision>,
    asset: Option<Asset>,
    approval: Option<Approval>,
    publication: Option<Publication>,
}

impl Parts {
    fn people(&self) -> impl Iterator<Item = &OperatorId> {
        let reviewer = self.approval.as_ref().map(|approval| &approval.reviewer_id);
        std::iter::once(&self.draft.author_id).chain(reviewer)
    }

    fn body(self, names: &Names) -> DraftBody {
        let Self { draft, revision, asset, approval, publication } = self;
        let content = revision.as_ref().map(|revision| &revision.content);
        let said = |field: fn(&Content) -> Option<&str>| content.and_then(field).map(str::to_owned);
        let offset = said(|content| content.publish_at().and_then(PublishAt::offset));
        let publish_at = draft.publish_local.zip(draft.publish_zone);
        DraftBody {
            id: draft.id.to_string(),
            revision: draft.revision,
            state: draft.state.to_string(),
            digest: draft.digest,
            connection_id: draft.connection_id.to_string(),
            environment: draft.environment.to_string(),
            board_id: draft.board_id,
            board_section_id: draft.board_section_id,
            asset: asset.map(AssetBody::from),
            title: draft.title,
            description: said(Content::description),
            alt_text: said(Content::alt_text),
            link: said(Content::link),
            publish_at: publish_at.map(|(local, zone)| PublishAtBody { local, zone, offset }),
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

impl From<Publication> for PublicationSummary {
    fn from(publication: Publication) -> Self {
        Self {
            id: publication.id.to_string(),
            state: publication.state.to_string(),
            due_at: time(publication.due_at),
            pin_id: publication.pin_id,
            taken_down_at: publication.taken_down.map(|taken_down| time(taken_down.at)),
        }
    }
}

impl From<FieldDifference> for DifferenceBody {
    fn from(difference: FieldDifference) -> Self {
        Self { field: difference.field.to_owned(), before: difference.before, after: difference.after }
    }
}
