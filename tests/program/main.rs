//! The compiled program, as somebody runs it who has nothing but it: commands, signals, exit codes.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod commands;
mod faults;
mod killed;
mod place;
mod serving;
mod usage;
