//! Randomness, as a parameter: keys, nonces, salts, tokens and ids all come out of a [`Rng`] that was handed in.
//!
//! The product runs on [`SystemRng`]; tests run on [`SeededRng`], so that a failing test fails again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng};

use crate::clock::Clock;
use crate::secret::Secret;

/// Where random bytes come from. The helpers are methods of `dyn Rng`, which is how it is passed around.
pub trait Rng: Send + Sync {
    /// Fills `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Rng + '_ {
    /// `N` random bytes: a key, a salt, a nonce.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// `prefix` and 32 random bytes in base64url without padding (43 characters): session ids, API tokens, sign-in
    /// links, OAuth states. A secret; only its hash is stored.
    pub fn token(&self, prefix: &str) -> Secret {
        Secret::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.bytes::<32>())))
    }

    /// `bytes` random bytes as twice as many lower-case hex digits.
    pub fn hex(&self, bytes: usize) -> String {
        let mut random = vec![0; bytes];
        self.fill(&mut random);
        hex::encode(random)
    }

    /// A random duration from zero to `max`, both included, to the microsecond: so that many waiters do not wake at once.
    pub fn jitter(&self, max: Duration) -> Duration {
        let max_micros = u64::try_from(max.as_micros()).unwrap_or(u64::MAX);
        let random = u128::from(u64::from_le_bytes(self.bytes::<8>()));
        // The upper half of the product is evenly spread over 0..=max without a loop.
        let micros = (random * (u128::from(max_micros) + 1)) >> 64;
        Duration::from_micros(u64::try_from(micros).unwrap_or(max_micros))
    }
}

/// A UUID of version 7 from the given clock and randomness: lower case with hyphens, sorts by millisecond.
pub fn uuid_v7(clock: &dyn Clock, rng: &dyn Rng) -> String {
    let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rng.bytes::<10>()).into_uuid().to_string()
}

/// The operating system's randomness, stretched by a cryptographic generator: the single place that asks for it.
#[derive(Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for real randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// Always the same bytes for the same seed. For tests only: whoever knows the seed knows every key.
pub struct SeededRng(Mutex<StdRng>);

impl SeededRng {
    /// A source that is wholly determined by `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use countersign_entities::Timestamp;

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_seed_determines_everything_and_another_seed_something_else() {
        let (one, same, other) = (SeededRng::new(1), SeededRng::new(1), SeededRng::new(2));
        let (one, same, other): (&dyn Rng, &dyn Rng, &dyn Rng) = (&one, &same, &other);
        let first = one.bytes::<16>();
        assert_eq!(first, same.bytes());
        assert_ne!(first, other.bytes());
        assert_ne!(first, one.bytes(), "it moves on");
    }

    #[test]
    fn the_system_does_not_repeat_itself() {
        let rng: &dyn Rng = &SystemRng;
        assert_ne!(rng.bytes::<32>(), rng.bytes::<32>());
        assert_ne!(rng.bytes::<32>(), [0; 32]);
    }

    #[test]
    fn a_token_is_43_url_safe_characters_after_its_prefix() {
        let rng: &dyn Rng = &SeededRng::new(3);
        let token = rng.token("cs_");
        let random = token.expose().strip_prefix("cs_").unwrap();
        assert_eq!(random.len(), 43);
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        assert_eq!(rng.hex(8).len(), 16);
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_reaches_both_halves() {
        let rng: &dyn Rng = &SeededRng::new(4);
        let max = Duration::from_secs(10);
        let drawn: Vec<Duration> = (0..200).map(|_| rng.jitter(max)).collect();
        assert!(drawn.iter().all(|duration| *duration <= max));
        assert!(drawn.iter().any(|duration| *duration < max / 4));
        assert!(drawn.iter().any(|duration| *duration > max * 3 / 4));
        assert_eq!(rng.jitter(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn uuids_of_version_7_sort_by_the_clock() {
        let rng = SeededRng::new(5);
        let clock = ManualClock::new(Timestamp(1_700_000_000_000_000));
        let earlier = uuid_v7(&clock, &rng);
        clock.advance(Duration::from_millis(1));
        let later = uuid_v7(&clock, &rng);
        assert!(earlier < later);
        assert_eq!(earlier.as_bytes()[14], b'7');
        assert!(earlier.starts_with("018bcfe5-6800"), "{earlier}");
    }
}
