//! Passes through OAuth.

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, FlowId, OperatorId, SessionId},
    oauth_flow, token_grant,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};

use super::Grant;
use crate::{
    audit::{AuditedTx, Writes},
    db::Reads,
    error::Fault,
};

/// One pass through OAuth.
#[derive(Clone)]
pub(in crate::connections) struct Flow {
    pub(in crate::connections) id: FlowId,
    pub(in crate::connections) connection_id: ConnectionId,
    pub(in crate::connections) operator_id: OperatorId,
    pub(in crate::connections) session_id: SessionId,
    pub(in crate::connections) state_digest: Vec<u8>,
    pub(in crate::connections) pkce_sealed: Vec<u8>,
    pub(in crate::connections) is_reconnect: bool,
    pub(in crate::connections) created_at: Timestamp,
    pub(in crate::connections) expires_at: Timestamp,
    pub(in crate::connections) used_at: Option<Timestamp>,
}

impl From<oauth_flow::Model> for Flow {
    fn from(row: oauth_flow::Model) -> Self {
        Self {
            id: row.id,
            connection_id: row.connection_id,
            operator_id: row.operator_id,
            session_id: row.session_id,
            state_digest: row.state_digest,
            pkce_sealed: row.pkce_sealed,
            is_reconnect: row.is_reconnect,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        }
    }
}

pub(in crate::connections) async fn insert_flow(tx: &AuditedTx<'_>, new: Flow) -> Result<(), Fault> {
    let row = oauth_flow::ActiveModel {
        id: Set(new.id),
        connection_id: Set(new.connection_id),
        operator_id: Set(new.operator_id),
        session_id: Set(new.session_id),
        state_digest: Set(new.state_digest),
        pkce_sealed: Set(new.pkce_sealed),
        is_reconnect: Set(new.is_reconnect),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        used_at: Set(new.used_at),
    };
    oauth_flow::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

pub(in crate::connections) async fn flow_by_state(
    on: &impl Reads,
    digest: &[u8],
) -> Result<Option<Flow>, Fault> {
    let row = oauth_flow::Entity::find()
        .filter(oauth_flow::Column::StateDigest.eq(digest.to_vec()))
        .one(on.connection())
        .await?;
    Ok(row.map(Flow::from))
}

/// Uses a flow up; whether it could be used.
pub(in crate::connections) async fn use_up(
    tx: &AuditedTx<'_>,
    id: &FlowId,
    now: Timestamp,
) -> Result<bool, Fault> {
    let done = oauth_flow::Entity::update_many()
        .col_expr(oauth_flow::Column::UsedAt, Expr::value(now.micros()))
        .filter(oauth_flow::Column::Id.eq(id.clone()))
        .filter(oauth_flow::Column::UsedAt.is_null())
        .filter(oauth_flow::Column::ExpiresAt.gt(now))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Uses up whatever flows of a connection are still open; how many.
pub(in crate::connections) async fn use_up_flows(
    tx: &AuditedTx<'_>,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<u64, Fault> {
    let done = oauth_flow::Entity::update_many()
        .col_expr(oauth_flow::Column::UsedAt, Expr::value(now.micros()))
        .filter(oauth_flow::Column::ConnectionId.eq(id.clone()))
        .filter(oauth_flow::Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected)
}

/// Flows that ended before `moment`, but none with tokens that are nobody's yet and came after `issued_after`.
pub(in crate::connections) async fn flows_before(
    on: &impl Reads,
    moment: Timestamp,
    issued_after: Timestamp,
    limit: u64,
) -> Result<Vec<Flow>, Fault> {
    let waiting = Query::select()
        .column(token_grant::Column::FlowId)
        .from(token_grant::Entity)
        .and_where(token_grant::Column::FlowId.is_not_null())
        .and_where(token_grant::Column::IssuedAt.gt(issued_after))
        .to_owned();
    let rows = oauth_flow::Entity::find()
        .filter(oauth_flow::Column::ExpiresAt.lte(moment))
        .filter(oauth_flow::Column::Id.not_in_subquery(waiting))
        .order_by_asc(oauth_flow::Column::ExpiresAt)
        .limit(limit)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Flow::from).collect())
}

/// Whether a connection has a flow that ends after `moment`.
pub(in crate::connections) async fn has_flow_after(
    on: &impl Reads,
    id: &ConnectionId,
    moment: Timestamp,
) -> Result<bool, Fault> {
    let row = oauth_flow::Entity::find()
        .filter(oauth_flow::Column::ConnectionId.eq(id.clone()))
        .filter(oauth_flow::Column::ExpiresAt.gt(moment))
        .one(on.connection())
        .await?;
    Ok(row.is_some())
}

pub(in crate::connections) async fn delete_flow(tx: &impl Writes, id: &FlowId) -> Result<(), Fault> {
    oauth_flow::Entity::delete_by_id(id.clone()).exec(tx.connection()).await?;
    Ok(())
}

/// Passes through OAuth whose tokens were stored before `moment` and are nobody's yet.
pub(in crate::connections) async fn left_over(
    on: &impl Reads,
    moment: Timestamp,
    limit: u64,
) -> Result<Vec<(Flow, Grant)>, Fault> {
    let rows = token_grant::Entity::find()
        .filter(token_grant::Column::FlowId.is_not_null())
        .filter(token_grant::Column::IssuedAt.lte(moment))
        .order_by_asc(token_grant::Column::IssuedAt)
        .limit(limit)
        .all(on.connection())
        .await?;
    let mut found = Vec::new();
    for row in rows {
        let Some(id) = row.flow_id.clone() else { continue };
        let flow = oauth_flow::Entity::find_by_id(id).one(on.connection()).await?;
        found.extend(flow.map(|flow| (Flow::from(flow), Grant::from(row))));
    }
    Ok(found)
}
