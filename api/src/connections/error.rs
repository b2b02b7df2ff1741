//! Why a verb on connections refuses.

use std::time::Duration;

use countersign_entities::vocabulary::{ConnectionState, Environment, HoldReason};

use crate::{
    error::{Fault, FieldError, Kind, Refusal},
    operators::Forbidden,
    pinterest::{
        boards,
        error::{Disposition, UpstreamError},
        scope::Scopes,
    },
};

/// An expected refusal; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// There is no such connection.
    #[error("there is no such connection. Look in the list of connections")]
    NotFound,
    /// Fields are wrong.
    #[error("{}", sentences(.0))]
    Fields(Vec<FieldError>),
    /// The environment is not configured here.
    #[error("{}", not_configured(*.0))]
    EnvironmentNotConfigured(Environment),
    /// The app's tier does not allow it.
    #[error(
        "the Pinterest app has Trial access, which closes production. Connect to the sandbox, or set \
         PINTEREST_ACCESS_TIER=standard once Pinterest granted it"
    )]
    TrialCannotReachProduction,
    /// Nothing waits for a confirmation.
    #[error("nothing waits to be confirmed: this connection is {0}")]
    NotConfirmable(ConnectionState),
    /// The account cannot be asked now.
    #[error("{}", held(*.0))]
    Held(HoldReason),
    /// These permissions were not granted.
    #[error("this account's owner did not grant {0}. An admin can connect the account again and grant it")]
    ScopesMissing(Scopes),
    /// Boards are created here for trying things out only.
    #[error("boards can be created here in rehearsal and in the sandbox only. Create this one at Pinterest")]
    BoardsInProduction,
    /// Pinterest has no such board.
    #[error("Pinterest has no such board. It may have been deleted; choose another one")]
    NoBoard,
    /// Pinterest refused.
    #[error("{0}. Nothing was changed. Mend what it names, or look at the account at Pinterest")]
    Upstream(UpstreamError),
    /// Pinterest wants us to wait so long.
    #[error("Pinterest's limit of calls is reached. Try again in {} seconds", .0.as_secs())]
    Throttled(Duration),
    /// Pinterest did not answer, or not readably: what, as a sentence. Nothing was done.
    #[error("{0}. Try again in a moment; if it stays so, look at Pinterest's status page")]
    Unanswered(String),
    /// It is not known whether Pinterest did it: why, as a sentence.
    #[error("{0}, so it is not known whether it was done. Look at Pinterest before you try again")]
    Unknown(String),
    /// Pinterest was asked to do it, and what it answered could not be written down.
    #[error(
        "what Pinterest answered could not be written down, so it may have been done. Look at Pinterest before you \
             try again"
    )]
    Untold(#[source] Fault),
    /// The token is being renewed or the log is busy.
    #[error("this cannot be done just now. Try again in a moment")]
    Busy,
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn sentences(fields: &[FieldError]) -> String {
    fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// What is wrong with a board's name, in Pinterest's words, and what to do about it.
fn name_refused(error: &UpstreamError) -> FieldError {
    let words = error.message.as_deref().unwrap_or_default().trim_end_matches(['.', '!']);
    let message = format!(
        "was not taken by Pinterest, which says: “{words}”. If the account has a board of this name, use that board; \
         if not, choose another name"
    );
    FieldError::new("name", "taken", message)
}

fn not_configured(environment: Environment) -> &'static str {
    match environment {
        Environment::Rehearsal => {
            "this installation has a Pinterest app, so there is no rehearsal. Choose the sandbox or production"
        }
        Environment::Sandbox | Environment::Production => {
            "this installation rehearses without a Pinterest app. Set PINTEREST_APP_ID and PINTEREST_APP_SECRET to \
             connect to Pinterest"
        }
    }
}

/// Why an account is held, and what to do about it.
fn held(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Disconnected => "this account is not connected. An admin can connect it again",
        HoldReason::WrongAccount => {
            "nobody has confirmed yet that this is the right account. An admin can confirm it"
        }
        HoldReason::Authorization => {
            "Pinterest does not accept our token for this account. It is tried again in a while; an admin can \
             connect it again"
        }
        HoldReason::Scope => {
            "a permission is missing: Countersign needs user_accounts:read, boards:read, boards:write, pins:read and \
             pins:write. An admin can connect the account again and grant all of them"
        }
        HoldReason::Tier => {
            "the Pinterest app's access tier does not allow this. Ask Pinterest for Standard access to the app and set \
             PINTEREST_ACCESS_TIER=standard, or use a sandbox account"
        }
        HoldReason::Environment => {
            "this account's environment is not configured any more. Set PINTEREST_APP_ID and PINTEREST_APP_SECRET (or \
             take them out to rehearse) as they were when it was connected"
        }
        HoldReason::Paused => "publishing is paused. An admin can resume it on the page Settings",
        HoldReason::Spam => {
            "Pinterest blocked this account for spam. It rests for up to a day and goes on by itself; until then nothing \
             can be created with it"
        }
        HoldReason::Breaker => "too many calls failed in a row. It is tried again by itself in a while",
        HoldReason::SafeMode => "a backup was restored; an admin has to lift the safe mode",
    }
}

impl ConnectionError {
    /// The refusal that Pinterest's answer means. Of a read, what is not known was not done.
    pub(crate) fn upstream(error: UpstreamError) -> Self {
        if boards::is_name_refused(&error) {
            return Self::Fields(vec![name_refused(&error)]);
        }
        match error.disposition() {
            Disposition::Wait => Self::Throttled(error.wait()),
            Disposition::Gone => Self::NoBoard,
            Disposition::Spam => Self::Held(HoldReason::Spam),
            Disposition::Scope => Self::Held(HoldReason::Scope),
            Disposition::Tier => Self::Held(HoldReason::Tier),
            Disposition::Reauthorise => Self::Held(HoldReason::Authorization),
            Disposition::Refuse => Self::Upstream(error),
            Disposition::Unknown => Self::Unknown(error.to_string()),
        }
    }
}

impl Refusal for ConnectionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "connection_not_found",
            Self::Fields(_) => "fields_invalid",
            Self::EnvironmentNotConfigured(_) => "environment_not_configured",
            Self::TrialCannotReachProduction => "trial_cannot_reach_production",
            Self::NotConfirmable(_) => "connection_not_confirmable",
            Self::Held(_) | Self::ScopesMissing(_) => "connection_held",
            Self::BoardsInProduction => "boards_in_production",
            Self::NoBoard => "board_not_found",
            Self::Upstream(_) => "pinterest_refused",
            Self::Throttled(_) => "pinterest_limit",
            Self::Unanswered(_) => "pinterest_unanswered",
            Self::Unknown(_) | Self::Untold(_) => "pinterest_outcome_unknown",
            Self::Busy => "busy",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound | Self::NoBoard => Kind::NotFound,
            Self::Fields(_) => Kind::Invalid,
            Self::EnvironmentNotConfigured(_)
            | Self::TrialCannotReachProduction
            | Self::NotConfirmable(_)
            | Self::BoardsInProduction
            | Self::Held(_)
            | Self::ScopesMissing(_) => Kind::Conflict,
            Self::Upstream(_) | Self::Unanswered(_) | Self::Unknown(_) | Self::Untold(_) => Kind::Upstream,
            Self::Throttled(_) | Self::Busy => Kind::Unavailable,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled(wait) => Some(*wait),
            _ => None,
        }
    }

    fn may_be_done(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Untold(_) => true,
            other => other.fault().is_some_and(Fault::may_be_done),
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
            Self::Fault(fault) | Self::Untold(fault) => Some(fault),
            _ => None,
        }
    }
}

/// Why a return from Pinterest's consent page connects nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallbackRefused {
    /// No consent of ours has this state.
    #[error("this is no consent that was started here. Start again from the connections")]
    Unknown,
    /// A parameter came twice, so none of them can be trusted.
    #[error("the address that Pinterest sent you to is damaged. Start again from the connections")]
    Doubled,
    /// It took too long.
    #[error(
        "this consent took too long: it must come back within 10 minutes. Start again from the connections"
    )]
    Expired,
    /// It was used before.
    #[error("this consent was used already. Look at the connections: the account may be connected")]
    Reused,
    /// Another session started it.
    #[error(
        "this consent was started in another session. Sign in there, or start again from the connections here"
    )]
    OtherSession,
    /// The person may not connect accounts any more.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The account's owner said no.
    #[error(
        "access was denied on Pinterest's page, so nothing was connected. You can start again at any time"
    )]
    Denied,
    /// Pinterest gave no access for another reason than a denial: one of the words of RFC 6749, or `other`.
    #[error("Pinterest gave no access ({}), so nothing was connected. {}", .0, mend(.0))]
    NoAccess(&'static str),
    /// Pinterest sent neither a code nor a reason.
    #[error("Pinterest sent no answer along, so nothing was connected. Start again from the connections")]
    Unanswered,
    /// Pinterest did not take the code.
    #[error("{0}: it did not give us access. Check the app's id and secret, then start again")]
    ExchangeRefused(UpstreamError),
    /// The answer to the exchange was lost, or Pinterest is away.
    #[error("Pinterest did not answer when we asked for access ({0}). Start again in a moment")]
    ExchangeUnanswered(&'static str),
    /// Pinterest did not say whose account it is.
    #[error(
        "Pinterest gave us access, but did not say whose account it is. We kept nothing; start again in a moment"
    )]
    AccountUnread,
    /// Another account than the connected one consented.
    #[error(
        "@{got} consented, but this connection belongs to @{connected}. Its access was dropped, and the connection is \
         as it was. To use @{got}, make a new connection"
    )]
    OtherAccount {
        /// The connection's account.
        connected: String,
        /// The account that consented.
        got: String,
    },
    /// Another connection has this account.
    #[error(
        "@{0} is connected here already, so this consent was dropped. To renew its access, choose Reconnect at that \
         connection"
    )]
    AlreadyConnected(String),
    /// The connection was ended while the consent was on its way.
    #[error("this connection was disconnected in the meantime. Start again from the connections")]
    Ended,
    /// Nobody expects this.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What helps against the reason that Pinterest gave.
fn mend(word: &str) -> &'static str {
    match word {
        "server_error" | "temporarily_unavailable" => "Try again later",
        _ => {
            "An admin should compare the app's id and the redirect address with what Pinterest has, and look at the \
             app's settings there"
        }
    }
}

impl Refusal for CallbackRefused {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "consent_unknown",
            Self::Doubled => "consent_doubled",
            Self::Expired => "consent_expired",
            Self::Reused => "consent_reused",
            Self::OtherSession => "consent_other_session",
            Self::Forbidden(error) => error.code(),
            Self::Denied => "consent_denied",
            Self::NoAccess(_) => "consent_no_access",
            Self::Unanswered => "consent_unanswered",
            Self::ExchangeRefused(_) => "exchange_refused",
            Self::ExchangeUnanswered(_) => "exchange_unanswered",
            Self::AccountUnread => "account_unread",
            Self::OtherAccount { .. } => "other_account",
            Self::AlreadyConnected(_) => "account_already_connected",
            Self::Ended => "connection_ended",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown | Self::Doubled | Self::Unanswered => Kind::Malformed,
            Self::OtherSession | Self::Forbidden(_) => Kind::Forbidden,
            Self::Expired
            | Self::Reused
            | Self::Denied
            | Self::OtherAccount { .. }
            | Self::AlreadyConnected(_)
            | Self::Ended => Kind::Conflict,
            Self::NoAccess(_)
            | Self::ExchangeRefused(_)
            | Self::ExchangeUnanswered(_)
            | Self::AccountUnread => Kind::Upstream,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}
