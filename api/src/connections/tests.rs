//! Connections against the simulated Pinterest, over HTTP.

mod boards;
mod consent;
mod refresh;
mod refused;
mod spool;
pub(crate) mod support;
mod upkeep;
