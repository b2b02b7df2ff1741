//! Limits on what strangers may try, by governor: per key, in memory, each with a burst.
//!
//! They slow an attacker down and never lock a person out: a right password from an address that is not throttled
//! is always taken, since a limit on one account counts only what came from one address. Guesses at second factors are
//! not counted here but beside them, in the database.

use std::{hash::Hash, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, state::keyed::DefaultKeyedStateStore,
};

use crate::{clock::Clock, timing::SignIn};

/// The application's clock, as governor reads one.
#[derive(Clone)]
struct Monotonic(Arc<dyn Clock>);

impl governor::clock::Clock for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Monotonic, NoOpMiddleware<Duration>>;

/// A limit for each key.
pub struct Throttle<K: Hash + Eq + Clone>(Limiter<K>);

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// Allows `burst` at once, and `burst` again over `period`.
    pub fn new(burst: NonZeroU32, period: Duration, clock: &Arc<dyn Clock>) -> Self {
        let each = period / burst.get();
        let quota = Quota::with_period(each).unwrap_or(Quota::per_minute(burst)).allow_burst(burst);
        Self(RateLimiter::dashmap_with_clock(quota, Monotonic(Arc::clone(clock))))
    }

    /// Takes one; `Err` says how long to wait.
    ///
    /// # Errors
    /// The time until one is free.
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        let limiter = &self.0;
        limiter.check_key(key).map_err(|until| until.wait_time_from(limiter.clock().now()))
    }

    /// Forgets keys that are as good as new, so that strangers cannot fill the memory.
    pub fn forget_idle(&self) {
        self.0.retain_recent();
    }
}

/// The limits of this process.
pub struct Throttles {
    /// Sign-in attempts from one address.
    pub sign_in_address: Throttle<String>,
    /// Sign-in attempts on one account from one address.
    pub sign_in_account: Throttle<(String, String)>,
    /// `access.refused` events: as often as [`SignIn::refusals_told`] says for a person and an action.
    pub refusals_told: Throttle<(String, &'static str)>,
    /// `oauth.callback.refused` events about consents of ours, from one address.
    pub callbacks_told: Throttle<String>,
    /// Events that anybody can cause, from one address: `access.sign_in_failed` of strangers, and
    /// `oauth.callback.refused` about no consent of ours.
    stranger_told: Throttle<String>,
    /// Events that anybody can cause, from all addresses together.
    strangers_told: Throttle<()>,
    /// Lines that say that some of those were not told.
    untold: Throttle<()>,
}

const MINUTE: Duration = Duration::from_secs(60);
const ONE: NonZeroU32 = NonZeroU32::MIN;
const TEN: NonZeroU32 = ONE.saturating_add(9);
const THIRTY: NonZeroU32 = ONE.saturating_add(29);
const SIX_HUNDRED: NonZeroU32 = ONE.saturating_add(599);

impl Throttles {
    /// The limits with nothing used.
    pub fn new(timing: &SignIn, clock: &Arc<dyn Clock>) -> Self {
        Self {
            sign_in_address: Throttle::new(THIRTY, MINUTE, clock),
            sign_in_account: Throttle::new(TEN, MINUTE, clock),
            refusals_told: Throttle::new(ONE, timing.refusals_told, clock),
            callbacks_told: Throttle::new(TEN, MINUTE, clock),
            stranger_told: Throttle::new(THIRTY, MINUTE * 30, clock),
            strangers_told: Throttle::new(SIX_HUNDRED, MINUTE * 60, clock),
            untold: Throttle::new(ONE, MINUTE, clock),
        }
    }

    /// Whether the audit log is told of something that anybody can cause, and somebody at this address did. One address
    /// is told of thirty times, then once a minute, and so cannot use up what is told of all.
    pub fn tells_of_stranger(&self, address: &str) -> bool {
        self.stranger_told.check(&address.to_owned()).is_ok() && self.tells_of_strangers()
    }

    /// As [`Throttles::tells_of_stranger`], for all addresses together. What is in the log stays for years, so that nobody
    /// may fill it; that some is left out is said in the process's own log.
    pub(crate) fn tells_of_strangers(&self) -> bool {
        let tells = self.strangers_told.check(&()).is_ok();
        if !tells && self.untold.check(&()).is_ok() {
            tracing::warn!(
                "more sign-ins of strangers fail, or come back from no consent of ours, than the audit log is told of \
                 (600, then 600 an hour). The log of your reverse proxy says where they come from"
            );
        }
        tells
    }

    /// Forgets idle keys.
    pub fn forget_idle(&self) {
        self.sign_in_address.forget_idle();
        self.sign_in_account.forget_idle();
        self.refusals_told.forget_idle();
        self.callbacks_told.forget_idle();
        self.stranger_told.forget_idle();
    }
}
