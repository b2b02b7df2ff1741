//! A recovery code: what signs in once where the second factor is not at hand.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::OperatorId};

/// A recovery code: what signs in once where the second factor is not at hand.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: OperatorId,
    /// SHA-256 of its 16 characters.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_sha256: Vec<u8>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Set once, by the use that won.
    pub used_at: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
