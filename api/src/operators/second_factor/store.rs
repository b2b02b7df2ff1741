//! The columns of second factors, and the table of recovery codes.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::OperatorId,
    operator,
    recovery_code::{ActiveModel, Column, Entity},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, UpdateMany,
    sea_query::Expr,
};

use crate::{
    audit::{AuditedTx, HousekeepingTx},
    db::Reads,
    error::Fault,
    operators::recovery,
    secret::Secret,
    timing::SignIn,
};

/// Keeps a secret that is to be confirmed; `false` if one is in use.
pub(super) async fn start(
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let updated = of(id)
        .col_expr(operator::Column::TotpSealed, Expr::value(sealed))
        .col_expr(operator::Column::TotpStartedAt, Expr::value(now))
        .col_expr(operator::Column::TotpStep, Expr::value(Option::<i64>::None))
        .filter(operator::Column::TotpConfirmedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Takes a secret into use with the step of its first code; `false` if it is not there any more.
pub(super) async fn confirm(
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    sealed: &[u8],
    step: i64,
    now: Timestamp,
) -> Result<bool, Fault> {
    let updated = of(id)
        .col_expr(operator::Column::TotpConfirmedAt, Expr::value(now))
        .col_expr(operator::Column::TotpStep, Expr::value(step))
        .filter(operator::Column::TotpConfirmedAt.is_null())
        .filter(operator::Column::TotpSealed.eq(sealed))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Writes down that a step's code was used; `false` if it, or a later one, was used before.
pub(super) async fn spend_step(tx: &AuditedTx<'_>, id: &OperatorId, step: i64) -> Result<bool, Fault> {
    let updated = of(id)
        .col_expr(operator::Column::TotpStep, Expr::value(step))
        .filter(operator::Column::TotpConfirmedAt.is_not_null())
        .filter(operator::Column::TotpStep.is_null().or(operator::Column::TotpStep.lt(step)))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Counts a guess at a person's codes; where there were too many, how long until one more may be made. Each statement
/// looks at the row as it is then, so that whoever guesses at several servers at once gains nothing.
pub(super) async fn guess(
    tx: &HousekeepingTx,
    id: &OperatorId,
    now: Timestamp,
    limits: &SignIn,
) -> Result<Option<Duration>, Fault> {
    let (each, all) = (limits.code_guess_every, limits.code_guess_every * limits.code_guesses);
    let until = || operator::Column::TotpGuessesUntil;
    // A moment that no guess can have led to was written before the clock was set back.
    let is_over = until().is_null().or(until().lt(now)).or(until().gt(now.plus(all * 2)));
    let first = of(id).col_expr(until(), Expr::value(now.plus(each))).filter(is_over);
    let later = Expr::col(until()).add(i64::try_from(each.as_micros()).unwrap_or(i64::MAX));
    let further = of(id).col_expr(until(), later).filter(until().lte(now.plus(all).minus(each)));
    for update in [first, further] {
        if update.exec(tx.connection()).await?.rows_affected == 1 {
            return Ok(None);
        }
    }
    let row = operator::Entity::find_by_id(id.clone()).one(tx.connection()).await?;
    let until = row.and_then(|row| row.totp_guesses_until).unwrap_or(now);
    Ok(Some(until.plus(each).since(now.plus(all))))
}

/// Uses a recovery code up; `false` if there is none such, or it was used.
pub(super) async fn spend_code(
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    code_sha256: Vec<u8>,
    now: Timestamp,
) -> Result<bool, Fault> {
    let updated = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::OperatorId.eq(id.clone()))
        .filter(Column::CodeSha256.eq(code_sha256))
        .filter(Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// How many recovery codes were not used.
pub(super) async fn codes_left(on: &impl Reads, id: &OperatorId) -> Result<u64, Fault> {
    let unused = Entity::find().filter(Column::OperatorId.eq(id.clone())).filter(Column::UsedAt.is_null());
    Ok(unused.count(on.connection()).await?)
}

/// Puts recovery codes in the place of all older ones.
pub(super) async fn replace_codes(
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    codes: &[Secret],
    now: Timestamp,
) -> Result<(), Fault> {
    forget_codes(tx, id).await?;
    let rows = codes.iter().filter_map(recovery::hash).map(|code_sha256| ActiveModel {
        operator_id: Set(id.clone()),
        code_sha256: Set(code_sha256),
        created_at: Set(now),
        used_at: Set(None),
    });
    Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Takes a person's secret and recovery codes away; `false` if there was no secret. The person's row comes first, as
/// where a code is used up: nobody waits for another one in a circle.
pub(super) async fn clear(tx: &AuditedTx<'_>, id: &OperatorId) -> Result<bool, Fault> {
    let updated =
        without(of(id)).filter(operator::Column::TotpSealed.is_not_null()).exec(tx.connection()).await?;
    forget_codes(tx, id).await?;
    Ok(updated.rows_affected == 1)
}

/// Takes away secrets that were drawn before `before` and never confirmed.
pub(super) async fn purge_started(tx: &HousekeepingTx, before: Timestamp) -> Result<u64, Fault> {
    let updated = without(operator::Entity::update_many())
        .filter(operator::Column::TotpConfirmedAt.is_null())
        .filter(operator::Column::TotpStartedAt.lt(before))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected)
}

async fn forget_codes(tx: &AuditedTx<'_>, id: &OperatorId) -> Result<(), Fault> {
    Entity::delete_many().filter(Column::OperatorId.eq(id.clone())).exec(tx.connection()).await?;
    Ok(())
}

fn of(id: &OperatorId) -> UpdateMany<operator::Entity> {
    operator::Entity::update_many().filter(operator::Column::Id.eq(id.clone()))
}

/// Without anything of a second factor.
fn without(update: UpdateMany<operator::Entity>) -> UpdateMany<operator::Entity> {
    let none = || Expr::value(Option::<i64>::None);
    update
        .col_expr(operator::Column::TotpSealed, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(operator::Column::TotpStartedAt, none())
        .col_expr(operator::Column::TotpConfirmedAt, none())
        .col_expr(operator::Column::TotpStep, none())
        .col_expr(operator::Column::TotpGuessesUntil, none())
}
