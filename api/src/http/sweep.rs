//! Taking away what the doors leave behind: spent idempotency keys, old access logs.

use futures_util::future::BoxFuture;

use super::{access_log, idempotency};
use crate::{
    app::{App, Slow},
    error::Fault,
    worker::sweep::report,
};

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
    let swept = app.slow(Slow::Password, move || access_log::sweep(&folder, now, ttl)).await?;
    swept.map_err(|error| Fault::Other(format!("the access logs cannot be swept: {error}")))
}
