//! Review and the gate: submit, approve, ask for changes, reject, undo, and the permit to send.
//!
//! An approval names the digest that the reviewer saw. It makes a publication; only [`permit::redeem`] turns that
//! into a [`permit::PublishPermit`], once for each send, and only with one can a Pin be created. Only
//! [`take_down::redeem`] makes what deletes one again.

mod error;
pub(crate) mod likeness;
pub mod look;
mod people;
pub mod permit;
pub mod policy;
mod published;
pub(crate) mod reopen;
mod signature;
pub(crate) mod store;
mod submit;
pub mod take_down;
mod told;
mod verdict;

pub use error::Error;
pub use people::{OperatorChangeError, change_operator};
pub use signature::prepare;
pub use store::Approval;
pub use submit::{submit, withdraw};
pub use verdict::{Approved, Decision, approve, reject, request_changes, scheduled_of, undo};
