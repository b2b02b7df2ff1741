//! The tables of images.

use countersign_entities::{Timestamp, asset, asset_blob, ids::AssetId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect,
    prelude::Expr,
    sea_query::{OnConflict, Query},
};

use crate::{
    audit::{AuditedTx, HousekeepingTx},
    db::Reads,
    drafts::assets::Asset,
    error::Fault,
};

macro_rules! same_fields {
    ($($field:ident),+ $(,)?) => {
        impl From<asset::Model> for Asset {
            fn from(row: asset::Model) -> Self {
                Self { $($field: row.$field),+ }
            }
        }

        impl From<Asset> for asset::Model {
            fn from(asset: Asset) -> Self {
                Self { $($field: asset.$field),+ }
            }
        }
    };
}

same_fields! {
    id, label, sha256, original_sha256, content_type, width, height, bytes, created_by, created_at, is_attached,
}

pub(in crate::drafts) async fn find(on: &impl Reads, id: &AssetId) -> Result<Option<Asset>, Fault> {
    let row = asset::Entity::find_by_id(id.clone()).one(on.connection()).await?;
    Ok(row.map(Asset::from))
}

pub(in crate::drafts) async fn find_many(on: &impl Reads, ids: Vec<AssetId>) -> Result<Vec<Asset>, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = asset::Entity::find().filter(asset::Column::Id.is_in(ids)).all(on.connection()).await?;
    Ok(rows.into_iter().map(Asset::from).collect())
}

/// Notes that a draft uses it, so that it stays.
pub(in crate::drafts) async fn attach(tx: &AuditedTx<'_>, id: &AssetId) -> Result<(), Fault> {
    asset::Entity::update_many()
        .col_expr(asset::Column::IsAttached, Expr::value(true))
        .filter(asset::Column::Id.eq(id.clone()))
        .filter(asset::Column::IsAttached.eq(false))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Stores an image; bytes that are there already are kept once.
pub(in crate::drafts) async fn insert(
    tx: &HousekeepingTx,
    asset: &Asset,
    content: Vec<u8>,
    thumbnail: Vec<u8>,
) -> Result<(), Fault> {
    let blob = asset_blob::Model { sha256: asset.sha256.clone(), content, thumbnail };
    asset_blob::Entity::insert(blob.into_active_model().reset_all())
        .on_conflict(OnConflict::column(asset_blob::Column::Sha256).do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    let row = asset::Model::from(asset.clone()).into_active_model().reset_all();
    asset::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The bytes that will be sent, by their digest.
pub(in crate::drafts) async fn content(on: &impl Reads, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
    column(on, sha256, asset_blob::Column::Content).await
}

/// The small picture, by the digest of the large one.
pub(in crate::drafts) async fn thumbnail(on: &impl Reads, sha256: &str) -> Result<Option<Vec<u8>>, Fault> {
    column(on, sha256, asset_blob::Column::Thumbnail).await
}

async fn column(on: &impl Reads, sha256: &str, column: asset_blob::Column) -> Result<Option<Vec<u8>>, Fault> {
    Ok(asset_blob::Entity::find_by_id(sha256.to_owned())
        .select_only()
        .column(column)
        .into_tuple()
        .one(on.connection())
        .await?)
}

/// Deletes uploads from before `before` that no draft uses, and bytes that nobody needs any more; says how many
/// uploads went.
pub(in crate::drafts) async fn purge_unattached(
    tx: &HousekeepingTx,
    before: Timestamp,
) -> Result<u64, Fault> {
    // Spelled as in the partial index, which would not serve `is_attached = false`.
    let is_old = || Expr::col(asset::Column::IsAttached).not().and(asset::Column::CreatedAt.lt(before));
    let shas: Vec<String> = asset::Entity::find()
        .select_only()
        .column(asset::Column::Sha256)
        .filter(is_old())
        .into_tuple()
        .all(tx.connection())
        .await?;
    let gone = asset::Entity::delete_many().filter(is_old()).exec(tx.connection()).await?;
    let needed = Query::select().column(asset::Column::Sha256).from(asset::Entity).to_owned();
    for sha256 in shas {
        asset_blob::Entity::delete_many()
            .filter(asset_blob::Column::Sha256.eq(sha256))
            .filter(asset_blob::Column::Sha256.not_in_subquery(needed.clone()))
            .exec(tx.connection())
            .await?;
    }
    Ok(gone.rows_affected)
}
