//! A reviewer's approval of one revision.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{ApprovalId, DraftId, EventId, OperatorId},
    vocabulary::{ReviewRule, VoidReason},
};

/// A reviewer's approval of one revision.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApprovalId,
    /// The draft.
    pub draft_id: DraftId,
    /// The revision.
    pub revision: i32,
    /// Hex digest that the reviewer saw.
    pub digest: String,
    /// Reviewer id.
    pub reviewer_id: OperatorId,
    /// In force at the decision.
    pub rule: ReviewRule,
    /// Whether the reviewer is an author of it.
    pub is_own_draft: bool,
    /// Decided at.
    pub decided_at: Timestamp,
    /// Lapses at.
    pub lapses_at: Timestamp,
    /// The `review.approved` of the log.
    pub event_id: EventId,
    /// HMAC-SHA256 over what the approval says.
    pub mac: Vec<u8>,
    /// Which key made it.
    pub mac_key_id: String,
    /// Voided at.
    pub voided_at: Option<Timestamp>,
    /// Void reason.
    pub void_reason: Option<VoidReason>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
