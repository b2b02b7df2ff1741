//! A key of ours, wrapped by the master key.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// A key of ours, wrapped by the master key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_key")]
pub struct Model {
    /// 8 hex digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Purpose.
    pub purpose: String,
    /// Wrapped.
    pub wrapped: Vec<u8>,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
