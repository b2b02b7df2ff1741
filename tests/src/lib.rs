//! What the tests share: the harness that runs a whole installation, and the reader of the project's own source.
//!
//! A journey begins with [`Harness::start`], lets people act over HTTP ([`Actor`]), moves the clock and the workers,
//! and ends with [`Harness::finish`], which checks the product's promises on whatever happened.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

pub mod actor;
pub mod answer;
pub mod at_commit;
pub mod captured;
pub mod consent;
pub mod database;
pub mod diary;
pub mod documented;
pub mod doors;
pub mod draft;
pub mod forms;
pub mod harness;
pub mod html;
pub mod lock;
pub mod log;
pub mod many;
pub mod measure;
pub mod naughty;
pub mod objects;
pub mod oracle;
pub mod pictures;
pub mod plans;
pub mod promises;
pub mod raw;
pub mod send;
pub mod source;
pub mod visitors;
pub mod walk;
pub mod watch;

pub use actor::Actor;
pub use answer::Answer;
pub use draft::Draft;
pub use harness::{Builder, Harness};
pub use objects::Ids;
pub use send::{Became, Expected, Send};
