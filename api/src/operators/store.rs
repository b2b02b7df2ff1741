//! The table of people.

use countersign_entities::{Timestamp, ids::OperatorId, operator};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};

use super::{password::PasswordHash, people::Operator, role::Role, second_factor::Factor};
use crate::{audit::AuditedTx, db::Reads, error::Fault};

impl From<operator::Model> for Operator {
    fn from(row: operator::Model) -> Self {
        let factor = row.totp_sealed.zip(row.totp_started_at);
        let factor = factor.map(|(sealed, started_at)| Factor {
            sealed,
            started_at,
            confirmed_at: row.totp_confirmed_at,
        });
        Self {
            factor,
            id: row.id,
            email: row.email,
            name: row.name,
            // A word that is no role gives no right.
            roles: row.roles.parse().unwrap_or_default(),
            disabled_at: row.disabled_at,
            created_at: row.created_at,
            password: row.password_hash.map(PasswordHash::from_stored),
        }
    }
}

pub(super) async fn find(on: &impl Reads, id: &OperatorId) -> Result<Option<Operator>, Fault> {
    let row = operator::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(Operator::from))
}

/// Reads a person whom the transaction is about to change, so that nobody else changes them meanwhile.
pub(super) async fn lock(
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    is_postgres: bool,
) -> Result<Option<Operator>, Fault> {
    let mut query = operator::Entity::find_by_id(id.clone());
    if is_postgres {
        query = query.lock_exclusive();
    }
    Ok(query.one(tx.connection()).await?.map(Operator::from))
}

pub(super) async fn find_by_email(on: &impl Reads, key: &str) -> Result<Option<Operator>, Fault> {
    let row =
        operator::Entity::find().filter(operator::Column::EmailKey.eq(key)).one(on.connection()).await?;
    Ok(row.map(Operator::from))
}

/// Everyone, by name.
pub(super) async fn list(on: &impl Reads) -> Result<Vec<Operator>, Fault> {
    let rows = operator::Entity::find()
        .order_by_asc(operator::Column::Name)
        .order_by_asc(operator::Column::Id)
        .all(on.connection())
        .await?;
    Ok(rows.into_iter().map(Operator::from).collect())
}

pub(super) async fn count(on: &impl Reads) -> Result<u64, Fault> {
    Ok(operator::Entity::find().count(on.connection()).await?)
}

pub(super) async fn names(on: &impl Reads, ids: Vec<OperatorId>) -> Result<Vec<(OperatorId, String)>, Fault> {
    let rows = operator::Entity::find()
        .select_only()
        .columns([operator::Column::Id, operator::Column::Name])
        .filter(operator::Column::Id.is_in(ids))
        .into_tuple::<(OperatorId, String)>()
        .all(on.connection())
        .await?;
    Ok(rows)
}

/// The enabled admins. Their rows stay locked until the transaction ends, so that of two admins who take the role
/// from each other at once only one succeeds.
pub(super) async fn lock_admins(tx: &AuditedTx<'_>, is_postgres: bool) -> Result<Vec<OperatorId>, Fault> {
    let mut query = operator::Entity::find()
        .filter(operator::Column::DisabledAt.is_null())
        .filter(operator::Column::Roles.contains(Role::Admin.as_str()))
        .order_by_asc(operator::Column::Id);
    if is_postgres {
        query = query.lock_exclusive();
    }
    let rows = query.all(tx.connection()).await?;
    let people = rows.into_iter().map(Operator::from);
    Ok(people.filter(|person| person.roles.has(Role::Admin)).map(|person| person.id).collect())
}

/// Adds a person; `false` if the address is taken.
pub(super) async fn insert(tx: &AuditedTx<'_>, person: &Operator, email_key: String) -> Result<bool, Fault> {
    let row = operator::ActiveModel {
        id: Set(person.id.clone()),
        email: Set(person.email.clone()),
        email_key: Set(email_key),
        name: Set(person.name.clone()),
        password_hash: Set(stored(person.password.as_ref())),
        roles: Set(person.roles.to_string()),
        disabled_at: Set(person.disabled_at),
        created_at: Set(person.created_at),
        totp_sealed: Set(None),
        totp_started_at: Set(None),
        totp_confirmed_at: Set(None),
        totp_step: Set(None),
        totp_guesses_until: Set(None),
    };
    match operator::Entity::insert(row).exec_without_returning(tx.connection()).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Writes name, roles and whether the person is disabled.
pub(super) async fn update(tx: &AuditedTx<'_>, person: &Operator) -> Result<(), Fault> {
    let row = operator::ActiveModel {
        id: Set(person.id.clone()),
        name: Set(person.name.clone()),
        roles: Set(person.roles.to_string()),
        disabled_at: Set(person.disabled_at),
        ..Default::default()
    };
    row.update(tx.connection()).await?;
    Ok(())
}

pub(super) async fn set_password(
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    hash: Option<&PasswordHash>,
) -> Result<(), Fault> {
    let row =
        operator::ActiveModel { id: Set(id.clone()), password_hash: Set(stored(hash)), ..Default::default() };
    row.update(tx.connection()).await?;
    Ok(())
}

fn stored(hash: Option<&PasswordHash>) -> Option<String> {
    hash.map(|hash| hash.as_stored().to_owned())
}

/// When somebody is disabled from now on: since before, or since now.
pub(super) fn disabled_at(is_disabled: bool, before: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    is_disabled.then(|| before.unwrap_or(now))
}
