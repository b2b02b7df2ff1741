//! The simulator's random source: ids, codes and tokens. With a seed it repeats itself.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A random source, seeded for repeatable runs or from the operating system.
pub(crate) struct Rng(StdRng);

impl Rng {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(seed.map_or_else(from_system, StdRng::seed_from_u64))
    }

    /// A decimal id of 18 digits, as Pinterest's Pins and boards have.
    pub(crate) fn id(&mut self) -> String {
        self.0.random_range(100_000_000_000_000_000_u64..=999_999_999_999_999_999).to_string()
    }

    /// `length` letters and digits.
    pub(crate) fn word(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(LETTERS[self.0.random_range(0..LETTERS.len())])).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the simulator has a random source of its own")]
fn from_system() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_the_run() {
        assert_eq!(Rng::new(Some(7)).word(40), Rng::new(Some(7)).word(40));
        assert_ne!(Rng::new(Some(7)).id(), Rng::new(Some(8)).id());
        assert_eq!(Rng::new(None).id().len(), 18);
    }
}
