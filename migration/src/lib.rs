//! The schema, step by step. A step that has landed is frozen; the next change is a new file.
//!
//! The SQL is written once for SQLite and PostgreSQL; what differs (byte strings, row ids, triggers) is asked of
//! [`Dialect`]. A step imports no entity, so that it keeps meaning what it meant when it was written.

use sea_orm_migration::prelude::*;

mod dialect;
mod m20261122_1_first;
mod m20261125_2_walls;
mod m20261125_3_one_account;
mod m20261125_4_second_factor;
mod m20261125_5_taken_down;
mod m20261125_6_search;
mod m20261130_7_guesses;
mod m20261130_8_waiting;

pub use dialect::Dialect;
pub use sea_orm_migration::{Migration, MigrationStatus, MigratorTrait};

/// The ordered list of steps.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_1_first::Migration),
            Box::new(m20261125_2_walls::Migration),
            Box::new(m20261125_3_one_account::Migration),
            Box::new(m20261125_4_second_factor::Migration),
            Box::new(m20261125_5_taken_down::Migration),
            Box::new(m20261125_6_search::Migration),
            Box::new(m20261130_7_guesses::Migration),
            Box::new(m20261130_8_waiting::Migration),
        ]
    }
}
