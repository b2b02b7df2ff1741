//! One event of the log.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::EventId};

/// One event of the log.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// The index of the leaf, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// Unique.
    pub id: EventId,
    /// Stream.
    pub stream: String,
    /// Seq.
    pub seq: i64,
    /// The header's `type`.
    pub kind: String,
    /// Outcome.
    pub outcome: String,
    /// At.
    pub at: Timestamp,
    /// Actor kind.
    pub actor_kind: String,
    /// Actor ref.
    pub actor_ref: Option<String>,
    /// Object kind.
    pub object_kind: Option<String>,
    /// Object ref.
    pub object_ref: Option<String>,
    /// Flow.
    pub flow: Option<String>,
    /// Cause.
    pub cause: Option<String>,
    /// The exact bytes that were hashed.
    pub header: String,
    /// Hex leaf hash.
    pub leaf: String,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
