//! Drafts for one board, by what they have in common.

use countersign_entities::{
    asset,
    draft::{Column, Entity},
    vocabulary::DraftState,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Query, SelectStatement},
};

use crate::{
    db::Reads,
    drafts::{Draft, twins::Sought},
    error::Fault,
};

/// Drafts for the same board with the same image, or with a link to the same host.
pub(in crate::drafts) async fn list(
    on: &impl Reads,
    sought: &Sought<'_>,
    host: Option<&str>,
    limit: u64,
) -> Result<Vec<Draft>, Fault> {
    let common = Condition::any()
        .add_option(sought.image_sha256.map(|sha256| Column::AssetId.in_subquery(assets_with(sha256))))
        .add_option(host.map(|host| Column::LinkHost.eq(host)));
    let rows = Entity::find()
        .filter(Column::ConnectionId.eq(sought.connection.clone()))
        .filter(Column::BoardId.eq(sought.board))
        .filter(Column::State.ne(DraftState::Discarded))
        .filter(common)
        .filter(Condition::all().add_option(sought.except.map(|id| Column::Id.ne(id.clone()))))
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Draft::from).collect())
}

/// The same bytes may have been uploaded several times.
fn assets_with(sha256: &str) -> SelectStatement {
    let is_it = asset::Column::Sha256.eq(sha256);
    Query::select().column(asset::Column::Id).from(asset::Entity).and_where(is_it).to_owned()
}
