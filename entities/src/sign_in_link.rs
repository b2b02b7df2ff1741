//! A one-time sign-in link.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{LinkId, OperatorId},
};

/// A one-time sign-in link.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkId,
    /// Whom it signs in.
    pub operator_id: OperatorId,
    /// SHA-256 of the secret in the link.
    pub secret_sha256: Vec<u8>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Set once, by the sign-in that won.
    pub used_at: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
