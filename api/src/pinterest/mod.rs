//! Pinterest's API v5, as far as this product uses it.
//!
//! [`client`] is the only place that sends. A call with an account's token goes through [`calls`], which tells the log
//! of it before and after; the token endpoint has [`oauth`].

pub(crate) mod account;
pub mod boards;
pub(crate) mod calls;
pub mod client;
pub mod error;
pub mod limits;
pub(crate) mod oauth;
pub mod pins;
mod store;
pub(crate) mod wire;

pub use crate::scope;
pub use calls::Usable;
