//! The main stories in a real browser, with JavaScript and without.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod accessibility;
mod chrome;
mod draft_to_pin;
mod every_page;
mod keyboard;
mod keyboard_alone;
mod screenshots;
mod scripts;
mod second_factor;
mod weight;
