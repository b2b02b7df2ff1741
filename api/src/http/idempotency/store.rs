//! The table of idempotency keys.

use countersign_entities::{
    Timestamp,
    idempotency_key::{ActiveModel, Column, Entity, Model},
    ids::OperatorId,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult, sea_query::Expr,
};

use super::Entry;
use crate::{audit::HousekeepingTx, db::Reads, error::Fault};

/// The status of a create that has no answer yet.
const UNFINISHED: i32 = 0;
/// The status of every create that has one.
const CREATED: i32 = 201;

impl From<Model> for Entry {
    fn from(row: Model) -> Self {
        Self {
            operator_id: row.operator_id,
            key: row.key,
            request_sha256: row.request_sha256,
            answer: (row.status != UNFINISHED).then_some(row.body),
            created_at: row.created_at,
        }
    }
}

pub(super) async fn find(
    on: &impl Reads,
    operator_id: &OperatorId,
    key: &str,
) -> Result<Option<Entry>, Fault> {
    let found = Entity::find_by_id((operator_id.clone(), key.to_owned())).one(on.connection()).await?;
    Ok(found.map(Entry::from))
}

/// Takes a key; `false` if it is taken.
pub(super) async fn insert(tx: &HousekeepingTx, entry: &Entry) -> Result<bool, Fault> {
    let row = ActiveModel {
        operator_id: Set(entry.operator_id.clone()),
        key: Set(entry.key.clone()),
        request_sha256: Set(entry.request_sha256.clone()),
        status: Set(UNFINISHED),
        body: Set(String::new()),
        created_at: Set(entry.created_at),
    };
    let insert = Entity::insert(row).on_conflict_do_nothing_on([Column::OperatorId, Column::Key]);
    let inserted = insert.exec_without_returning(tx.connection()).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

pub(super) async fn answer(tx: &HousekeepingTx, entry: &Entry, sealed: String) -> Result<(), Fault> {
    let update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CREATED))
        .col_expr(Column::Body, Expr::value(sealed));
    update
        .filter(Column::OperatorId.eq(entry.operator_id.clone()))
        .filter(Column::Key.eq(entry.key.clone()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &HousekeepingTx, entry: &Entry) -> Result<(), Fault> {
    Entity::delete_by_id((entry.operator_id.clone(), entry.key.clone())).exec(tx.connection()).await?;
    Ok(())
}

pub(super) async fn purge(tx: &HousekeepingTx, before: Timestamp) -> Result<u64, Fault> {
    let deleted = Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(tx.connection()).await?;
    Ok(deleted.rows_affected)
}
