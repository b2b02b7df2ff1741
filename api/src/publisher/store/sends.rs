//! A send as its row tells.

use countersign_entities::{
    attempt,
    ids::{AttemptId, EventId, GrantId, PublicationId},
};
use sea_orm::EntityTrait;

use crate::{db::Reads, error::Fault};

/// What is needed to settle a send.
pub(in crate::publisher) struct SendRow {
    pub(in crate::publisher) publication_id: PublicationId,
    pub(in crate::publisher) n: i32,
    pub(in crate::publisher) request_event_id: EventId,
    pub(in crate::publisher) lease_token: String,
    /// Whose token it was sent with, and which generation of it.
    pub(in crate::publisher) credentials: (GrantId, i32),
    /// The word for how it ended; none where it is not settled.
    pub(in crate::publisher) ended: Option<String>,
}

/// A send by its id.
pub(in crate::publisher) async fn send(on: &impl Reads, id: &AttemptId) -> Result<Option<SendRow>, Fault> {
    let row = attempt::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(|row| SendRow {
        publication_id: row.publication_id,
        n: row.n,
        request_event_id: row.request_event_id,
        lease_token: row.lease_token,
        credentials: (row.grant_id, row.generation),
        ended: row.settled_at.map(|_| row.why.unwrap_or_default()),
    }))
}
