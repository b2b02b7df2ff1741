//! Image bytes by their digest.

use sea_orm::entity::prelude::*;

/// Image bytes by their digest.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "asset_blob")]
pub struct Model {
    /// Sha256.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    /// Content.
    pub content: Vec<u8>,
    /// A small JPEG.
    pub thumbnail: Vec<u8>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
