//! What the tests share: the harness that runs a whole installation, and the reader of the project's own source.

pub mod source;
