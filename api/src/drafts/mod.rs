//! Drafts of Pins: what people write before anyone signs it.

pub mod content;
pub mod media;
pub mod schedule;
