//! The pages as pure functions: a plain model in, HTML out. Nothing here reads a database, asks the clock or knows
//! the service's types; a handler in `pages/` maps what the service says to a model and hands it over.
//!
//! Every page function takes a [`frame::Frame`] first, then its model. Adding a page: a file named after the noun,
//! a sample in [`sample`] (which a test renders with hostile words), a row in the tables below.

pub mod actions;
pub mod badge;
pub mod board_picker;
pub mod checks;
pub mod comments;
pub mod composer;
pub mod diff;
pub mod digest;
pub mod draft;
pub mod environment;
pub mod form;
pub mod frame;
pub mod icon;
pub mod layout;
pub mod link;
pub mod note;
pub mod picture;
pub mod proof;
pub mod queue;
pub mod queue_row;
pub mod review;
pub mod sample;
pub mod sign_in;
pub mod signatures;
pub mod table;
pub mod time;
pub mod timeline;
pub mod trouble;

/// `18204` as `18,204`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
