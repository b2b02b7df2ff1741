//! Who counts as an author of a draft.

use sea_orm::entity::prelude::*;

use crate::ids::{DraftId, OperatorId};

/// Who counts as an author of a draft.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_author")]
pub struct Model {
    /// The draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub draft_id: DraftId,
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: OperatorId,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
