//! The tables of drafts.

use countersign_entities::{
    Timestamp, connection, draft, draft_author, draft_revision,
    ids::{ConnectionId, DraftId, OperatorId, PublicationId},
    vocabulary::{ConnectionState, DraftState, Environment, Tab},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, DatabaseBackend, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{OnConflict, UnionType},
};

use super::{
    content::Content,
    draft::{Draft, Revision},
};
use crate::{
    audit::{AuditedTx, header::parse_hash},
    db::Reads,
    error::Fault,
};

pub(super) mod assets;
pub(super) mod comments;
#[cfg(test)]
pub(crate) mod fixture;
pub(super) mod publication;
pub(super) mod queue;
pub(super) mod search;
pub(super) mod twins;
pub(super) mod words;
pub(super) mod working_copy;

macro_rules! same_fields {
    ($($field:ident),+ $(,)?) => {
        /// What has changed, and nothing else: an index is touched only where one of its columns is written.
        fn changed(before: Draft, after: Draft) -> draft::ActiveModel {
            let mut row = <draft::ActiveModel as ActiveModelTrait>::default();
            $(if before.$field != after.$field {
                row.$field = Set(after.$field);
            })+
            row
        }

        impl From<draft::Model> for Draft {
            fn from(row: draft::Model) -> Self {
                Self { $($field: row.$field),+ }
            }
        }

        impl From<Draft> for draft::Model {
            fn from(draft: Draft) -> Self {
                Self { $($field: draft.$field),+ }
            }
        }
    };
}

same_fields! {
    id, connection_id, environment, state, tab, attention, revision, digest, version, author_id, origin,
    origin_token_id, title, board_id, board_section_id, link_host, asset_id, publish_local, publish_zone, due_at,
    submitted_by, submitted_at, publication_id, created_at, updated_at,
}

/// What a change of a draft's standing may set; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) state: Option<DraftState>,
    pub(crate) tab: Option<Tab>,
    pub(crate) attention: Option<Option<String>>,
    pub(crate) due_at: Option<Option<Timestamp>>,
    pub(crate) publication_id: Option<PublicationId>,
    pub(crate) submitted: Option<Option<(OperatorId, Timestamp)>>,
}

impl Change {
    fn applied_to(self, draft: &Draft) -> Draft {
        let mut after = draft.clone();
        set(&mut after.state, self.state);
        set(&mut after.tab, self.tab);
        set(&mut after.attention, self.attention);
        set(&mut after.due_at, self.due_at);
        if let Some(id) = self.publication_id {
            after.publication_id = Some(id);
        }
        if let Some(submitted) = self.submitted {
            (after.submitted_by, after.submitted_at) = submitted.unzip();
        }
        after
    }
}

fn set<T>(to: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *to = value;
    }
}

/// A draft.
pub(crate) async fn find(on: &impl Reads, id: &DraftId) -> Result<Option<Draft>, Fault> {
    let row = draft::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(Draft::from))
}

/// A draft that nobody else changes until the transaction ends.
pub(crate) async fn lock(tx: &AuditedTx<'_>, id: &DraftId) -> Result<Option<Draft>, Fault> {
    let mut query = draft::Entity::find_by_id(id.clone());
    if is_postgres(tx) {
        query = query.lock_exclusive();
    }
    Ok(query.one(tx.connection()).await?.map(Draft::from))
}

pub(super) fn is_postgres(on: &impl Reads) -> bool {
    use sea_orm::ConnectionTrait as _;
    on.connection().get_database_backend() == DatabaseBackend::Postgres
}

/// Changes where a draft stands: one conditional update, which names id and version and must touch one row.
///
/// # Errors
/// [`Fault::Lost`] where somebody else changed the draft.
pub(crate) async fn change(tx: &AuditedTx<'_>, draft: &Draft, change: Change) -> Result<Draft, Fault> {
    replace(tx, draft, change.applied_to(draft)).await
}

/// Writes `after` over `before`, if that is still what is there; counts the version and notes the time.
pub(super) async fn replace(tx: &AuditedTx<'_>, before: &Draft, after: Draft) -> Result<Draft, Fault> {
    let after = Draft { version: before.version + 1, updated_at: tx.now(), ..after };
    let row = changed(before.clone(), after.clone());
    let written = draft::Entity::update_many()
        .set(row)
        .filter(draft::Column::Id.eq(before.id.clone()))
        .filter(draft::Column::Version.eq(before.version))
        .exec(tx.connection())
        .await?;
    if written.rows_affected == 1 {
        Ok(after)
    } else {
        Err(Fault::Lost("the draft was changed by somebody else"))
    }
}

pub(super) async fn insert(tx: &AuditedTx<'_>, draft: &Draft) -> Result<(), Fault> {
    let row = draft::Model::from(draft.clone()).into_active_model().reset_all();
    draft::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// A revision of a draft.
pub(super) async fn revision(on: &impl Reads, id: &DraftId, n: i32) -> Result<Option<Revision>, Fault> {
    let row = draft_revision::Entity::find_by_id((id.clone(), n)).one(on.connection()).await?;
    row.map(Revision::try_from).transpose()
}

/// Some revisions, in no order. A list is not lost for one of its rows: what is damaged is left out.
pub(super) async fn revisions(on: &impl Reads, wanted: &[(DraftId, i32)]) -> Result<Vec<Revision>, Fault> {
    use draft_revision::Column;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let one = |(id, n): &(DraftId, i32)| {
        Condition::all().add(Column::DraftId.eq(id.clone())).add(Column::Revision.eq(*n))
    };
    let any = wanted.iter().map(one).fold(Condition::any(), Condition::add);
    let rows = draft_revision::Entity::find().filter(any).all(on.connection()).await?;
    let told = |fault: &Fault| tracing::error!(%fault, "a list is shown without what a revision says");
    Ok(rows.into_iter().filter_map(|row| Revision::try_from(row).inspect_err(told).ok()).collect())
}

impl TryFrom<draft_revision::Model> for Revision {
    type Error = Fault;

    fn try_from(row: draft_revision::Model) -> Result<Self, Fault> {
        let damaged = Fault::Lost("a revision's row is damaged");
        let (Some(salt), Ok(content)) = (parse_hash(&row.salt), Content::from_text(&row.content)) else {
            return Err(damaged);
        };
        Ok(Self {
            draft_id: row.draft_id,
            revision: row.revision,
            content,
            content_text: row.content,
            salt,
            digest: row.digest,
            asset_id: row.asset_id,
            author_id: row.author_id,
            token_id: row.token_id,
            fields: row.fields.split(',').filter(|field| !field.is_empty()).map(str::to_owned).collect(),
            created_at: row.created_at,
        })
    }
}

/// Stores a revision; whoever wrote it is an author of the draft from now on.
pub(super) async fn insert_revision(tx: &AuditedTx<'_>, revision: &Revision) -> Result<(), Fault> {
    let row = draft_revision::Model {
        draft_id: revision.draft_id.clone(),
        revision: revision.revision,
        salt: hex::encode(revision.salt),
        digest: revision.digest.clone(),
        content: revision.content_text.clone(),
        asset_id: revision.asset_id.clone(),
        author_id: revision.author_id.clone(),
        token_id: revision.token_id.clone(),
        fields: revision.fields.join(","),
        created_at: revision.created_at,
    };
    let row = row.into_active_model().reset_all();
    draft_revision::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    if let Some(author) = &revision.author_id {
        insert_author(tx, &revision.draft_id, author).await?;
    }
    Ok(())
}

async fn insert_author(tx: &AuditedTx<'_>, id: &DraftId, author: &OperatorId) -> Result<(), Fault> {
    use draft_author::Column;
    let row = draft_author::Model { draft_id: id.clone(), operator_id: author.clone() };
    draft_author::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns([Column::DraftId, Column::OperatorId]).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// Everyone who created or edited any revision, by both tables that know.
pub(super) async fn author_ids(on: &impl Reads, id: &DraftId) -> Result<Vec<OperatorId>, Fault> {
    let wrote = draft_revision::Entity::find()
        .select_only()
        .column(draft_revision::Column::AuthorId)
        .filter(draft_revision::Column::DraftId.eq(id.clone()))
        .filter(draft_revision::Column::AuthorId.is_not_null());
    let mut known = draft_author::Entity::find()
        .select_only()
        .column(draft_author::Column::OperatorId)
        .filter(draft_author::Column::DraftId.eq(id.clone()));
    QueryTrait::query(&mut known).union(UnionType::All, wrote.into_query());
    let mut authors: Vec<OperatorId> = known.into_tuple().all(on.connection()).await?;
    authors.sort();
    authors.dedup();
    Ok(authors)
}

/// What a draft takes over from its account.
pub(super) struct Account {
    pub(super) environment: Environment,
    pub(super) state: ConnectionState,
}

pub(super) async fn account(on: &impl Reads, id: &ConnectionId) -> Result<Option<Account>, Fault> {
    let row = connection::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(|row| Account { environment: row.environment, state: row.state }))
}
