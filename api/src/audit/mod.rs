//! The tamper-evident audit log. `FORMAT.md` beside this file specifies it for outsiders.
//!
//! To add an event: one line in the catalogue of [`event`], one in `FORMAT.md`, and an [`event::Event`] handed to
//! [`tx::AuditedTx::commit`] with the change that it tells of.

pub mod event;
pub mod header;
pub mod read;
mod record;
pub mod sealed;
pub mod secret_gate;
mod store;
pub mod tree;
pub mod tx;
pub mod typed;

pub use event::{Event, Happening};
pub use header::{Outcome, Stream, Value};
pub use tx::{Appended, AuditedTx, Housekeeping, HousekeepingTx, Writes};
