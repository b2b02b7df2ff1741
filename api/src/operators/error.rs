//! Why a change of people, sessions or tokens is refused.

use std::time::Duration;

use super::role::Forbidden;
use crate::error::{Fault, FieldError, Kind, Refusal};

/// Why a change of people, sessions or tokens is refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// Fields are wrong.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))]
    Fields(Vec<FieldError>),
    /// There is no such person.
    #[error("there is no such person. Look the person up in the list of operators")]
    NotFound,
    /// There is no such session of this person, or it has ended.
    #[error("this session has ended already, or it is not yours. Load your sessions again")]
    SessionNotFound,
    /// There is no such token.
    #[error("there is no such API token. Look in the list of tokens")]
    TokenNotFound,
    /// It was revoked before.
    #[error("this API token was revoked already. Make another one if one is needed")]
    TokenRevoked,
    /// The person is disabled.
    #[error("this person is disabled. Enable them first")]
    Disabled,
    /// There is a second factor already.
    #[error("the second factor is on already. Turn it off first, with a code or a recovery code")]
    FactorOn,
    /// There is no second factor.
    #[error("there is no second factor to change or take away")]
    FactorOff,
    /// Nothing waits for a first code, or it waited too long.
    #[error("no second factor waits for its first code, or it waited too long. Begin again")]
    FactorNotStarted,
    /// An admin's own second factor.
    #[error(
        "this is your own second factor. Turn it off on the page Account, with a code or a recovery code"
    )]
    OwnFactor,
    /// Nothing that a second factor could be second to.
    #[error("set a password first: a second factor is asked for beside it")]
    NoPassword,
    /// Nobody could administer any more.
    #[error("this is the last enabled admin. Give the role to somebody else first")]
    LastAdmin,
    /// Whoever asked was put out before it could be done.
    #[error("your session ended before this was done, and nothing was changed. Sign in again")]
    Ended,
    /// The person may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Too many guesses at the present password.
    #[error("too many attempts. Wait {} seconds and try again", .0.as_secs() + 1)]
    TooMany(Duration),
    /// Ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<FieldError> for OperatorError {
    fn from(error: FieldError) -> Self {
        Self::Fields(vec![error])
    }
}

impl Refusal for OperatorError {
    fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "fields_invalid",
            Self::NotFound => "operator_not_found",
            Self::SessionNotFound => "session_not_found",
            Self::TokenNotFound => "token_not_found",
            Self::TokenRevoked => "token_revoked",
            Self::Disabled => "operator_disabled",
            Self::LastAdmin => "last_admin",
            Self::FactorOn => "totp_on",
            Self::FactorOff => "totp_off",
            Self::FactorNotStarted => "totp_not_started",
            Self::OwnFactor => "totp_own",
            Self::NoPassword => "password_missing",
            Self::Ended => "session_ended",
            Self::Forbidden(forbidden) => forbidden.code(),
            Self::TooMany(_) => "too_many_attempts",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Fields(_) => Kind::Invalid,
            Self::NotFound | Self::SessionNotFound | Self::TokenNotFound => Kind::NotFound,
            Self::TokenRevoked | Self::Disabled | Self::LastAdmin => Kind::Conflict,
            Self::FactorOn | Self::FactorOff | Self::FactorNotStarted => Kind::Conflict,
            Self::OwnFactor | Self::NoPassword => Kind::Conflict,
            Self::Ended => Kind::Unauthenticated,
            Self::Forbidden(forbidden) => forbidden.kind(),
            Self::TooMany(_) => Kind::TooMany,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany(wait) => Some(*wait),
            _ => None,
        }
    }

    fn fields(&self) -> &[FieldError] {
        match self {
            Self::Fields(fields) => fields,
            _ => &[],
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}
