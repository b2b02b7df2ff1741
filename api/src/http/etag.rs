//! `ETag` and `If-Match` of drafts: which version somebody saw.

use super::{problem::Problem, refused::Refused};
use crate::error::Kind;

/// The version that a request says it saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing was said.
    Unsaid,
    /// Whatever there is (`*`).
    Any,
    /// This one.
    Version(i64),
}

/// The `ETag` of a version.
pub fn of(version: i64) -> String {
    format!("\"{version}\"")
}

impl Seen {
    /// Reads `If-Match`.
    ///
    /// # Errors
    /// 400 where it is no `ETag` of a draft.
    pub fn read(if_match: &Option<String>) -> Result<Self, Refused> {
        let Some(given) = if_match else { return Ok(Self::Unsaid) };
        if given.trim() == "*" {
            return Ok(Self::Any);
        }
        let version = given.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let version = version.and_then(|version| version.parse().ok());
        version.map(Self::Version).ok_or_else(|| {
            let detail = "If-Match is not the ETag of a draft. Send the ETag that came with it, quotation marks and all";
            Problem::new(Kind::Malformed, "if_match_malformed", detail).into()
        })
    }

    /// The version, where one was named.
    pub fn version(self) -> Option<i64> {
        match self {
            Self::Version(version) => Some(version),
            Self::Unsaid | Self::Any => None,
        }
    }

    /// For what must say it: a version, or whatever is `current`.
    ///
    /// # Errors
    /// 428 where nothing was said.
    pub fn needed(self) -> Result<Self, Refused> {
        match self {
            Self::Unsaid => {
                let detail = "send If-Match with the ETag that came with the draft, so that nobody's work is overwritten";
                Err(Problem::new(Kind::PreconditionRequired, "if_match_required", detail).into())
            }
            said => Ok(said),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Seen> {
        Seen::read(&Some(text.to_owned())).ok()
    }

    #[test]
    fn an_etag_comes_back_as_its_version() {
        assert_eq!(read(&of(7)), Some(Seen::Version(7)));
        assert_eq!(read("*"), Some(Seen::Any));
        assert_eq!(Seen::read(&None).ok(), Some(Seen::Unsaid));
        for wrong in ["7", "\"x\"", "\"7", "W/\"7\"", ""] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_must_be_said_must_be_said() {
        assert!(Seen::Unsaid.needed().is_err());
        assert_eq!(Seen::Version(1).needed().ok(), Some(Seen::Version(1)));
    }
}
