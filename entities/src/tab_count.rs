//! How many drafts each tab shows; kept by triggers.

use sea_orm::entity::prelude::*;

use crate::vocabulary::Tab;

/// How many drafts each tab shows; kept by triggers.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tab_count")]
pub struct Model {
    /// Tab.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tab: Tab,
    /// Drafts.
    pub drafts: i64,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
