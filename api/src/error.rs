//! How things go wrong.
//!
//! Each module has an enum of *expected* refusals; each carries its facts, a stable code and a sentence with the
//! remedy, and implements [`Refusal`]. What nobody expects is a [`Fault`]: it is logged once, at the door (the API
//! or a page), under a reference that the person is shown.

use crate::{db::Trouble, hooks::Crash};

/// What a refusal means for the person who asked; the doors map it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request itself is malformed (400).
    Malformed,
    /// Nobody is signed in, or the proof of it is wrong (401).
    Unauthenticated,
    /// The person may not do this (403).
    Forbidden,
    /// There is no such thing (404).
    NotFound,
    /// It is not in a state that allows this (409).
    Conflict,
    /// What the person saw is not current any more (412).
    Stale,
    /// Too large (413).
    TooLarge,
    /// A content type that is not taken (415).
    UnsupportedType,
    /// A field is wrong (422).
    Invalid,
    /// The request must say what it saw (428).
    PreconditionRequired,
    /// Too often (429).
    TooMany,
    /// Ours: unexpected (500).
    Internal,
    /// Pinterest did not answer as it should (502).
    Upstream,
    /// Not now; trying again later may work (503).
    Unavailable,
}

/// What is wrong with one field of the input. Everything that is wrong is told at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name as the API spells it.
    pub field: &'static str,
    /// A stable word for what is wrong.
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl FieldError {
    /// An error of one field.
    pub fn new(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self { field, code, message: message.into() }
    }
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// A refusal: nothing was changed, unless it says that this is not known.
pub trait Refusal: std::error::Error {
    /// A stable word, `snake_case`, for programs.
    fn code(&self) -> &'static str;

    /// What it means for the person.
    fn kind(&self) -> Kind;

    /// After how long trying again may work, where that is known.
    fn retry_after(&self) -> Option<std::time::Duration> {
        None
    }

    /// Whether what was asked for may have been done all the same, so that it must not simply be tried again.
    fn may_be_done(&self) -> bool {
        self.fault().is_some_and(Fault::may_be_done)
    }

    /// The fields that are wrong, where it is about fields.
    fn fields(&self) -> &[FieldError] {
        &[]
    }

    /// The fault behind it, where it is none of the person's doing.
    fn fault(&self) -> Option<&Fault> {
        None
    }
}

/// What nobody expects.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database is busy or away; nothing was written.
    #[error("the database is busy, or does not answer just now")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database takes no changes; nothing was written.
    #[error("{}, so nothing was changed. {}", .0.cause(), .0.remedy())]
    Storage(Trouble),
    /// Too many such computations wait already; nothing was begun.
    #[error("too much of this waits to be done already. Try again in a moment")]
    Crowded,
    /// The database refused or broke.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is not known whether a commit held.
    #[error("it is not known whether the change was committed: {0}")]
    CommitUnknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row that the rules say is there, is not, or was changed by somebody else in between.
    #[error("{0}")]
    Lost(&'static str),
    /// An event would break the log's format or carry a secret.
    #[error("the audit log refuses an event: {0}")]
    Event(String),
    /// Encryption failed: a wrong key or a damaged record.
    #[error("a stored secret cannot be opened: {0}")]
    Sealed(String),
    /// A test stopped the work here.
    #[error(transparent)]
    Crash(#[from] Crash),
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// Whether the change may hold all the same: only what is known to come before a commit rules that out.
    pub fn may_be_done(&self) -> bool {
        !matches!(self, Self::Busy(_) | Self::Storage(_) | Self::Crowded | Self::Lost(_) | Self::Event(_))
    }

    /// Whether the database is busy or away, so that the same write may succeed later; where the commit's fate is not
    /// known, it must be one that finds out whether it was made already.
    pub fn is_outage(&self) -> bool {
        self.is_passing() || matches!(self, Self::CommitUnknown(_))
    }

    /// Whether trying again later may help, perhaps after somebody has mended what it names.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Storage(_) | Self::Crowded)
    }
}

impl Refusal for Fault {
    fn code(&self) -> &'static str {
        match self {
            Self::Storage(trouble) => trouble.code(),
            _ if self.is_passing() => "busy",
            _ => "internal",
        }
    }

    fn kind(&self) -> Kind {
        if self.is_passing() { Kind::Unavailable } else { Kind::Internal }
    }

    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}
