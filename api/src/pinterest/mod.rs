//! Pinterest's API v5, as far as this product uses it.

pub mod scope;
