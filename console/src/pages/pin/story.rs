//! Everything that is known about one draft, read for a page.

use countersign_api::app::App;
use countersign_api::approvals::{self, Approval};
use countersign_api::connections::{self, Connection};
use countersign_api::drafts::{self, Asset, Comment, Draft, Moment, Revision};
use countersign_api::ids::{DraftId, OperatorId};
use countersign_api::operators::Reader;
use countersign_api::pinterest::scope::Scopes;
use countersign_api::publisher::{AttemptView, Publication, view};
use countersign_api::vocabulary::HoldReason;

use super::names::People;
use crate::web::Refused;

/// One draft with all that hangs on it.
pub(crate) struct Story {
    /// Where it stands.
    pub(crate) draft: Draft,
    /// What it says.
    pub(crate) revision: Revision,
    /// Its image.
    pub(crate) asset: Option<Asset>,
    /// Its account.
    pub(crate) account: Connection,
    /// What the account did not grant, where it is held for it.
    pub(crate) missing: Option<Scopes>,
    /// Its latest publication.
    pub(crate) publication: Option<Publication>,
    /// The sends of that publication.
    pub(crate) attempts: Vec<AttemptView>,
    /// Its approvals, oldest first.
    pub(crate) approvals: Vec<Approval>,
    /// What happened, oldest first.
    pub(crate) moments: Vec<Moment>,
    /// What people said, oldest first.
    pub(crate) comments: Vec<Comment>,
    /// Who wrote any of its revisions.
    pub(crate) authors: Vec<OperatorId>,
    /// The names of all of them.
    pub(crate) people: People,
}

impl Story {
    /// Reads it.
    ///
    /// # Errors
    /// A page with 404 where there is no such draft.
    pub(crate) async fn read(app: &App, reader: &Reader, id: &DraftId) -> Result<Self, Refused> {
        let draft = drafts::find(&app.db, id).await?.ok_or(drafts::Error::NotFound)?;
        let revision = drafts::whole(&app.db, &draft).await?;
        let asset = match &revision.asset_id {
            Some(asset) => drafts::asset(&app.db, asset).await?,
            None => None,
        };
        let (publication, attempts) = match &draft.publication_id {
            Some(publication) => {
                let (publication, attempts) = view::find(app, reader, publication).await?;
                (Some(publication), attempts)
            }
            None => (None, Vec::new()),
        };
        let approvals = approvals::look::of_draft(app, reader, id).await?;
        let moments = drafts::history(app, reader, id).await?;
        let comments = drafts::comments(app, id).await?;
        let authors = drafts::author_ids(&app.db, id).await?;
        let account = connections::find(app, &draft.connection_id).await?;
        let missing = missing(app, &account).await?;
        let people = People::of(app, ids(&draft, &approvals, &moments, &comments, &authors)).await?;
        Ok(Self {
            draft,
            revision,
            asset,
            account,
            missing,
            publication,
            attempts,
            approvals,
            moments,
            comments,
            authors,
            people,
        })
    }

    /// The approval that counts now.
    pub(crate) fn approval(&self) -> Option<&Approval> {
        self.approvals.last().filter(|approval| approval.voided_at.is_none())
    }

    /// The latest moment of one of these types.
    pub(crate) fn latest(&self, kinds: &[&str]) -> Option<&Moment> {
        self.moments.iter().rev().find(|moment| kinds.contains(&moment.kind.as_str()))
    }

    /// `/drafts/{id}`
    pub(crate) fn url(&self) -> String {
        format!("/drafts/{}", self.draft.id)
    }
}

async fn missing(app: &App, account: &Connection) -> Result<Option<Scopes>, Refused> {
    if account.held_for() != Some(HoldReason::Scope) {
        return Ok(None);
    }
    let consent = connections::consent(app, &account.id).await?;
    Ok(consent.map(|consent| consent.scopes.missing(&Scopes::publishing())))
}

fn ids(
    draft: &Draft,
    approvals: &[Approval],
    moments: &[Moment],
    comments: &[Comment],
    authors: &[OperatorId],
) -> Vec<OperatorId> {
    let mut ids: Vec<OperatorId> = authors.to_vec();
    ids.push(draft.author_id.clone());
    ids.extend(draft.submitted_by.clone());
    ids.extend(approvals.iter().map(|approval| approval.reviewer_id.clone()));
    ids.extend(moments.iter().filter_map(|moment| moment.operator_id.clone()));
    ids.extend(comments.iter().map(|comment| comment.author_id.clone()));
    ids
}
