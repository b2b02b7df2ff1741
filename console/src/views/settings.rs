//! `/settings`: the rules in force, read only, with the kill switch.

use maud::{Markup, html};

use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::publishing::{self, Publishing};
use super::table;

/// The page.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rules, by group.
    pub groups: Vec<Group>,
    /// The kill switch.
    pub publishing: Publishing,
    /// Whether this person may see the API tokens.
    pub has_tokens: bool,
}

/// A group of facts: `Review`, `Pinterest`, `This installation`.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its title.
    pub title: String,
    /// Name and value, in plain words: `Who may approve`, `A second person (COUNTERSIGN_REVIEW_RULE)`.
    pub facts: Vec<(String, String)>,
}

/// The whole page.
pub fn page(frame: &Frame, settings: &Settings) -> Markup {
    layout::page(
        frame,
        "Settings",
        Section::Settings,
        html! {
            div.head { div { h1 { "Settings" } p { "The rules in force. They come from the configuration. A change of who may countersign is in the audit log." } } }
            div.split {
                div.stack-l {
                    @for group in &settings.groups { (self::group(group)) }
                }
                aside.stack-l aria-label="Publishing and tokens" {
                    (publishing::section(frame, &settings.publishing))
                    @if settings.has_tokens {
                        section.sec { h2 { "API tokens" }
                            p.small { "Programs that draft and read for whoever made them." }
                            a.btn.gap-s href="/tokens" { (icon("key")) "See the tokens" }
                        }
                    }
                }
            }
        },
    )
}

fn group(group: &Group) -> Markup {
    let facts: Vec<_> = group.facts.iter().map(|(name, value)| (name.as_str(), html! { (value) })).collect();
    html! { section.sec { h2 { (group.title) } (table::facts(&facts)) } }
}
