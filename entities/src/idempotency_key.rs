//! A create that was answered, by the client's key.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::OperatorId};

/// A create that was answered, by the client's key.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: OperatorId,
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Hex; another request under the same key is refused.
    pub request_sha256: String,
    /// Status.
    pub status: i32,
    /// Body.
    pub body: String,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
