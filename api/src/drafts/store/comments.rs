//! The table of comments.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    draft_comment::{Column, Entity, Model},
    ids::DraftId,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{audit::AuditedTx, db::Reads, drafts::comments::Comment, error::Fault};

/// Stores a comment, a microsecond after the draft's latest one at the earliest: comments keep their order.
pub(in crate::drafts) async fn insert(tx: &AuditedTx<'_>, comment: Comment) -> Result<Comment, Fault> {
    let latest = list(tx, &comment.draft_id).await?.into_iter().map(|comment| comment.created_at).max();
    let earliest = latest.map_or(Timestamp(0), |at| at.plus(Duration::from_micros(1)));
    let comment = Comment { created_at: comment.created_at.max(earliest), ..comment };
    let stored = comment.clone();
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
    Ok(stored)
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
