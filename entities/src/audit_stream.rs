//! A stream's end.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// A stream's end.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_stream")]
pub struct Model {
    /// Stream.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream: String,
    /// Last seq.
    pub last_seq: i64,
    /// Hex.
    pub last_leaf: String,
    /// Latest at.
    pub latest_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
