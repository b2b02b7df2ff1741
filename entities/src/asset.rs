//! A prepared image.

use sea_orm::entity::prelude::*;

use crate::{
    Timestamp,
    ids::{AssetId, OperatorId},
};

/// A prepared image.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "asset")]
pub struct Model {
    /// The primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssetId,
    /// What the person called it.
    pub label: String,
    /// Hex SHA-256 of the bytes that will be sent.
    pub sha256: String,
    /// Hex SHA-256 of the upload.
    pub original_sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Length of what will be sent.
    pub bytes: i32,
    /// Created by.
    pub created_by: OperatorId,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Whether a draft has used it; one that was not goes after 24 h.
    pub is_attached: bool,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
