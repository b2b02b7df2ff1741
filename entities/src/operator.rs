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
    /// The secret of the second factor, sealed; none without one.
    pub totp_sealed: Option<Vec<u8>>,
    /// When that secret was drawn.
    pub totp_started_at: Option<Timestamp>,
    /// Since when its codes are asked for; none before the first one was typed.
    pub totp_confirmed_at: Option<Timestamp>,
    /// The step of 30 seconds whose code was used last: neither it nor an earlier one is taken again.
    pub totp_step: Option<i64>,
    /// When all guesses at its codes will be forgotten: each one puts this off.
    pub totp_guesses_until: Option<Timestamp>,
}

/// Relations are written out in queries; the shape declares none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
