//! A comment on a draft.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{CommentId, DraftId, OperatorId},
    vocabulary::CommentKind,
};

/// A comment on a draft.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_comment")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommentId,
    /// The draft.
    pub draft_id: DraftId,
    /// The revision.
    pub revision: i32,
    /// Author id.
    pub author_id: OperatorId,
    /// Kind.
    pub kind: CommentKind,
    /// Body.
    pub body: String,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
