//! The table of one-time sign-in links.

use countersign_entities::{
    Timestamp,
    ids::{LinkId, OperatorId},
    sign_in_link::{ActiveModel, Column, Entity},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::Row;
use crate::{
    audit::{AuditedTx, HousekeepingTx},
    db::Reads,
    error::Fault,
};

pub(super) async fn find(on: &impl Reads, fingerprint: Vec<u8>) -> Result<Option<Row>, Fault> {
    let row = Entity::find().filter(Column::SecretSha256.eq(fingerprint)).one(on.connection()).await?;
    Ok(row.map(|row| Row {
        id: row.id,
        operator_id: row.operator_id,
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_used: row.used_at.is_some(),
    }))
}

pub(super) async fn insert(tx: &AuditedTx<'_>, link: Row, secret_sha256: Vec<u8>) -> Result<(), Fault> {
    let row = ActiveModel {
        id: Set(link.id),
        operator_id: Set(link.operator_id),
        secret_sha256: Set(secret_sha256),
        created_at: Set(link.created_at),
        expires_at: Set(link.expires_at),
        used_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Uses the link up; `false` if somebody was quicker or its time is over.
pub(super) async fn claim(tx: &AuditedTx<'_>, id: &LinkId, now: Timestamp) -> Result<bool, Fault> {
    let updated = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Takes away a person's links that nobody used.
pub(super) async fn purge_unused(tx: &AuditedTx<'_>, owner: &OperatorId) -> Result<(), Fault> {
    Entity::delete_many()
        .filter(Column::OperatorId.eq(owner.clone()))
        .filter(Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Sweeps links that ended before `before`.
pub(super) async fn purge_expired(tx: &HousekeepingTx, before: Timestamp) -> Result<u64, Fault> {
    let deleted = Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(tx.connection()).await?;
    Ok(deleted.rows_affected)
}
