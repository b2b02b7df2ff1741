//! One Pin in a list.

use maud::{Markup, html};

use super::badge::Badge;
use super::environment::Environment;
use super::picture::Picture;
use super::signatures::Signatures;
use super::time::Times;
use super::words::text;

/// Where a draft came from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Written in the console.
    Page,
    /// Imported, with the line of the file.
    Csv(u64),
    /// Sent by a machine.
    Api,
}

/// When a Pin is due.
#[derive(Clone, Debug)]
pub enum Due {
    /// As soon as it is countersigned.
    OnceApproved,
    /// Not before this time (Unix microseconds), in the zone in which it was scheduled.
    NotBefore {
        /// Unix microseconds.
        at: i64,
        /// IANA name.
        zone: String,
    },
    /// It was published then (Unix microseconds).
    Published(i64),
}

impl Due {
    /// Two lines for a row.
    pub fn stacked(&self, times: &Times) -> Markup {
        match self {
            Self::OnceApproved => html! { "Once approved" small { "no time set" } },
            Self::NotBefore { at, zone } => times.within(zone).stacked(*at),
            Self::Published(at) => times.stacked(*at),
        }
    }

    /// The part of a sentence: `on Tue 1 Dec 2026, 09:00 Europe/Berlin`, `as soon as it is countersigned`.
    pub fn words(&self, times: &Times) -> String {
        match self {
            Self::OnceApproved => "as soon as it is countersigned".into(),
            Self::NotBefore { at, zone } => format!("on {}", times.within(zone).full(*at)),
            Self::Published(at) => format!("on {}", times.full(*at)),
        }
    }
}

/// A row of the queue.
#[derive(Clone, Debug)]
pub struct Row {
    /// `/drafts/{id}`.
    pub url: String,
    /// Empty if none was written yet.
    pub title: String,
    /// The image, if there is one.
    pub picture: Option<Picture>,
    /// `Recipes › Tarts`, or `board …0123` where the name is not at hand; `None` if none was chosen.
    pub board: Option<String>,
    /// The host of the link.
    pub link_host: Option<String>,
    /// Who made it.
    pub author: String,
    /// The last change, in Unix microseconds.
    pub updated_at: i64,
    /// Where it came from.
    pub origin: Origin,
    /// When it is due.
    pub due: Due,
    /// Its two lines.
    pub signatures: Signatures,
    /// Its state.
    pub badge: Badge,
    /// Why it stopped, in a few words: shown in place of the badge's words.
    pub why: Option<String>,
    /// Shown if the list mixes environments.
    pub environment: Option<Environment>,
}

impl Row {
    /// The title, or words for a missing one.
    pub fn name(&self) -> &str {
        if self.title.is_empty() { "No title yet" } else { &self.title }
    }

    /// The row as an item of a list.
    pub fn show(&self, times: &Times) -> Markup {
        html! {
            li.row.plain {
                (Picture::thumbnail(self.picture.as_ref()))
                div { a.t href=(self.url) { (text(self.name())) } (self.about(times)) }
                div.when { (self.due.stacked(times)) }
                (self.signatures.mini())
                div.st { (self.badge.say(self.why.as_deref().unwrap_or(self.badge.words))) }
            }
        }
    }

    fn about(&self, times: &Times) -> Markup {
        html! {
            div.sub {
                (text(self.board.as_deref().unwrap_or("No board yet")))
                @if let Some(host) = &self.link_host { i { "·" } (host) }
                i { "·" } "by " (text(&self.author))
                i { "·" } (times.relative(self.updated_at))
                @match self.origin {
                    Origin::Page => {},
                    Origin::Csv(line) => { i { "·" } "CSV line " (line) },
                    Origin::Api => { i { "·" } "API" },
                }
                @if let Some(environment) = self.environment { i { "·" } b { (environment.name()) } }
            }
        }
    }
}
