//! The service of Countersign: everything the product does, without a face.

pub mod actor;
pub mod app;
pub mod approvals;
pub mod audit;
pub mod clock;
pub mod config;
pub mod connections;
pub mod data_dir;
pub mod data_keys;
pub mod db;
pub mod drafts;
pub mod endpoints;
pub mod error;
pub mod hidden;
pub mod hooks;
pub mod http;
pub mod keys;
pub mod memory;
pub mod operators;
pub mod outbound;
pub mod pinterest;
pub mod publisher;
pub mod rng;
pub mod scope;
pub mod secret;
pub mod spool;
pub mod throttle;
pub mod timing;
pub mod worker;

/// Times, ids and words, for those who use the service and know nothing of its tables.
pub use countersign_entities::{Timestamp, ids, vocabulary};

#[cfg(test)]
mod testing;
