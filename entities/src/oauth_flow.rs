//! One pass through the consent, bound to a session.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{ConnectionId, FlowId, OperatorId, SessionId},
};

/// One pass through the consent, bound to a session.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_flow")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FlowId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Whose it is.
    pub operator_id: OperatorId,
    /// The session that started it and alone may end it.
    pub session_id: SessionId,
    /// Keyed digest of the state; unique.
    pub state_digest: Vec<u8>,
    /// The PKCE verifier, encrypted.
    pub pkce_sealed: Vec<u8>,
    /// Whether the connection had an account already.
    pub is_reconnect: bool,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Set once, by the callback that won.
    pub used_at: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
