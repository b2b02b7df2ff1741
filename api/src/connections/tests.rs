//! Connections against the simulated Pinterest, over HTTP.

mod boards;
mod consent;
mod refresh;
mod refused;
mod support;
mod upkeep;
