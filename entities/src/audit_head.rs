//! The log's head: one row, locked by each append.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// The log's head: one row, locked by each append.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// UUID of the log.
    pub log_id: String,
    /// Events so far.
    pub size: i64,
    /// The right edge of the Merkle tree.
    pub edge: Vec<u8>,
    /// The greatest time so far.
    pub latest_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
