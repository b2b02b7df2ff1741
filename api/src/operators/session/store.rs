//! The table of sessions.

use countersign_entities::{
    Timestamp,
    ids::{OperatorId, SessionId},
    session::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use super::{OwnSession, Row};
use crate::{
    audit::{AuditedTx, HousekeepingTx},
    db::Reads,
    error::Fault,
};

impl From<Model> for Row {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            operator_id: row.operator_id,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            has_ended: row.ended_at.is_some(),
            is_from_link: row.is_from_link,
        }
    }
}

pub(super) async fn find(on: &impl Reads, fingerprint: Vec<u8>) -> Result<Option<Row>, Fault> {
    let row = Entity::find().filter(Column::SecretSha256.eq(fingerprint)).one(on.connection()).await?;
    Ok(row.map(Row::from))
}

pub(super) async fn find_by_id(on: &impl Reads, id: &SessionId) -> Result<Option<Row>, Fault> {
    Ok(Entity::find_by_id(id.clone()).one(on.connection()).await?.map(Row::from))
}

/// Sessions of a person that were not ended and were seen after `seen_after`, newest first.
pub(super) async fn list_live(
    on: &impl Reads,
    owner: &OperatorId,
    now: Timestamp,
    seen_after: Timestamp,
) -> Result<Vec<OwnSession>, Fault> {
    let rows = Entity::find()
        .filter(Column::OperatorId.eq(owner.clone()))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::SeenAt.gt(seen_after))
        .order_by_desc(Column::CreatedAt)
        .all(on.connection())
        .await?;
    let own = |row: Model| OwnSession {
        id: row.id,
        created_at: row.created_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
        user_agent: row.user_agent,
        address: row.address,
        is_current: false,
    };
    Ok(rows.into_iter().map(own).collect())
}

pub(super) async fn insert(
    tx: &AuditedTx<'_>,
    row: Row,
    secret_sha256: Vec<u8>,
    address: Option<String>,
    user_agent: Option<String>,
) -> Result<(), Fault> {
    let row = ActiveModel {
        id: Set(row.id),
        secret_sha256: Set(secret_sha256),
        operator_id: Set(row.operator_id),
        created_at: Set(row.created_at),
        seen_at: Set(row.seen_at),
        expires_at: Set(row.expires_at),
        ended_at: Set(None),
        is_from_link: Set(row.is_from_link),
        user_agent: Set(user_agent),
        address: Set(address),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(super) async fn touch(tx: &HousekeepingTx, id: &SessionId, now: Timestamp) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::SeenAt, Expr::value(now))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::SeenAt.lt(now))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Ends one session of a person; `false` if there is none such, or it had ended.
pub(super) async fn end(
    tx: &AuditedTx<'_>,
    owner: &OperatorId,
    id: &SessionId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let updated = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(now))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::OperatorId.eq(owner.clone()))
        .filter(Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Says that the session's password was proven, so that the next change asks for it.
pub(super) async fn forget_link(tx: &AuditedTx<'_>, id: &SessionId) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::IsFromLink, Expr::value(false))
        .filter(Column::Id.eq(id.clone()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Sweeps sessions that ended before `before`.
pub(super) async fn purge_expired(tx: &HousekeepingTx, before: Timestamp) -> Result<u64, Fault> {
    let deleted = Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(tx.connection()).await?;
    Ok(deleted.rows_affected)
}
