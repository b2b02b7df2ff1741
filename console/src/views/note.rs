//! A notice: icon, title, a sentence, and what to do.

use maud::{Markup, html};

use super::icon::icon;

/// The tone of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Info,
    /// All right.
    Good,
    /// Needs attention.
    Warn,
    /// A fault or refusal.
    Bad,
    /// About signatures.
    Sign,
}

impl Tone {
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Info => ("", "info"),
            Self::Good => ("good", "check"),
            Self::Warn => ("warn", "warn"),
            Self::Bad => ("bad", "bad"),
            Self::Sign => ("sign", "users"),
        }
    }
}

/// A notice with a sentence.
pub fn note(tone: Tone, title: &str, words: &str) -> Markup {
    with(tone, title, html! { p { (words) } })
}

/// A notice with anything below its title.
pub fn with(tone: Tone, title: &str, body: Markup) -> Markup {
    let (code, name) = tone.look();
    html! { div.note data-k=(code) { (icon(name)) h2 { (title) } (body) } }
}
