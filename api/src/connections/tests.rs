//! Connections against the simulated Pinterest, over HTTP.

mod boards;
mod consent;
mod refresh;
mod refused;
pub(crate) mod support;
mod upkeep;
