//! Stub.
/// Stub.
pub struct Config {}
impl Config {
    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        Self {}
    }
}
