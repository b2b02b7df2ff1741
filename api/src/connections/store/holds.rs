//! For how long an account rests. That it is held is told; that it is held for longer is none of the log's business.

use countersign_entities::{
    Timestamp, connection,
    ids::ConnectionId,
    vocabulary::{ConnectionState, HoldReason},
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait as _},
};

use crate::{audit::HousekeepingTx, db::Reads, error::Fault};

/// Moves the end of a hold that is for this reason still.
pub(in crate::connections) async fn prolong_hold(
    tx: &HousekeepingTx,
    id: &ConnectionId,
    reason: HoldReason,
    until: Option<Timestamp>,
) -> Result<(), Fault> {
    connection::Entity::update_many()
        .col_expr(connection::Column::HoldUntil, Expr::value(until))
        .filter(connection::Column::Id.eq(id.clone()))
        .filter(connection::Column::State.eq(ConnectionState::Held))
        .filter(connection::Column::HoldReason.eq(reason))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Counts a block for spam of an account for which nothing is sent any more.
pub(in crate::connections) async fn count_block(tx: &HousekeepingTx, id: &ConnectionId) -> Result<(), Fault> {
    use connection::Column;
    connection::Entity::update_many()
        .col_expr(Column::SpamLevel, Expr::col(Column::SpamLevel).add(1))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::State.is_not_in([ConnectionState::Active, ConnectionState::Held]))
        .exec(tx.connection())
        .await?;
    Ok(())
}
