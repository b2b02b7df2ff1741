//! Every duration of the product in one value, so that a test can shorten one and a reader can find it.
//!
//! The defaults are the documented ones. Only [`Timing::undo`] can be configured; the rest are promises.

use std::time::Duration;

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const fn minutes(count: u64) -> Duration {
    seconds(count * 60)
}

const fn hours(count: u64) -> Duration {
    minutes(count * 60)
}

const fn days(count: u64) -> Duration {
    hours(count * 24)
}

/// How long things take, last and wait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timing {
    /// Approving and publishing.
    pub publishing: Publishing,
    /// Calling Pinterest.
    pub calls: Calls,
    /// Looking for what became of a send whose outcome is unknown.
    pub reconcile: Reconcile,
    /// OAuth flows and tokens.
    pub oauth: OAuth,
    /// People's sign-ins.
    pub sign_in: SignIn,
    /// The audit log.
    pub audit: Audit,
    /// Waiting for the database.
    pub database: Database,
    /// The process itself: loops, start and stop, what is swept.
    pub process: Process,
}

/// Approving and publishing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishing {
    /// A publication is due this long after its approval at the earliest; until it is claimed, Undo takes it back.
    pub undo: Duration,
    /// A claim that is not renewed for this long is lost.
    pub lease_ttl: Duration,
    /// How often a claim in work is renewed.
    pub heartbeat: Duration,
    /// An approval lapses this long after the decision ...
    pub approval_ttl: Duration,
    /// ... or this long after `publish_at`, whichever is later.
    pub approval_ttl_after_publish_at: Duration,
    /// A publication not claimed this long after its `publish_at` is `missed`.
    pub missed_after: Duration,
    /// A result that the database has not taken after this is kept in the spool until it does.
    pub spool_after: Duration,
    /// Between two sends for one account.
    pub spacing: Duration,
    /// Retries of a send that was proven not accepted wait a random part of this, doubled with each failure ...
    pub retry_base: Duration,
    /// ... up to this.
    pub retry_max: Duration,
    /// How long an account pauses after its first, second and any later block for spam.
    pub spam_pauses: [Duration; 3],
    /// A connection held for its authorization is tried again after this.
    pub authorization_recheck: Duration,
}

impl Default for Publishing {
    fn default() -> Self {
        Self {
            undo: seconds(10),
            lease_ttl: seconds(60),
            heartbeat: seconds(20),
            approval_ttl: days(30),
            approval_ttl_after_publish_at: hours(24),
            missed_after: minutes(60),
            spool_after: seconds(1),
            spacing: seconds(20),
            retry_base: seconds(5),
            retry_max: minutes(10),
            spam_pauses: [hours(1), hours(6), hours(24)],
            authorization_recheck: minutes(15),
        }
    }
}

/// Calling Pinterest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// To have a connection, TLS included.
    pub connect: Duration,
    /// For a send as a whole, from the first byte to the last of the answer.
    pub send: Duration,
    /// For any other call as a whole.
    pub other: Duration,
    /// `timeout_ms` in the intent of a send: the call and the lease, so that the reaper always comes in time.
    pub send_intent: Duration,
    /// `timeout_ms` in the intent of any other call.
    pub other_intent: Duration,
    /// How long a board's name is kept, in memory only.
    pub board_names_ttl: Duration,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            connect: seconds(5),
            send: seconds(60),
            other: seconds(20),
            send_intent: seconds(120),
            other_intent: seconds(30),
            board_names_ttl: seconds(60),
        }
    }
}

/// Looking for what became of a send whose outcome is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconcile {
    /// When the board is looked at, counted from the moment the outcome became unknown. After the last: a person decides.
    pub steps: [Duration; 6],
    /// How far Pinterest's clock may be behind ours: Pins made this long before the send are candidates too.
    pub clock_skew: Duration,
    /// Pins made this long after the send's deadline are candidates too.
    pub after_deadline: Duration,
}

impl Default for Reconcile {
    fn default() -> Self {
        Self {
            steps: [seconds(5), seconds(30), minutes(2), minutes(10), minutes(30), hours(2)],
            clock_skew: minutes(2),
            after_deadline: minutes(10),
        }
    }
}

/// OAuth flows and tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// How long a `state` may be used, once.
    pub state_ttl: Duration,
    /// A token is used for a send only if it is valid for longer than this; else it is refreshed first.
    pub min_validity: Duration,
    /// A token is refreshed after this share of its lifetime, in per cent.
    pub refresh_at_percent: u32,
    /// A connection nobody uses has its token refreshed this often, so that the refresh token never lapses.
    pub idle_refresh: Duration,
    /// How long one refresh may hold others of the same connection up.
    pub refresh_lease_ttl: Duration,
    /// A renewal that failed is tried again after this.
    pub refresh_retry: Duration,
    /// What an exchange that began in a state's last moment may still take.
    pub exchange_grace: Duration,
    /// Tokens whose account could not be asked for are kept this long, and it is asked for again.
    pub take_up_within: Duration,
    /// How long an access token lives where Pinterest does not say: as documented.
    pub access_ttl: Duration,
    /// How often tokens that are due and holds that may be over are looked for.
    pub upkeep: Duration,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            state_ttl: minutes(10),
            min_validity: hours(24),
            refresh_at_percent: 80,
            idle_refresh: days(7),
            refresh_lease_ttl: seconds(60),
            refresh_retry: minutes(15),
            exchange_grace: minutes(2),
            take_up_within: hours(24),
            access_ttl: days(30),
            upkeep: seconds(60),
        }
    }
}

/// People's sign-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// A session ends this long after its last use ...
    pub session_idle_ttl: Duration,
    /// ... and in any case this long after the sign-in.
    pub session_absolute_ttl: Duration,
    /// A session's last use is written down at most this often.
    pub session_touch: Duration,
    /// How long a one-time sign-in link may be used, once.
    pub link_ttl: Duration,
    /// How long the step between password and code may take on a page.
    pub ticket_ttl: Duration,
    /// A second factor that was begun has to be confirmed within this.
    pub factor_start_ttl: Duration,
    /// So many guesses at the codes of a person's second factor may be made at once ...
    pub code_guesses: u32,
    /// ... and one more each time that this has passed.
    pub code_guess_every: Duration,
    /// An API token ends after this where nothing else was said.
    pub token_ttl: Duration,
    /// A refused act is told in the log at most this often for each person and action.
    pub refusals_told: Duration,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            session_idle_ttl: minutes(30),
            session_absolute_ttl: hours(12),
            session_touch: seconds(60),
            link_ttl: hours(24),
            ticket_ttl: minutes(5),
            factor_start_ttl: minutes(15),
            code_guesses: 10,
            code_guess_every: seconds(30),
            token_ttl: days(90),
            refusals_told: seconds(60),
        }
    }
}

/// The audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// An intent that cannot be committed within this: the call is refused (503).
    pub intent_write: Duration,
    /// An intent without outcome for its `timeout_ms` and this long becomes `api.unknown`.
    pub outcome_grace: Duration,
    /// How far `at` may lie before the greatest so far in its stream without a `system.clock_stepped`.
    pub clock_step: Duration,
}

impl Default for Audit {
    fn default() -> Self {
        Self { intent_write: seconds(2), outcome_grace: seconds(30), clock_step: seconds(5) }
    }
}

/// Waiting for the database: in real time, as it does itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// How long a statement waits for a lock.
    pub busy: Duration,
    /// How long anybody waits for a connection, and a writer for connection and SQLite's lock together.
    pub acquire: Duration,
    /// The longest that PostgreSQL may be at one statement.
    pub statement: Duration,
    /// PostgreSQL ends a transaction in which nothing happens for this long, such as that of a server that is cut off.
    pub idle_transaction: Duration,
}

impl Default for Database {
    fn default() -> Self {
        Self { busy: seconds(5), acquire: seconds(5), statement: seconds(30), idle_transaction: seconds(60) }
    }
}

/// The process itself: loops, start and stop, what is swept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// How often the publisher looks for due work when nobody wakes it.
    pub publisher_tick: Duration,
    /// How often short-lived rows that are spent are swept.
    pub sweep: Duration,
    /// An uploaded image that no draft uses goes after this.
    pub unattached_upload_ttl: Duration,
    /// The saved answer to an `Idempotency-Key` is kept this long.
    pub idempotency_ttl: Duration,
    /// Access-log files go after this.
    pub access_log_ttl: Duration,
    /// How often it is looked whether the machine's clock agrees with the database's.
    pub clock_follow: Duration,
    /// A jump of the clock larger than this pauses claiming ...
    pub clock_jump: Duration,
    /// ... for this long.
    pub clock_jump_pause: Duration,
    /// How long a graceful stop waits for what is in flight: a send and its settling.
    pub graceful_stop: Duration,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            publisher_tick: seconds(1),
            sweep: minutes(10),
            unattached_upload_ttl: hours(24),
            idempotency_ttl: hours(24),
            access_log_ttl: days(30),
            clock_follow: seconds(60),
            clock_jump: seconds(30),
            clock_jump_pause: seconds(60),
            graceful_stop: seconds(75),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reaper_always_comes_before_an_intent_is_given_up() {
        let timing = Timing::default();
        let longest_send = timing.calls.send + timing.publishing.lease_ttl;
        assert!(timing.calls.send_intent >= longest_send);
        let given_up = timing.calls.send_intent + timing.audit.outcome_grace;
        assert!(longest_send + timing.process.publisher_tick < given_up);
        assert!(timing.calls.other < timing.calls.other_intent);
    }

    #[test]
    fn a_lease_survives_two_missed_heartbeats() {
        let publishing = Publishing::default();
        assert!(publishing.lease_ttl >= publishing.heartbeat * 3);
    }

    #[test]
    fn a_cut_off_transaction_ends_before_its_lease_is_anothers() {
        let timing = Timing::default();
        assert!(timing.database.busy <= timing.database.acquire);
        assert!(timing.database.idle_transaction <= timing.publishing.lease_ttl);
    }

    #[test]
    fn a_graceful_stop_outlasts_a_send() {
        let timing = Timing::default();
        assert!(timing.process.graceful_stop > timing.calls.connect + timing.calls.send);
    }

    #[test]
    fn reconciling_looks_ever_more_rarely() {
        assert!(Reconcile::default().steps.is_sorted());
    }
}
