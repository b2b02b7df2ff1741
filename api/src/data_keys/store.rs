//! The table of our own keys.

use countersign_entities::data_key;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder,
};

use super::DataKey;
use crate::{audit::Writes, db::Reads, error::Fault};

impl From<data_key::Model> for DataKey {
    fn from(row: data_key::Model) -> Self {
        Self { id: row.id, purpose: row.purpose, wrapped: row.wrapped, created_at: row.created_at }
    }
}

/// Lets one process at a time make a key. SQLite has one writer anyway.
pub(super) async fn lock(tx: &impl Writes) -> Result<(), Fault> {
    if tx.connection().get_database_backend() == DatabaseBackend::Postgres {
        // Any number will do, as long as every version uses the same.
        tx.connection().execute_unprepared("SELECT pg_advisory_xact_lock(727275)").await?;
    }
    Ok(())
}

/// The key in use for a purpose.
pub(super) async fn current(on: &impl Reads, purpose: &str) -> Result<Option<DataKey>, Fault> {
    let row = data_key::Entity::find()
        .filter(data_key::Column::Purpose.eq(purpose))
        .order_by_desc(data_key::Column::CreatedAt)
        .order_by_desc(data_key::Column::Id)
        .one(on.connection())
        .await?;
    Ok(row.map(DataKey::from))
}

/// Whether there is a key for whatever purpose.
pub(super) async fn is_any(on: &impl Reads) -> Result<bool, Fault> {
    Ok(data_key::Entity::find().one(on.connection()).await?.is_some())
}

pub(super) async fn find(on: &impl Reads, id: &str) -> Result<Option<DataKey>, Fault> {
    Ok(data_key::Entity::find_by_id(id).one(on.connection()).await?.map(DataKey::from))
}

pub(super) async fn insert(tx: &impl Writes, key: DataKey) -> Result<(), Fault> {
    let row = data_key::ActiveModel {
        id: Set(key.id),
        purpose: Set(key.purpose),
        wrapped: Set(key.wrapped),
        created_at: Set(key.created_at),
    };
    data_key::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data_keys::{find, get_or_create},
        testing,
    };

    #[tokio::test]
    async fn a_key_moved_to_another_purpose_does_not_open() {
        let test = testing::app().await;
        let (id, _) = get_or_create(&test.app, "approval_mac").await.unwrap();
        assert!(find(&test.app, &test.app.db, "oauth_state", &id).await.unwrap().is_none());
        let move_it = "UPDATE data_key SET purpose = 'oauth_state'";
        test.app.db.connection().execute_unprepared(move_it).await.unwrap();
        let refused = find(&test.app, &test.app.db, "oauth_state", &id).await;
        assert!(matches!(refused, Err(Fault::Sealed(_))));
    }
}
