//! A Pinterest account as connected here.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{ConnectionId, OperatorId},
    vocabulary::{ConnectionState, Environment, HoldReason},
};

/// A Pinterest account as connected here.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connection")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionId,
    /// Which Pinterest.
    pub environment: Environment,
    /// Where it stands.
    pub state: ConnectionState,
    /// Whom the operator said would consent.
    pub expected_username: Option<String>,
    /// Who did.
    pub username: Option<String>,
    /// Pinterest's id of that account.
    pub account_id: Option<String>,
    /// Why it is held.
    pub hold_reason: Option<HoldReason>,
    /// When a held connection is looked at again.
    pub hold_until: Option<Timestamp>,
    /// How many spam blocks in a row: 1 h, 6 h, 24 h.
    pub spam_level: i32,
    /// Created by.
    pub created_by: OperatorId,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When the consent came back.
    pub connected_at: Option<Timestamp>,
    /// When it was disconnected or revoked.
    pub ended_at: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
