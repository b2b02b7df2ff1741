//! What a call must know of the token that it uses.

use countersign_entities::{ids::GrantId, token_grant};
use sea_orm::EntityTrait;

use crate::{db::Reads, error::Fault};

/// The generation of a consent's tokens; none once they are deleted.
pub(super) async fn generation(on: &impl Reads, grant: &GrantId) -> Result<Option<i32>, Fault> {
    let row = token_grant::Entity::find_by_id(grant.clone()).one(on.connection()).await?;
    Ok(row.map(|row| row.generation))
}
