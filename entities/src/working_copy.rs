//! What a person has typed and not saved.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::OperatorId};

/// What a person has typed and not saved.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "working_copy")]
pub struct Model {
    /// A draft, or `new`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub draft_id: String,
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operator_id: OperatorId,
    /// JSON of the form.
    pub fields: String,
    /// Updated at.
    pub updated_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
