//! The simulator, seen through HTTP as an app sees it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "the helpers of a test may fail it, too")]

mod support;

mod boards;
mod consent;
mod contract;
mod control;
mod faults;
mod limits;
mod pins;
mod restart;
mod spoiled;
mod tokens;
