//! One saved content of a draft.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{AssetId, DraftId, OperatorId, TokenId},
};

/// One saved content of a draft.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "draft_revision")]
pub struct Model {
    /// The draft.
    #[sea_orm(primary_key, auto_increment = false)]
    pub draft_id: DraftId,
    /// The revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i32,
    /// Hex, 32 bytes; fresh for each revision.
    pub salt: String,
    /// Hex content digest.
    pub digest: String,
    /// The restricted JSON that the digest binds.
    pub content: String,
    /// Asset id.
    pub asset_id: Option<AssetId>,
    /// None where the system made it.
    pub author_id: Option<OperatorId>,
    /// The API token that was used.
    pub token_id: Option<TokenId>,
    /// The fields that changed, separated by commas.
    pub fields: String,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
