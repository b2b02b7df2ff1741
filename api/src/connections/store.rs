//! Connections, the tokens of their consents, and the passes through OAuth.

use countersign_entities::{
    Timestamp, connection,
    ids::{ConnectionId, FlowId, GrantId},
    oauth_flow, token_grant,
    vocabulary::ConnectionState,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, SqlErr, sea_query::Expr,
};

mod flows;
mod holds;

pub(super) use flows::{
    Flow, delete_flow, flow_by_state, flows_before, has_flow_after, insert_flow, left_over, use_up,
    use_up_flows,
};
pub(super) use holds::{count_block, prolong_hold};

use super::connection::{Connection, Consent};
use crate::{audit::AuditedTx, db::Reads, error::Fault, pinterest::scope::Scopes};

impl From<connection::Model> for Connection {
    fn from(row: connection::Model) -> Self {
        Self {
            id: row.id,
            environment: row.environment,
            state: row.state,
            expected_username: row.expected_username,
            username: row.username,
            account_id: row.account_id,
            hold_reason: row.hold_reason,
            hold_until: row.hold_until,
            spam_level: row.spam_level,
            created_by: row.created_by,
            created_at: row.created_at,
            connected_at: row.connected_at,
            ended_at: row.ended_at,
        }
    }
}

/// A consent's tokens as they are stored: sealed.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) id: GrantId,
    pub(super) generation: i32,
    pub(super) access_sealed: Vec<u8>,
    pub(super) refresh_sealed: Option<Vec<u8>>,
    pub(super) scopes: Scopes,
    pub(super) access_expires_at: Timestamp,
    pub(super) refresh_expires_at: Option<Timestamp>,
    pub(super) issued_at: Timestamp,
}

impl Grant {
    pub(super) fn consent(&self) -> Consent {
        Consent {
            scopes: self.scopes.clone(),
            access_expires_at: self.access_expires_at,
            refresh_expires_at: self.refresh_expires_at,
            issued_at: self.issued_at,
        }
    }
}

impl From<token_grant::Model> for Grant {
    fn from(row: token_grant::Model) -> Self {
        Self {
            id: row.id,
            generation: row.generation,
            access_sealed: row.access_sealed,
            refresh_sealed: row.refresh_sealed,
            scopes: Scopes::parse(&row.scopes),
            access_expires_at: row.access_expires_at,
            refresh_expires_at: row.refresh_expires_at,
            issued_at: row.issued_at,
        }
    }
}

pub(super) async fn list(on: &impl Reads) -> Result<Vec<Connection>, Fault> {
    let rows = connection::Entity::find()
        .order_by_desc(connection::Column::CreatedAt)
        .order_by_desc(connection::Column::Id)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Connection::from).collect())
}

pub(super) async fn find(on: &impl Reads, id: &ConnectionId) -> Result<Option<Connection>, Fault> {
    let row = connection::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(Connection::from))
}

/// Reads a connection that the transaction is about to change, so that nobody else changes it meanwhile.
pub(super) async fn lock(tx: &AuditedTx<'_>, id: &ConnectionId) -> Result<Option<Connection>, Fault> {
    let mut query = connection::Entity::find_by_id(id.clone());
    if tx.connection().get_database_backend() == DatabaseBackend::Postgres {
        query = query.lock_exclusive();
    }
    Ok(query.one(tx.connection()).await?.map(Connection::from))
}

pub(super) async fn insert(tx: &AuditedTx<'_>, new: &Connection) -> Result<(), Fault> {
    connection::Entity::insert(row(new)).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Writes a connection that was in state `from` when it was read.
pub(super) async fn save(
    tx: &AuditedTx<'_>,
    changed: &Connection,
    from: ConnectionState,
) -> Result<(), Fault> {
    if save_account(tx, changed, from).await? { Ok(()) } else { Err(Fault::Lost("its account is taken")) }
}

/// As [`save`]; false, and the transaction is spent, where another connection has just taken the account.
pub(super) async fn save_account(
    tx: &AuditedTx<'_>,
    changed: &Connection,
    from: ConnectionState,
) -> Result<bool, Fault> {
    let update = connection::Entity::update_many()
        .set(row(changed))
        .filter(connection::Column::Id.eq(changed.id.clone()))
        .filter(connection::Column::State.eq(from));
    match update.exec(tx.connection()).await {
        Ok(done) => must_touch_one(done.rows_affected, "the connection changed in between").map(|()| true),
        // On PostgreSQL two consents may be written at the same time: the schema lets one of them.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn row(connection: &Connection) -> connection::ActiveModel {
    let of = connection.clone();
    connection::ActiveModel {
        id: Set(of.id),
        environment: Set(of.environment),
        state: Set(of.state),
        expected_username: Set(of.expected_username),
        username: Set(of.username),
        account_id: Set(of.account_id),
        hold_reason: Set(of.hold_reason),
        hold_until: Set(of.hold_until),
        spam_level: Set(of.spam_level),
        created_by: Set(of.created_by),
        created_at: Set(of.created_at),
        connected_at: Set(of.connected_at),
        ended_at: Set(of.ended_at),
    }
}

fn must_touch_one(rows: u64, what: &'static str) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Lost(what)) }
}

/// The tokens that a connection uses.
pub(super) async fn grant_of(on: &impl Reads, id: &ConnectionId) -> Result<Option<Grant>, Fault> {
    let row = token_grant::Entity::find()
        .filter(token_grant::Column::ConnectionId.eq(id.clone()))
        .one(on.connection())
        .await?;
    Ok(row.map(Grant::from))
}

/// The tokens that a pass through OAuth brought and that no connection uses yet.
pub(super) async fn grant_of_flow(on: &impl Reads, id: &FlowId) -> Result<Option<Grant>, Fault> {
    let row = token_grant::Entity::find()
        .filter(token_grant::Column::FlowId.eq(id.clone()))
        .one(on.connection())
        .await?;
    Ok(row.map(Grant::from))
}

/// Each connection's tokens.
pub(super) async fn grants(on: &impl Reads) -> Result<Vec<(ConnectionId, Grant)>, Fault> {
    let rows = token_grant::Entity::find().all(on.connection()).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.connection_id.clone()?, Grant::from(row)))).collect())
}

/// Keeps tokens that have just come, beside the flow that brought them.
pub(super) async fn insert_grant(tx: &AuditedTx<'_>, new: Grant, flow: &FlowId) -> Result<(), Fault> {
    let row = token_grant::ActiveModel {
        id: Set(new.id.clone()),
        connection_id: Set(None),
        flow_id: Set(Some(flow.clone())),
        ..values(new)
    };
    token_grant::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

fn values(grant: Grant) -> token_grant::ActiveModel {
    token_grant::ActiveModel {
        generation: Set(grant.generation),
        access_sealed: Set(grant.access_sealed),
        refresh_sealed: Set(grant.refresh_sealed),
        scopes: Set(grant.scopes.to_string()),
        access_expires_at: Set(grant.access_expires_at),
        refresh_expires_at: Set(grant.refresh_expires_at),
        issued_at: Set(grant.issued_at),
        refreshing_until: Set(None),
        ..Default::default()
    }
}

/// Gives a flow's tokens to its connection, which must have none.
pub(super) async fn give_to_connection(
    tx: &AuditedTx<'_>,
    grant: &GrantId,
    flow: &FlowId,
    connection: &ConnectionId,
) -> Result<(), Fault> {
    let done = token_grant::Entity::update_many()
        .col_expr(token_grant::Column::ConnectionId, Expr::value(connection.as_str()))
        .col_expr(token_grant::Column::FlowId, Expr::value(Option::<String>::None))
        .filter(token_grant::Column::Id.eq(grant.clone()))
        .filter(token_grant::Column::FlowId.eq(flow.clone()))
        .exec(tx.connection())
        .await?;
    must_touch_one(done.rows_affected, "the tokens of this consent are gone")
}

pub(super) async fn delete_grant(tx: &AuditedTx<'_>, id: &GrantId) -> Result<(), Fault> {
    let done = token_grant::Entity::delete_by_id(id.clone()).exec(tx.connection()).await?;
    must_touch_one(done.rows_affected, "the tokens are deleted already")
}

/// Deletes tokens that a flow brought and that nobody has taken; false where somebody has, or deleted them.
pub(super) async fn delete_grant_of_flow(
    tx: &AuditedTx<'_>,
    id: &GrantId,
    flow: &FlowId,
) -> Result<bool, Fault> {
    let done = token_grant::Entity::delete_many()
        .filter(token_grant::Column::Id.eq(id.clone()))
        .filter(token_grant::Column::FlowId.eq(flow.clone()))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Deletes every token of a connection, also such as its flows brought; says which.
pub(super) async fn delete_grants(tx: &AuditedTx<'_>, id: &ConnectionId) -> Result<Vec<GrantId>, Fault> {
    let flows = oauth_flow::Entity::find()
        .filter(oauth_flow::Column::ConnectionId.eq(id.clone()))
        .all(tx.connection())
        .await?;
    let is_its = Condition::any()
        .add(token_grant::Column::ConnectionId.eq(id.clone()))
        .add(token_grant::Column::FlowId.is_in(flows.into_iter().map(|flow| flow.id)));
    let rows = token_grant::Entity::find().filter(is_its).all(tx.connection()).await?;
    let ids: Vec<GrantId> = rows.into_iter().map(|row| row.id).collect();
    for id in &ids {
        delete_grant(tx, id).await?;
    }
    Ok(ids)
}

/// Takes the lease of the one refresher; whether it was had.
pub(super) async fn lease(
    tx: &AuditedTx<'_>,
    grant: &Grant,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, Fault> {
    let is_free = Condition::any()
        .add(token_grant::Column::RefreshingUntil.is_null())
        .add(token_grant::Column::RefreshingUntil.lte(now));
    let done = token_grant::Entity::update_many()
        .col_expr(token_grant::Column::RefreshingUntil, Expr::value(until.micros()))
        .filter(token_grant::Column::Id.eq(grant.id.clone()))
        .filter(token_grant::Column::Generation.eq(grant.generation))
        .filter(is_free)
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Gives the lease back where the refresh brought nothing.
pub(super) async fn release_lease(tx: &AuditedTx<'_>, grant: &Grant) -> Result<(), Fault> {
    token_grant::Entity::update_many()
        .col_expr(token_grant::Column::RefreshingUntil, Expr::value(Option::<i64>::None))
        .filter(token_grant::Column::Id.eq(grant.id.clone()))
        .filter(token_grant::Column::Generation.eq(grant.generation))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Puts the next generation in the place of `from`; whether that was still there.
pub(super) async fn renew(tx: &AuditedTx<'_>, from: &Grant, next: Grant) -> Result<bool, Fault> {
    let done = token_grant::Entity::update_many()
        .set(values(next))
        .filter(token_grant::Column::Id.eq(from.id.clone()))
        .filter(token_grant::Column::Generation.eq(from.generation))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connections::tests::support::world;

    #[tokio::test]
    async fn a_connection_that_has_moved_on_is_not_written_over() {
        let world = world().await;
        let read = world.connected().await;
        for from in [ConnectionState::Pending, ConnectionState::Held] {
            let tx = AuditedTx::begin(world.app()).await.unwrap();
            let lost = save(&tx, &read, from).await;
            assert!(matches!(lost, Err(Fault::Lost(_))), "{lost:?}");
        }
        let tx = AuditedTx::begin(world.app()).await.unwrap();
        save(&tx, &read, ConnectionState::Active).await.unwrap();
    }
}
