//! The tokens of a connection's current consent.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{ConnectionId, FlowId, GrantId},
};

/// The tokens of a connection's current consent.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "token_grant")]
pub struct Model {
    /// Names the consent in the audit log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    /// The connection that uses it: one grant a connection. None until the account behind it is known.
    pub connection_id: Option<ConnectionId>,
    /// The consent that brought it, until the account behind it is known; then none.
    pub flow_id: Option<FlowId>,
    /// Counts the exchanges and refreshes from 1.
    pub generation: i32,
    /// The access token, encrypted.
    pub access_sealed: Vec<u8>,
    /// The refresh token, encrypted.
    pub refresh_sealed: Option<Vec<u8>>,
    /// What was granted, separated by commas.
    pub scopes: String,
    /// Access expires at.
    pub access_expires_at: Timestamp,
    /// Refresh expires at.
    pub refresh_expires_at: Option<Timestamp>,
    /// When this generation came.
    pub issued_at: Timestamp,
    /// Lease of the one refresher.
    pub refreshing_until: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
