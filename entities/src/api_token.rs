//! Machine access in an operator's name.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{OperatorId, TokenId},
};

/// Machine access in an operator's name.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// For whom it acts.
    pub operator_id: OperatorId,
    /// Name.
    pub name: String,
    /// SHA-256 of the secret; unique.
    pub secret_sha256: Vec<u8>,
    /// Separated by commas.
    pub scopes: String,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Written at most once a minute.
    pub last_used_at: Option<Timestamp>,
    /// Revoked at.
    pub revoked_at: Option<Timestamp>,
    /// When it ends by itself; none if it does not.
    pub expires_at: Option<Timestamp>,
    /// Why it was revoked: `revoked`, `disabled`, `role_lost`, `password_reset`; none before this was kept.
    pub revoked_why: Option<String>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
