//! Where a page acts. It stands on every page, in its title, and has a pattern as well as a colour.

use maud::{Markup, html};

/// Where Pins go. The order is that of gravity: a list of several shows the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Environment {
    /// The built-in simulator.
    Rehearsal,
    /// Pinterest's API sandbox.
    Sandbox,
    /// Pinterest, public.
    Production,
}

impl Environment {
    /// Reads the service's code (`sandbox`); `None` for a code that it does not have.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "rehearsal" => Self::Rehearsal,
            "sandbox" => Self::Sandbox,
            "production" => Self::Production,
            _ => return None,
        })
    }

    /// The service's code, for a form's value.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rehearsal => "rehearsal",
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// `REHEARSAL`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rehearsal => "REHEARSAL",
            Self::Sandbox => "SANDBOX",
            Self::Production => "PRODUCTION",
        }
    }

    /// What it means, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Rehearsal => "Nothing here reaches Pinterest. A built-in simulator answers.",
            Self::Sandbox => "Pins go to Pinterest’s API sandbox. Nobody else sees them.",
            Self::Production => "Countersigned Pins become public on Pinterest.",
        }
    }

    /// Where a Pin is, within a sentence: `It is not at Pinterest any more`.
    pub fn place(self) -> &'static str {
        match self {
            Self::Rehearsal => "in the simulator",
            Self::Sandbox => "in Pinterest’s sandbox",
            Self::Production => "at Pinterest",
        }
    }

    /// The end of a consequence: `Will publish to Recipes ..., in rehearsal`.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Rehearsal => "in rehearsal",
            Self::Sandbox => "in the sandbox",
            Self::Production => "in public",
        }
    }

    /// The band on top of a page.
    pub fn band(self) -> Markup {
        html! { section.band aria-label="Environment" data-env=(self.code()) { b { (self.name()) } span { (self.sentence()) } } }
    }
}
