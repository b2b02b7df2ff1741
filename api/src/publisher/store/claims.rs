//! Taking, prolonging and giving back publications: leases.

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, PublicationId},
    publication,
    vocabulary::PublicationState,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement},
};

use crate::{audit::HousekeepingTx, db::Reads, error::Fault, publisher::view::Publication};

/// Whether anything is due at all: so that an idle worker does not ask for the writer.
pub(in crate::publisher) async fn has_due(on: &impl Reads, now: Timestamp) -> Result<bool, Fault> {
    let row = publication::Entity::find()
        .filter(publication::Column::State.eq(PublicationState::Scheduled))
        .filter(publication::Column::DueAt.lte(now))
        .one(on.connection())
        .await?;
    Ok(row.is_some())
}

/// The next publication that is due and whose account is idle and not told to wait; while a twin (same board, same
/// texts) is unknown, it waits. `resting` are accounts that wait although no publication of theirs says so. On PostgreSQL rows that another worker is taking are passed over.
pub(in crate::publisher) async fn next_due(
    tx: &HousekeepingTx,
    now: Timestamp,
    resting: Vec<ConnectionId>,
) -> Result<Option<Publication>, Fault> {
    use publication::Column;
    let mut query = publication::Entity::find()
        .filter(Column::State.eq(PublicationState::Scheduled))
        .filter(Column::DueAt.lte(now))
        .filter(Expr::exists(account_is_busy()).not())
        .filter(Expr::exists(account_is_throttled(now)).not())
        .filter(Expr::exists(twin_is_open()).not())
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(1);
    if !resting.is_empty() {
        query = query.filter(Column::ConnectionId.is_not_in(resting));
    }
    if tx.connection().get_database_backend() == DatabaseBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(tx.connection()).await?.map(Publication::from))
}

fn account_is_busy() -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from_as("publication", "busy")
        .and_where(Expr::col(("busy", "connection_id")).equals(("publication", "connection_id")))
        .and_where(Expr::col(("busy", "state")).is_in(["claimed", "sending"]))
        .to_owned()
}

/// Pinterest's limit is the account's: what one send was told holds for the others of it.
fn account_is_throttled(now: Timestamp) -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from_as("publication", "throttled")
        .and_where(Expr::col(("throttled", "connection_id")).equals(("publication", "connection_id")))
        .and_where(Expr::col(("throttled", "state")).eq("scheduled"))
        .and_where(Expr::col(("throttled", "why")).eq("rate_limited"))
        .and_where(Expr::col(("throttled", "due_at")).gt(now))
        .to_owned()
}

fn twin_is_open() -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from_as("publication", "twin")
        .and_where(Expr::col(("twin", "connection_id")).equals(("publication", "connection_id")))
        .and_where(Expr::col(("twin", "fingerprint")).equals(("publication", "fingerprint")))
        .and_where(Expr::col(("twin", "state")).is_in(["unknown"]))
        .to_owned()
}

/// Takes a scheduled publication for a while; false where somebody else has it, or another one of its account.
pub(in crate::publisher) async fn claim(
    tx: &HousekeepingTx,
    id: &PublicationId,
    lease: &Lease<'_>,
) -> Result<bool, Fault> {
    let updated = publication::Entity::update_many()
        .col_expr(publication::Column::State, Expr::value(PublicationState::Claimed))
        .col_expr(publication::Column::LeaseToken, Expr::value(lease.token))
        .col_expr(publication::Column::LeaseOwner, Expr::value(lease.owner))
        .col_expr(publication::Column::LeaseExpiresAt, Expr::value(lease.expires_at))
        .filter(publication::Column::Id.eq(id.clone()))
        .filter(publication::Column::State.eq(PublicationState::Scheduled))
        .exec(tx.connection())
        .await;
    match updated {
        Ok(updated) => Ok(updated.rows_affected == 1),
        // On PostgreSQL two workers may take two of one account at the same time: the schema lets one of them.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A lease.
pub(in crate::publisher) struct Lease<'a> {
    pub(in crate::publisher) token: &'a str,
    pub(in crate::publisher) owner: &'a str,
    pub(in crate::publisher) expires_at: Timestamp,
}

/// Prolongs a lease that is still held.
pub(in crate::publisher) async fn prolong(
    tx: &HousekeepingTx,
    id: &PublicationId,
    token: &str,
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    let updated = publication::Entity::update_many()
        .col_expr(publication::Column::LeaseExpiresAt, Expr::value(expires_at))
        .filter(publication::Column::Id.eq(id.clone()))
        .filter(publication::Column::LeaseToken.eq(token))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Gives a claim back: nothing was sent.
pub(in crate::publisher) async fn unclaim(
    tx: &HousekeepingTx,
    id: &PublicationId,
    token: &str,
    due_at: Timestamp,
) -> Result<bool, Fault> {
    let updated = publication::Entity::update_many()
        .col_expr(publication::Column::State, Expr::value(PublicationState::Scheduled))
        .col_expr(publication::Column::DueAt, Expr::value(due_at))
        .col_expr(publication::Column::LeaseToken, Expr::value(None::<String>))
        .col_expr(publication::Column::LeaseOwner, Expr::value(None::<String>))
        .col_expr(publication::Column::LeaseExpiresAt, Expr::value(None::<i64>))
        .filter(publication::Column::Id.eq(id.clone()))
        .filter(publication::Column::State.eq(PublicationState::Claimed))
        .filter(publication::Column::LeaseToken.eq(token))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}
