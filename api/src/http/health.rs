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
use rustix::fs::Access;
use serde_json::{Value, json};

use crate::{
    app::App,
    data_keys,
    db::{OpenError, Trouble},
    error::Fault,
    spool::{self, Contents},
};

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
    let said = |(name, problem): (&'static str, Option<String>)| {
        // What waits for a person keeps nobody from working.
        let remark = || if name == "spool" { in_spool(&app) } else { None };
        let said = problem.or_else(remark).unwrap_or_else(|| "ok".to_owned());
        (name.to_owned(), Value::String(said))
    };
    let checks = checks.into_iter().map(said);
    let body = json!({ "status": if is_ready { "ready" } else { "not ready" }, "checks": Value::Object(checks.collect()) });
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Json(body).with_status(status).into_response()
}

/// Each check and what is wrong, in words that tell nothing to strangers.
async fn checks(app: &App, stopping: &Stopping) -> [(&'static str, Option<String>); 6] {
    let trouble = app.db.trouble().await;
    [
        ("process", stopping.has_begun().then(|| "stopping".to_owned())),
        ("database", database(app, trouble).await),
        ("migrations", migrations(app).await),
        ("keys", keys(app).await),
        ("disk", disk(app.data_dir.path(), trouble)),
        ("spool", spool_trouble(app).map(str::to_owned)),
    ]
}

async fn database(app: &App, trouble: Option<Trouble>) -> Option<String> {
    if let Some(Trouble::ReadOnly | Trouble::Damaged) = trouble {
        return trouble.map(in_words);
    }
    match app.db.ping().await {
        Ok(()) => None,
        Err(Fault::Storage(trouble)) => Some(in_words(trouble)),
        Err(_) => Some("it does not answer: see that it runs and can be reached".to_owned()),
    }
}

fn in_words(trouble: Trouble) -> String {
    format!("{}. {}", trouble.cause(), trouble.remedy())
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
    match data_keys::get_or_create(app, "approval_mac").await {
        Ok(_) => None,
        Err(Fault::Sealed(_)) => Some("the master key does not open them: put the old one back".to_owned()),
        Err(_) => Some("they cannot be read just now".to_owned()),
    }
}

/// Whether results can be kept, and those that are kept be found.
fn spool_trouble(app: &App) -> Option<&'static str> {
    if !spool::is_writable(app) {
        return Some("it cannot be written");
    }
    spool::contents(app).is_err().then_some("it cannot be read: the log says why")
}

fn in_spool(app: &App) -> Option<String> {
    let Contents { kept, set_aside } = spool::contents(app).ok()?;
    let told = [
        (set_aside > 0).then(|| format!("{set_aside} results could not be used and are set aside")),
        (kept > 0).then(|| format!("{kept} results wait to be settled")),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| format!("ok, but {}: the log says why", told.join(" and ")))
}

fn disk(folder: &Path, trouble: Option<Trouble>) -> Option<String> {
    if trouble == Some(Trouble::Full) {
        return trouble.map(in_words);
    }
    if rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        return Some("the data folder cannot be written: see its owner, its rights and its disk".to_owned());
    }
    match rustix::fs::statvfs(folder) {
        Ok(found) if found.f_bavail.saturating_mul(found.f_frsize) >= MIN_FREE_BYTES => None,
        Ok(_) => Some("less than 100 MiB are free in the data folder: free some space".to_owned()),
        Err(_) => Some("the data folder cannot be looked at".to_owned()),
    }
}
