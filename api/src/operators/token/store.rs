//! The table of API tokens.

use countersign_entities::{
    Timestamp,
    api_token::{ActiveModel, Column, Entity, Model},
    ids::{OperatorId, TokenId},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use super::{Token, scope_of};
use crate::{
    audit::{AuditedTx, HousekeepingTx},
    db::Reads,
    error::Fault,
};

impl From<Model> for Token {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            operator_id: row.operator_id,
            // A word that is no scope gives no right.
            scopes: row.scopes.split(',').filter_map(scope_of).collect(),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
            revoked_why: row.revoked_why,
            expires_at: row.expires_at,
        }
    }
}

pub(super) async fn find_by_secret(on: &impl Reads, fingerprint: Vec<u8>) -> Result<Option<Token>, Fault> {
    let row = Entity::find().filter(Column::SecretSha256.eq(fingerprint)).one(on.connection()).await?;
    Ok(row.map(Token::from))
}

pub(super) async fn find(on: &impl Reads, id: &TokenId) -> Result<Option<Token>, Fault> {
    Ok(Entity::find_by_id(id.clone()).one(on.connection()).await?.map(Token::from))
}

/// All tokens, newest first.
pub(super) async fn list(on: &impl Reads) -> Result<Vec<Token>, Fault> {
    let rows = Entity::find()
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Token::from).collect())
}

/// All tokens of a person.
pub(super) async fn list_of(on: &impl Reads, owner: &OperatorId) -> Result<Vec<Token>, Fault> {
    let rows = Entity::find()
        .filter(Column::OperatorId.eq(owner.clone()))
        .order_by_desc(Column::CreatedAt)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Token::from).collect())
}

pub(super) async fn insert(tx: &AuditedTx<'_>, token: &Token, secret_sha256: Vec<u8>) -> Result<(), Fault> {
    let row = ActiveModel {
        id: Set(token.id.clone()),
        operator_id: Set(token.operator_id.clone()),
        name: Set(token.name.clone()),
        secret_sha256: Set(secret_sha256),
        scopes: Set(token.scope_words().join(",")),
        created_at: Set(token.created_at),
        last_used_at: Set(token.last_used_at),
        revoked_at: Set(token.revoked_at),
        revoked_why: Set(token.revoked_why.clone()),
        expires_at: Set(token.expires_at),
    };
    Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Revokes a token; `false` if it was before.
pub(super) async fn revoke(
    tx: &AuditedTx<'_>,
    id: &TokenId,
    why: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let updated = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedWhy, Expr::value(why))
        .filter(Column::Id.eq(id.clone()))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

pub(super) async fn touch(tx: &HousekeepingTx, id: &TokenId, now: Timestamp) -> Result<(), Fault> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(id.clone()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
