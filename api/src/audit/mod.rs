//! The tamper-evident audit log. `FORMAT.md` beside this file specifies it for outsiders.

pub mod header;
pub mod sealed;
pub mod secret_gate;
pub mod tree;
