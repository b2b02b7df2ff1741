//! A person who uses the console.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, ids::OperatorId};

/// A person who uses the console.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "operator")]
pub struct Model {
    /// The reference in the audit log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OperatorId,
    /// As typed; shown, and where mail goes.
    pub email: String,
    /// Lower case, what sign-in compares; unique.
    pub email_key: String,
    /// Shown beside what the person did.
    pub name: String,
    /// Argon2id in PHC form; none until one's own password is set.
    pub password_hash: Option<String>,
    /// Words of `author,reviewer,admin,auditor`, separated by commas.
    pub roles: String,
    /// Since when the person may not enter.
    pub disabled_at: Option<Timestamp>,
    /// When the person was added.
    pub created_at: Timestamp,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
