//! Why somebody is not let in.

use std::time::Duration;

use crate::{
    error::{Fault, Kind, Refusal},
    operators::{error::OperatorError, link::DeadLink, ticket::Ticket},
};

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Whatever of the two it is.
    #[error("the e-mail address or the password is not right. Try again, or ask an admin for a sign-in link")]
    Wrong,
    /// Right so far; a code of the second factor is asked for. After a password the ticket stands for it.
    #[error("this person has a second factor. Send a code of it, too, or a recovery code")]
    CodeRequired(Option<Ticket>),
    /// The code is wrong, or was used before.
    #[error("this code is not right, or it was used already. Wait for the next one, or use a recovery code")]
    CodeWrong,
    /// The ticket is too old, or what it stood for has changed.
    #[error("that took too long, or something changed meanwhile. Type your password again")]
    TicketOver,
    /// Too many attempts from there.
    #[error("too many attempts. Wait {} seconds and try again", .0.as_secs() + 1)]
    TooMany(Duration),
    /// Too many codes of this person's second factor.
    #[error("too many codes. Wait {} seconds and try again; a recovery code works at once", .0.as_secs() + 1)]
    TooManyCodes(Duration),
    /// The link does not work.
    #[error("{}", dead_link(*.0))]
    Link(DeadLink),
    /// Ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn dead_link(why: DeadLink) -> &'static str {
    match why {
        DeadLink::Used => "this sign-in link was used already. Ask an admin for a new one",
        DeadLink::Expired => "this sign-in link is too old. Ask an admin for a new one",
        DeadLink::Unknown => "there is no such sign-in link. Check that it was copied whole",
    }
}

impl Refusal for SignInError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "sign_in_failed",
            Self::CodeRequired(_) => "totp_required",
            Self::CodeWrong => "totp_wrong",
            Self::TicketOver => "sign_in_over",
            Self::TooMany(_) | Self::TooManyCodes(_) => "too_many_attempts",
            Self::Link(DeadLink::Used) => "link_used",
            Self::Link(DeadLink::Expired) => "link_expired",
            Self::Link(DeadLink::Unknown) => "link_unknown",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Wrong | Self::Link(_) => Kind::Unauthenticated,
            Self::CodeRequired(_) | Self::CodeWrong | Self::TicketOver => Kind::Unauthenticated,
            Self::TooMany(_) | Self::TooManyCodes(_) => Kind::TooMany,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) | Self::TooManyCodes(wait) => Some(*wait),
            _ => None,
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

impl From<OperatorError> for SignInError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Fault(fault) => Self::Fault(fault),
            OperatorError::TooMany(wait) => Self::TooManyCodes(wait),
            _ => Self::Wrong,
        }
    }
}
