//! A signed-in browser or client.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{OperatorId, SessionId},
};

/// A signed-in browser or client.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Names the session in lists; not the secret.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// SHA-256 of the cookie's secret; unique.
    pub secret_sha256: Vec<u8>,
    /// Whose it is.
    pub operator_id: OperatorId,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Last use, written at most once a minute.
    pub seen_at: Timestamp,
    /// The absolute end.
    pub expires_at: Timestamp,
    /// Signed out or revoked.
    pub ended_at: Option<Timestamp>,
    /// Came by a one-time link, so a password may be set without the current one.
    pub is_from_link: bool,
    /// For the list of one's own sessions.
    pub user_agent: Option<String>,
    /// For the list of one's own sessions.
    pub address: Option<String>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
