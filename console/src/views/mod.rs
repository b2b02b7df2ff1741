//! The pages as pure functions: a plain model in, HTML out. Nothing here reads a database, asks the clock or knows
//! the service's types; a handler in `pages/` maps what the service says to a model and hands it over.
//!
//! Every page function takes a [`frame::Frame`] first, then its model. Adding a page: a file named after the noun,
//! a sample in [`sample`] (which a test renders with hostile words), a row in [`forms`] for each form that posts.
//!
//! | page | function |
//! |---|---|
//! | `/sign-in`, `/sign-in/{token}` | [`sign_in::page`], [`sign_in::second_step`], [`sign_in::one_time_link`], [`sign_in::dead_link`] |
//! | `/account/password` | [`sign_in::set_password`] |
//! | `/?tab=&q=&connection=&author=&from=&to=&cursor=` | [`queue::page`], live part [`queue::tabs`] |
//! | `/drafts/new?connection=`, `/drafts/{id}/edit` | [`composer::page`] |
//! | `/drafts/{id}?from=&to=&preview=` | [`draft::page`], live part [`draft::live`] |
//! | `/review?draft=&preview=` | [`review::page`], [`review::conflict`] |
//! | `/publications/{id}` | [`publications::page`] |
//! | `/connections`, `/connections/{id}/disconnect` | [`connections::page`], [`connections::disconnect`] |
//! | `/oauth/callback` | [`oauth_result::page`], where it did not end in a connection |
//! | `/audit?stream=&type=&from=&to=&flow=&cursor=`, `/audit/{id}` | [`audit::page`], [`audit::event`] |
//! | `/operators`, `/operators/{id}/disable`, `/operators/{id}/second-factor` | [`operators::page`], [`operators::disable`], [`operators::reset_factor`] |
//! | `/settings`, `/account`, `/tokens` | [`settings::page`], [`account::page`], [`tokens::page`] |
//! | `/account/second-factor` | [`second_factor::page`], [`second_factor::started`], [`second_factor::confirm`], [`second_factor::codes`] |
//! | `/privacy-policy` | [`privacy_policy::page`] |
//! | errors, a session that ended in a form | [`error_page::page`], [`error_page::session_ended`], [`error_page::send_again`] |

use countersign_api::drafts::COUNTED;

pub mod account;
pub mod actions;
pub mod audit;
pub mod audit_words;
pub mod badge;
pub mod board_picker;
pub mod checks;
pub mod comments;
pub mod composer;
pub mod connections;
pub mod diff;
pub mod digest;
pub mod draft;
pub mod environment;
pub mod error_page;
pub mod form;
pub mod forms;
pub mod frame;
pub mod icon;
pub mod layout;
pub mod link;
pub mod note;
pub mod oauth_result;
pub mod operators;
pub mod picture;
pub mod privacy_policy;
pub mod proof;
pub mod publications;
pub mod publishing;
pub mod qr;
pub mod queue;
pub mod queue_row;
pub mod review;
pub mod sample;
pub mod second_factor;
pub mod settings;
pub mod sign_in;
pub mod signatures;
pub mod table;
pub mod take_down;
pub mod time;
pub mod timeline;
pub mod tokens;
pub mod trouble;
pub mod words;

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

/// `1 Pin waits`, `31 Pins wait`: how many Pins, with the verb that fits.
pub fn pins(count: u64, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 Pin {one}"),
        _ => format!("{} Pins {several}", number(count)),
    }
}

/// As [`pins`], of what is counted only as far as [`COUNTED`].
pub fn pins_counted(count: u64, one: &str, several: &str) -> String {
    if count < COUNTED { pins(count, one, several) } else { format!("{} Pins {several}", counted(count)) }
}

/// As many as are counted; beyond that, so many and more.
pub fn counted(count: u64) -> String {
    if count < COUNTED { number(count) } else { format!("{} or more", number(COUNTED)) }
}

#[cfg(test)]
mod tests;
