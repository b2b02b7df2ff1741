//! What several pages show of one Pin: everything known about it, and its parts as the views want them.

pub(crate) mod boards;
pub(crate) mod checks;
pub(crate) mod differences;
pub(crate) mod names;
pub(crate) mod parts;
pub(crate) mod reasons;
pub(crate) mod signatures;
pub(crate) mod story;
pub(crate) mod take_down;
pub(crate) mod timeline;
pub(crate) mod trouble;
