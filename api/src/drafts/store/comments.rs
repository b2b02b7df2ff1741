//! The table of comments.

use countersign_entities::{
    draft_comment::{Column, Entity, Model},
    ids::DraftId,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{audit::AuditedTx, db::Reads, drafts::comments::Comment, error::Fault};

pub(in crate::drafts) async fn insert(tx: &AuditedTx<'_>, comment: &Comment) -> Result<(), Fault> {
    let comment = comment.clone();
    let row = Model {
        id: comment.id,
        draft_id: comment.draft_id,
        revision: comment.revision,
        author_id: comment.author_id,
        kind: comment.kind,
        body: comment.body,
        created_at: comment.created_at,
    };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::drafts) async fn list(on: &impl Reads, id: &DraftId) -> Result<Vec<Comment>, Fault> {
    let rows = Entity::find()
        .filter(Column::DraftId.eq(id.clone()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(on.connection())
        .await?;
    let comment = |row: Model| Comment {
        id: row.id,
        draft_id: row.draft_id,
        revision: row.revision,
        author_id: row.author_id,
        kind: row.kind,
        body: row.body,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(comment).collect())
}
