//! The two roots of the API, with nothing in common but the accounts.

use serde::{Deserialize, Serialize};

/// Which of the two APIs a call went to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// `/v5`, where people see what is created.
    Production,
    /// `/sandbox/v5`, visible to its creator only.
    Sandbox,
}

/// The app's access tier: what it may do in production and how often.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// No Pins in production, 1,000 calls a day.
    #[default]
    Trial,
    /// Everything, by the minute.
    Standard,
}

impl Environment {
    /// In words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Production => "production API",
            Self::Sandbox => "sandbox",
        }
    }
}
