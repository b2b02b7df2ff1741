//! Taking away what the doors leave behind: spent idempotency keys, old access logs.

use futures_util::future::BoxFuture;

use super::{access_log, idempotency};
use crate::{app::App, error::Fault, worker::sweep::report};

/// Sweeps everything once, for [`crate::worker::Workers`].
pub fn sweep(app: App) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        report([
            ("idempotency_keys", idempotency::sweep(&app).await),
            ("access_logs", access_logs(&app).await),
        ])
    })
}

async fn access_logs(app: &App) -> Result<u64, Fault> {
    let (folder, now) = (app.data_dir.path().to_owned(), app.now());
    let ttl = app.timing.process.access_log_ttl;
    // Not among the passwords: on a slow disk it would hold up who signs in.
    let swept = tokio::task::spawn_blocking(move || access_log::sweep(&folder, now, ttl)).await;
    let swept = swept.map_err(|error| Fault::Other(error.to_string()))?;
    swept.map_err(|error| Fault::Other(format!("the access logs cannot be swept: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::Slow, testing};

    /// A slow disk must not delay a sign-in, and many sign-ins must not keep the disk full.
    #[tokio::test(flavor = "multi_thread")]
    async fn files_are_taken_away_without_a_place_among_the_passwords() {
        let test = testing::app().await;
        let before = test.app.slow_begun(Slow::Password);
        sweep(test.app.clone()).await.unwrap();
        assert_eq!(test.app.slow_begun(Slow::Password), before);
    }
}
