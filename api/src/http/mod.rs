//! The JSON API, and what its doors have in common with the pages: who a request comes from, and that it is their own.

pub mod caller;
pub mod cookie;
pub mod csrf;
