//! A request to Pinterest whose outcome the log does not tell yet.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::EventId};

/// A request to Pinterest whose outcome the log does not tell yet.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "open_intent")]
pub struct Model {
    /// The `api.request` or `oauth.token.exchange_started`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// Stream.
    pub stream: String,
    /// Operation.
    pub operation: String,
    /// `api` or `token`.
    pub kind: String,
    /// Object kind.
    pub object_kind: Option<String>,
    /// Object ref.
    pub object_ref: Option<String>,
    /// Object revision.
    pub object_revision: Option<i32>,
    /// Flow.
    pub flow: Option<String>,
    /// Started at.
    pub started_at: Timestamp,
    /// When it becomes `api.unknown`.
    pub deadline_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
