//! A sealed part: the only place of personal data in the log.

use sea_orm::entity::prelude::*;

use crate::ids::EventId;

/// A sealed part: the only place of personal data in the log.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_sealed")]
pub struct Model {
    /// Event id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    /// `who`, `net`, `content` or `remote`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Hex; stands in the header too.
    pub commitment: String,
    /// Hex; gone once erased.
    pub salt: Option<String>,
    /// The committed text; gone once erased.
    pub value: Option<String>,
    /// Whose data it is.
    pub subject: Option<String>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
