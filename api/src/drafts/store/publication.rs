//! What drafts must know and change of their publications and approvals.

use countersign_entities::{
    Timestamp, approval,
    ids::{ApprovalId, EventId, PublicationId},
    publication,
    vocabulary::{HoldReason, PublicationState, VoidReason},
};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, prelude::Expr};

use crate::{audit::AuditedTx, db::Reads, drafts::draft::Draft, error::Fault};

/// A draft's latest publication, with its approval.
pub(in crate::drafts) struct Latest {
    pub(in crate::drafts) publication_id: PublicationId,
    pub(in crate::drafts) state: PublicationState,
    pub(in crate::drafts) approval_id: ApprovalId,
    pub(in crate::drafts) approved_by: EventId,
    pub(in crate::drafts) revision: i32,
    pub(in crate::drafts) digest: String,
}

pub(in crate::drafts) async fn of_draft(on: &impl Reads, draft: &Draft) -> Result<Option<Latest>, Fault> {
    let Some(id) = &draft.publication_id else { return Ok(None) };
    let row = publication::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    let row = row.ok_or(Fault::Lost("a draft's publication is gone"))?;
    let approval = approval::Entity::find_by_id(row.approval_id.clone()).one(on.connection()).await?;
    let approval = approval.ok_or(Fault::Lost("a publication's approval is gone"))?;
    Ok(Some(Latest {
        publication_id: row.id,
        state: row.state,
        approval_id: approval.id,
        approved_by: approval.event_id,
        revision: approval.revision,
        digest: approval.digest,
    }))
}

/// Ends a waiting publication and voids its approval; false, and nothing changed, where it does not wait any more.
pub(in crate::drafts) async fn cancel(
    tx: &AuditedTx<'_>,
    latest: &Latest,
    reason: VoidReason,
    now: Timestamp,
) -> Result<bool, Fault> {
    use publication::Column;
    let waiting = [PublicationState::Scheduled, PublicationState::Held];
    let cancelled = publication::Entity::update_many()
        .col_expr(Column::State, Expr::value(PublicationState::Cancelled.to_value()))
        .col_expr(Column::HoldReason, Expr::value(None::<HoldReason>.map(|reason| reason.to_value())))
        .col_expr(Column::LeaseToken, Expr::value(None::<String>))
        .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(Column::LeaseExpiresAt, Expr::value(None::<i64>))
        .col_expr(Column::Why, Expr::value(reason.as_str()))
        .col_expr(Column::EndedAt, Expr::value(now))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(latest.publication_id.clone()))
        .filter(Column::State.is_in(waiting))
        .exec(tx.connection())
        .await?;
    if cancelled.rows_affected != 1 {
        return Ok(false);
    }
    // An approval is voided once; where a row was voided behind our back, the log still tells of this voiding.
    approval::Entity::update_many()
        .col_expr(approval::Column::VoidedAt, Expr::value(now))
        .col_expr(approval::Column::VoidReason, Expr::value(reason.to_value()))
        .filter(approval::Column::Id.eq(latest.approval_id.clone()))
        .filter(approval::Column::VoidedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(true)
}
