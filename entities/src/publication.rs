//! The way of one approval to Pinterest.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{ApprovalId, ConnectionId, DraftId, EventId, OperatorId, PublicationId},
    vocabulary::{Environment, HoldReason, PublicationState},
};

/// The way of one approval to Pinterest.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "publication")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublicationId,
    /// Unique: one approval, one publication.
    pub approval_id: ApprovalId,
    /// The `review.approved` of the log.
    pub approved_by: EventId,
    /// The draft.
    pub draft_id: DraftId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// Which Pinterest.
    pub environment: Environment,
    /// Where it stands.
    pub state: PublicationState,
    /// Not sent before.
    pub due_at: Timestamp,
    /// When its approval lapses.
    pub lapses_at: Timestamp,
    /// Where a time was wished: too late from then on.
    pub missed_after: Option<Timestamp>,
    /// Hold reason.
    pub hold_reason: Option<HoldReason>,
    /// A stable word for why it is where it is.
    pub why: Option<String>,
    /// Digest of board and texts: what a look at the board compares.
    pub fingerprint: String,
    /// Board id.
    pub board_id: String,
    /// Who holds it; every change names it.
    pub lease_token: Option<String>,
    /// The process that holds it.
    pub lease_owner: Option<String>,
    /// Lease expires at.
    pub lease_expires_at: Option<Timestamp>,
    /// Sends so far.
    pub attempts: i32,
    /// Looks at the board so far.
    pub looks: i32,
    /// Next look at.
    pub next_look_at: Option<Timestamp>,
    /// Ids of Pins that a look found, separated by commas.
    pub candidates: Option<String>,
    /// The last look.
    pub looked_at: Option<Timestamp>,
    /// The id that Pinterest returned or a person adopted.
    pub pin_id: Option<String>,
    /// Published at.
    pub published_at: Option<Timestamp>,
    /// Ended at.
    pub ended_at: Option<Timestamp>,
    /// Names of fields that Pinterest shows otherwise.
    pub drift: Option<String>,
    /// When its Pin was taken down.
    pub taken_down_at: Option<Timestamp>,
    /// By whom.
    pub taken_down_by: Option<OperatorId>,
    /// Why, in that person's words.
    pub take_down_reason: Option<String>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Updated at.
    pub updated_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
