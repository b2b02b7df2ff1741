//! What measurements share: times, their middle and their end, and how they are told.

use std::time::Duration;

/// How long something took, each time.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// How often it was done.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What half of them stay below.
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    /// What this part of them stay below, such as 0.99.
    ///
    /// # Panics
    /// If nothing was measured.
    pub fn quantile(&self, part: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let last = sorted.len().checked_sub(1).expect("nothing was measured");
        sorted[(part * last as f64).round() as usize]
    }

    /// How many a second, one after another.
    pub fn rate(&self) -> f64 {
        1.0 / self.median().as_secs_f64()
    }
}

impl FromIterator<Duration> for Times {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        Self(times.into_iter().collect())
    }
}

impl Extend<Duration> for Times {
    fn extend<T: IntoIterator<Item = Duration>>(&mut self, times: T) {
        self.0.extend(times);
    }
}

/// In milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_end_of_a_hundred_times() {
        let times: Times = (1..=101).rev().map(Duration::from_millis).collect();
        assert_eq!((ms(times.median()), ms(times.quantile(0.99))), (51.0, 100.0));
        assert!((times.rate() - 1000.0 / 51.0).abs() < 0.01);
    }
}
