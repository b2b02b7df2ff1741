//! One value of every model, for the tests that render all pages and for looking at them
//! (`cargo run --example render_samples`).

mod audit;
mod composer;
mod connections;
mod draft;
mod operator;
mod pin;
mod public;
mod publication;
mod queue;
mod review;
mod sign_in;

use maud::Markup;

use super::environment::Environment;
use super::frame::{Footer, Frame, Roles, Theme, Toast, Undo, Viewer};
use super::picture::Picture;
use super::time::Times;

/// Tue 24 Nov 2026, 13:20 UTC, in Unix microseconds.
pub const NOW: i64 = 1_795_526_400_000_000;
/// An hour in microseconds.
pub const HOUR: i64 = 3_600_000_000;
/// A day in microseconds.
pub const DAY: i64 = 24 * HOUR;
/// The zone of the samples.
pub const ZONE: &str = "Europe/Berlin";

/// A page and the name of its file.
pub struct Page {
    /// `queue-review`.
    pub name: &'static str,
    /// The whole page.
    pub html: Markup,
}

/// Says every word that a person could have typed. The kind one says it as it is; the hostile one tries to break out
/// of the page with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// Says what it is given.
    Kind,
    /// Says something dangerous instead.
    Hostile,
}

/// What the hostile tongue says.
pub const HOSTILE: &str = r#"<script>alert(1)</script>"'><img src=x onerror=alert(2)>"#;

impl Tongue {
    /// The words, or dangerous ones.
    pub fn say(self, words: &str) -> String {
        match self {
            Self::Kind => words.to_owned(),
            Self::Hostile => format!("{HOSTILE}{words}"),
        }
    }

    /// The frame of a person with all roles, in rehearsal.
    pub fn frame(self) -> Frame {
        Frame {
            environment: Environment::Rehearsal,
            viewer: Some(self.viewer(
                "Jonas Lindqvist",
                Roles { author: true, reviewer: true, admin: true, auditor: true },
            )),
            csrf: "csrf-of-this-session".into(),
            theme: Theme::System,
            toast: None,
            times: Times::new(NOW, ZONE),
            here: "/?tab=review".into(),
            review_count: Some(4),
            paused: None,
            footer: Footer { version: "1.0".into(), audit_records: Some(18_204) },
        }
    }

    /// The frame of a page that needs nobody signed in.
    pub fn public(self) -> Frame {
        Frame { viewer: None, review_count: None, csrf: "csrf-of-the-door".into(), ..self.frame() }
    }

    /// A person.
    pub fn viewer(self, name: &str, roles: Roles) -> Viewer {
        Viewer { name: self.say(name), roles, has_shortcuts: true }
    }

    /// An image.
    pub fn picture(self, name: &str, width: u32, height: u32) -> Picture {
        Picture { url: format!("/assets/{}/content", self.say(name)), width, height }
    }

    /// The message after an approval.
    pub fn toast(self) -> Toast {
        Toast {
            words: self.say("Countersigned. Will publish to Recipes on Tue 1 Dec 2026, 09:00 Europe/Berlin."),
            about: Some("/drafts/drf_1".into()),
            undo: Some(Undo { action: "/drafts/drf_1/undo".into(), seconds: 8, after: None }),
        }
    }
}

/// Every page.
pub fn all(t: Tongue) -> Vec<Page> {
    let working =
        [composer::pages(t), draft::pages(t), publication::pages(t), queue::pages(t), review::pages(t)];
    let around =
        [audit::pages(t), connections::pages(t), operator::pages(t), public::pages(t), sign_in::pages(t)];
    working.into_iter().chain(around).flatten().collect()
}
