//! The tables' shapes and the typed ids. One file a table, shape only: no queries, no rules.

pub mod ids;
pub mod timestamp;

pub use timestamp::Timestamp;
