//! A list of things that were checked, each with an icon, words and a detail.

use maud::{Markup, html};

use super::icon::icon;
use super::words::marked;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All right.
    Good,
    /// Worth a look; refuses nothing.
    Advice,
    /// Stands in the way.
    Bad,
}

/// One check.
#[derive(Clone, Debug)]
pub struct Check {
    /// How it came out.
    pub outcome: Outcome,
    /// `Image fits`.
    pub words: String,
    /// `JPEG, 1000 × 1500 px, 312 kB, ratio 2:3`.
    pub detail: Option<String>,
}

impl Check {
    /// A check with its detail; an empty one is left out.
    pub fn new(outcome: Outcome, words: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = Some(detail.into()).filter(|detail| !detail.is_empty());
        Self { outcome, words: words.into(), detail }
    }
}

/// The list.
pub fn list(checks: &[Check]) -> Markup {
    html! {
        ul.checks { @for check in checks {
            @let (tone, name) = look(check.outcome);
            li data-k=(tone) { (icon(name)) span { (check.words) @if let Some(detail) = &check.detail { small dir="auto" { (marked(detail)) } } } }
        } }
    }
}

fn look(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Good => ("good", "check"),
        Outcome::Advice => ("warn", "warn"),
        Outcome::Bad => ("bad", "bad"),
    }
}
