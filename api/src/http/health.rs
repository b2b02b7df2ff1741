//! Whether the process lives, whether it can work, and which version it is.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use poem::{
    IntoResponse as _, Response, handler,
    http::StatusCode,
    web::{Data, Json},
};
use serde_json::{Value, json};

use crate::{app::App, data_keys, db::OpenError};

/// Less than this free in the data folder, and the installation is not ready: 100 MiB.
const MIN_FREE_BYTES: u64 = 100 << 20;

/// Whether the process was told to stop; found among the requests' data.
#[derive(Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on `/readyz` says that it is stopping.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The process lives.
#[handler]
pub fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Which version it is.
#[handler]
pub fn version() -> Json<Value> {
    Json(json!({ "name": "countersign", "version": env!("CARGO_PKG_VERSION") }))
}

/// Whether it can work: 200, or 503 with what is wrong.
#[handler]
pub async fn readyz(app: Data<&App>, stopping: Data<&Stopping>) -> Response {
    let checks = checks(&app, &stopping).await;
    let is_ready = checks.iter().all(|(_, problem)| problem.is_none());
    let checks = checks.into_iter().map(|(name, problem)| {
        let said = problem.unwrap_or_else(|| "ok".to_owned());
        (name.to_owned(), Value::String(said))
    });
    let body = json!({ "status": if is_ready { "ready" } else { "not ready" }, "checks": Value::Object(checks.collect()) });
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Json(body).with_status(status).into_response()
}

/// Each check and what is wrong, in words that tell nothing to strangers.
async fn checks(app: &App, stopping: &Stopping) -> [(&'static str, Option<String>); 5] {
    [
        ("process", stopping.has_begun().then(|| "stopping".to_owned())),
        ("database", app.db.ping().await.err().map(|_| "it does not answer".to_owned())),
        ("migrations", migrations(app).await),
        ("keys", keys(app).await),
        ("disk", disk(app.data_dir.path())),
    ]
}

async fn migrations(app: &App) -> Option<String> {
    match app.db.migration_status().await {
        Ok(steps) if steps.iter().all(|(_, is_applied)| *is_applied) => None,
        Ok(_) => Some("steps are missing: stop the server and run `countersign migrate up`".to_owned()),
        Err(OpenError::Newer(_)) => {
            Some("the schema is of a newer version of countersign: start that one".to_owned())
        }
        Err(_) => Some("they cannot be read just now".to_owned()),
    }
}

/// Whether the master key opens the key that signs approvals.
async fn keys(app: &App) -> Option<String> {
    let opened = data_keys::get_or_create(app, "approval_mac").await;
    opened.err().map(|_| "the master key does not open them".to_owned())
}

fn disk(folder: &Path) -> Option<String> {
    match rustix::fs::statvfs(folder) {
        Ok(found) if found.f_bavail.saturating_mul(found.f_frsize) >= MIN_FREE_BYTES => None,
        Ok(_) => Some("less than 100 MiB are free in the data folder".to_owned()),
        Err(_) => Some("the data folder cannot be looked at".to_owned()),
    }
}
