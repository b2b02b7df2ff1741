//! A Pin that was taken down.

use countersign_entities::{
    ids::{OperatorId, PublicationId},
    publication,
    vocabulary::PublicationState,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{audit::AuditedTx, db::Reads as _, error::Fault};

/// Notes that a publication's Pin is gone; says whether it was this one that did.
pub(in crate::publisher) async fn take_down(
    tx: &AuditedTx<'_>,
    id: &PublicationId,
    by: &OperatorId,
    reason: &str,
) -> Result<bool, Fault> {
    use publication::Column;
    let now = tx.now();
    let updated = publication::Entity::update_many()
        .col_expr(Column::TakenDownAt, Expr::value(now))
        .col_expr(Column::TakenDownBy, Expr::value(by.as_str()))
        .col_expr(Column::TakeDownReason, Expr::value(reason))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::State.eq(PublicationState::Published))
        .filter(Column::TakenDownAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}
