//! `/settings`: the rules in force, read only, with the kill switch and, for admins, the API tokens.

use maud::{Markup, html};

use super::frame::Frame;
use super::layout::{self, Section};
use super::publishing::{self, Publishing};
use super::table;
use super::tokens::{self, Tokens};

/// The page.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The rules, by group.
    pub groups: Vec<Group>,
    /// The kill switch.
    pub publishing: Publishing,
    /// The API tokens; `None` if this person is no admin.
    pub tokens: Option<Tokens>,
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
                    @if let Some(tokens) = &settings.tokens { (tokens::section(frame, tokens)) }
                }
                aside.stack-l aria-label="Publishing" { (publishing::section(frame, &settings.publishing)) }
            }
        },
    )
}

fn group(group: &Group) -> Markup {
    let facts: Vec<_> = group.facts.iter().map(|(name, value)| (name.as_str(), html! { (value) })).collect();
    html! { section.sec { h2 { (group.title) } (table::facts(&facts)) } }
}
