//! The table of idempotency keys. Status 0 says that the work goes on.

use countersign_entities::{
    Timestamp,
    idempotency_key::{Column, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, prelude::Expr,
    sea_query::OnConflict,
};

use crate::{
    audit::HousekeepingTx,
    db::Reads,
    drafts::idempotency::{Answer, Known, Reservation},
    error::Fault,
};

/// Takes the key, also from somebody whose time has passed; false if it is taken.
pub(in crate::drafts) async fn reserve(
    tx: &HousekeepingTx,
    reservation: &Reservation,
    spent: Timestamp,
) -> Result<bool, Fault> {
    Entity::delete_many()
        .filter(is_it(reservation))
        .filter(Column::CreatedAt.lte(spent))
        .exec(tx.connection())
        .await?;
    let row = Model {
        operator_id: reservation.operator_id.clone(),
        key: reservation.key.clone(),
        request_sha256: reservation.request_sha256.clone(),
        status: 0,
        body: String::new(),
        created_at: reservation.at,
    };
    let inserted = Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns([Column::OperatorId, Column::Key]).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(inserted == 1)
}

pub(in crate::drafts) async fn find(on: &impl Reads, of: &Reservation) -> Result<Option<Known>, Fault> {
    let row = Entity::find().filter(is_it(of)).one(on.connection()).await?;
    Ok(row.map(|row| Known {
        request_sha256: row.request_sha256,
        answer: u16::try_from(row.status)
            .ok()
            .filter(|status| *status != 0)
            .map(|status| Answer { status, body: row.body }),
    }))
}

pub(in crate::drafts) async fn answer(
    tx: &HousekeepingTx,
    of: &Reservation,
    answer: &Answer,
) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(i32::from(answer.status)))
        .col_expr(Column::Body, Expr::value(answer.body.as_str()))
        .filter(is_it(of))
        .exec(tx.connection())
        .await?;
    Ok(())
}

pub(in crate::drafts) async fn release(tx: &HousekeepingTx, of: &Reservation) -> Result<(), Fault> {
    Entity::delete_many().filter(is_it(of)).exec(tx.connection()).await?;
    Ok(())
}

pub(in crate::drafts) async fn purge(tx: &HousekeepingTx, spent: Timestamp) -> Result<u64, Fault> {
    let gone = Entity::delete_many().filter(Column::CreatedAt.lte(spent)).exec(tx.connection()).await?;
    Ok(gone.rows_affected)
}

fn is_it(of: &Reservation) -> Condition {
    Condition::all().add(Column::OperatorId.eq(of.operator_id.clone())).add(Column::Key.eq(of.key.as_str()))
}
