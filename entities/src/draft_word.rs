//! Words of a draft's texts, for search.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::DraftId, vocabulary::Tab};

/// Words of a draft's texts, for search.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_word")]
pub struct Model {
    /// The draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub draft_id: DraftId,
    /// Word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// The draft's tab, once that is one of drafts that have ended.
    pub tab: Option<Tab>,
    /// When the draft last changed, once it has ended: its place in that tab's list.
    pub place: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
