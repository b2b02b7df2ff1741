//! One send of a publication.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{AttemptId, EventId, GrantId, PublicationId},
    vocabulary::AttemptClass,
};

/// One send of a publication.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    /// Publication id.
    pub publication_id: PublicationId,
    /// From 1; unique in a publication.
    pub n: i32,
    /// The `api.request` of the log.
    pub request_event_id: EventId,
    /// Under which lease it was sent.
    pub lease_token: String,
    /// Grant id.
    pub grant_id: GrantId,
    /// Generation.
    pub generation: i32,
    /// Started at.
    pub started_at: Timestamp,
    /// Answer or not, over by then.
    pub deadline_at: Timestamp,
    /// Settled at.
    pub settled_at: Option<Timestamp>,
    /// What is proven; none while it runs.
    pub class: Option<AttemptClass>,
    /// A stable word.
    pub why: Option<String>,
    /// HTTP status.
    pub status: Option<i32>,
    /// Pinterest's code.
    pub code: Option<i32>,
    /// Pinterest's text, scrubbed.
    pub message: Option<String>,
    /// Pinterest's request id.
    pub upstream_request_id: Option<String>,
    /// Duration ms.
    pub duration_ms: Option<i32>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
