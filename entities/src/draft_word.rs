//! Words of a draft's texts, for search.

use sea_orm::entity::prelude::*;

use crate::ids::DraftId;

/// Words of a draft's texts, for search.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_word")]
pub struct Model {
    /// Word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// The draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub draft_id: DraftId,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
