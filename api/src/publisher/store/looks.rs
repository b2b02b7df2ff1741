//! Looks at boards: when the next one is due, and what one of them showed.

use countersign_entities::{
    Timestamp,
    ids::PublicationId,
    publication,
    vocabulary::{Environment, PublicationState},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::{
    audit::{AuditedTx, HousekeepingTx},
    db::Reads,
    error::Fault,
    publisher::view::Publication,
};

/// Unknown publications whose boards must be looked at, the longest due first.
pub(in crate::publisher) async fn next_looks(
    on: &impl Reads,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Publication>, Fault> {
    let rows = publication::Entity::find()
        .filter(publication::Column::NextLookAt.lte(now))
        .order_by_asc(publication::Column::NextLookAt)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Publication::from).collect())
}

/// Notes that a board was looked at and when to look again; says whether the publication was still unknown.
pub(in crate::publisher) async fn looked(
    tx: &AuditedTx<'_>,
    publication: &Publication,
    next_look_at: Timestamp,
    now: Timestamp,
) -> Result<bool, Fault> {
    use publication::Column;
    let updated = publication::Entity::update_many()
        .col_expr(Column::Looks, Expr::value(publication.looks + 1))
        .col_expr(Column::LookedAt, Expr::value(now))
        .col_expr(Column::NextLookAt, Expr::value(next_look_at))
        .filter(Column::Id.eq(publication.id.clone()))
        .filter(Column::State.eq(PublicationState::Unknown))
        .filter(Column::Looks.eq(publication.looks))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Puts the next look off; a publication that is not unknown any more has none.
pub(in crate::publisher) async fn look_later(
    tx: &HousekeepingTx,
    publication: &Publication,
    next_look_at: Timestamp,
) -> Result<(), Fault> {
    publication::Entity::update_many()
        .col_expr(publication::Column::NextLookAt, Expr::value(next_look_at))
        .filter(publication::Column::Id.eq(publication.id.clone()))
        .filter(publication::Column::State.eq(PublicationState::Unknown))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Notes the last look of a publication that leaves `unknown` by it.
pub(in crate::publisher) async fn looked_last(
    tx: &AuditedTx<'_>,
    publication: &Publication,
    now: Timestamp,
) -> Result<(), Fault> {
    use publication::Column;
    publication::Entity::update_many()
        .col_expr(Column::Looks, Expr::value(publication.looks + 1))
        .col_expr(Column::LookedAt, Expr::value(now))
        .filter(Column::Id.eq(publication.id.clone()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Adds a Pin to those that a person may choose from, where one has to; anywhere else nothing is changed.
pub(in crate::publisher) async fn add_candidate(
    tx: &AuditedTx<'_>,
    id: &PublicationId,
    pin_id: &str,
) -> Result<(), Fault> {
    use publication::Column;
    let Some(row) = publication::Entity::find_by_id(id.clone()).one(tx.connection()).await? else {
        return Ok(());
    };
    let mut pins = Publication::from(row).candidates;
    if pins.iter().any(|known| known == pin_id) {
        return Ok(());
    }
    pins.push(pin_id.to_owned());
    publication::Entity::update_many()
        .col_expr(Column::Candidates, Expr::value(pins.join(",")))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::State.eq(PublicationState::NeedsDecision))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Keeps the names of the fields that Pinterest shows otherwise than approved.
pub(in crate::publisher) async fn set_drift(
    tx: &AuditedTx<'_>,
    id: &PublicationId,
    drift: &str,
) -> Result<(), Fault> {
    publication::Entity::update_many()
        .col_expr(publication::Column::Drift, Expr::value(drift))
        .filter(publication::Column::Id.eq(id.clone()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Whether one of these Pins is recorded for a publication.
pub(in crate::publisher) async fn known_pins(
    on: &impl Reads,
    environment: Environment,
    pins: &[String],
) -> Result<Vec<String>, Fault> {
    if pins.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Option<String>> = publication::Entity::find()
        .select_only()
        .column(publication::Column::PinId)
        .filter(publication::Column::Environment.eq(environment))
        .filter(publication::Column::PinId.is_in(pins.iter().map(String::as_str)))
        .into_tuple()
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().flatten().collect())
}
