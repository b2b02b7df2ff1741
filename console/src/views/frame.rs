//! What every page is given besides its own model.

use super::environment::Environment;
use super::time::Times;

/// The surroundings of a page. A handler fills it once for each request.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Where the page acts: that of the thing it shows; for a list of several the gravest.
    pub environment: Environment,
    /// Who is signed in; `None` on public pages and at the door.
    pub viewer: Option<Viewer>,
    /// The CSRF token of the session, before there is one that of the browser; in every form the hidden field `csrf`.
    pub csrf: String,
    /// The look that was chosen.
    pub theme: Theme,
    /// A message about what was just done.
    pub toast: Option<Toast>,
    /// The present and the reader's zone.
    pub times: Times,
    /// Path and query of this page, so that a change of theme comes back to it.
    pub here: String,
    /// How many drafts wait for a review; shown in the navigation.
    pub review_count: Option<u64>,
    /// Set while publishing is paused, so that no page hides it.
    pub paused: Option<Paused>,
    /// What stands at the foot.
    pub footer: Footer,
}

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The name that signs.
    pub name: String,
    /// What this person may do.
    pub roles: Roles,
    /// Whether single keys act.
    pub has_shortcuts: bool,
}

/// The four roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// Queues drafts.
    pub author: bool,
    /// Decides.
    pub reviewer: bool,
    /// Connects accounts, sets rules and roles.
    pub admin: bool,
    /// Reads the audit log.
    pub auditor: bool,
}

impl Roles {
    /// Code and word of each role, in the order in which they are shown.
    pub const ALL: [(&'static str, &'static str); 4] =
        [("author", "Author"), ("reviewer", "Reviewer"), ("admin", "Admin"), ("auditor", "Auditor")];

    /// Whether the role with this code is held.
    pub fn has(self, code: &str) -> bool {
        match code {
            "author" => self.author,
            "reviewer" => self.reviewer,
            "admin" => self.admin,
            "auditor" => self.auditor,
            _ => false,
        }
    }

    /// `Author, Admin`.
    pub fn words(self) -> String {
        let held = Self::ALL.iter().filter(|(code, _)| self.has(code)).map(|(_, word)| *word);
        held.collect::<Vec<_>>().join(", ")
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Follows the system.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All three, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Reads a form's or cookie's value; anything else follows the system.
    pub fn parse(code: &str) -> Self {
        match code {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The value in form and cookie.
    pub fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The word on the switch.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// What was just done, said politely, with a way back where there is one.
#[derive(Clone, Debug)]
pub struct Toast {
    /// A whole sentence.
    pub words: String,
    /// The page of what it is about.
    pub about: Option<String>,
    /// The offer to undo an approval.
    pub undo: Option<Undo>,
}

/// The offer to take an approval back until the Pin is claimed.
#[derive(Clone, Debug)]
pub struct Undo {
    /// `/drafts/{id}/undo`.
    pub action: String,
    /// Seconds left, at least.
    pub seconds: u64,
    /// What is so once they have run out; `None` where the offer holds for longer.
    pub after: Option<String>,
}

/// Publishing is paused.
#[derive(Clone, Debug)]
pub struct Paused {
    /// Who paused it.
    pub by: String,
    /// When, in Unix microseconds.
    pub at: i64,
    /// How many Pins wait for it.
    pub waiting: u64,
}

/// The facts at the foot of every page.
#[derive(Clone, Debug)]
pub struct Footer {
    /// The product's version.
    pub version: String,
    /// How many records the audit log has, shown to those who are signed in.
    pub audit_records: Option<u64>,
}
