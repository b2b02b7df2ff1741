//! The access log: `logs/access-YYYY-MM-DD.ndjson` in the data folder, a line for each request, in their order.
//!
//! A line has the route's pattern, never the path or the query string, so no id, token or callback code gets in. A
//! thread of its own writes, off the requests' path.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread::JoinHandle,
    time::Duration,
};

use countersign_entities::Timestamp;
use poem::{
    Endpoint, IntoResponse as _, Middleware, PathPattern, Request, Response, Result,
    http::{Method, header},
};
use serde_json::json;

use super::request_id::RequestId;
use crate::{app::App, audit::secret_gate::scrub};

const FOLDER: &str = "logs";
const USER_AGENT_CHARS: usize = 200;

/// The log; clones write to the same file.
#[derive(Clone)]
pub struct AccessLog(Arc<Writer>);

struct Writer {
    lines: Mutex<Option<Sender<(Timestamp, String)>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl AccessLog {
    /// Opens the log of a data folder.
    ///
    /// # Errors
    /// Where the folder or the thread cannot be made.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = data_dir.join(FOLDER);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || write_all(&folder, &receiver))?;
        let lines = Mutex::new(Some(sender));
        Ok(Self(Arc::new(Writer { lines, thread: Mutex::new(Some(thread)) })))
    }

    /// Appends a line.
    fn write(&self, at: Timestamp, line: String) {
        let lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*lines {
            // The writer ends only after this end is dropped.
            drop(sender.send((at, line)));
        }
    }

    /// Writes what is left and closes the file. Blocks until that is done.
    pub fn close(&self) {
        drop(self.0.lines.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.0.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            drop(thread.join());
        }
    }
}

/// Writes until the other end is dropped; a day's file at a time.
fn write_all(folder: &Path, lines: &Receiver<(Timestamp, String)>) {
    let mut open: Option<(String, File)> = None;
    let mut has_failed = false;
    while let Ok((at, line)) = lines.recv() {
        let written = append(folder, &mut open, at, &line);
        if let (Err(error), false) = (&written, has_failed) {
            tracing::warn!(%error, "the access log cannot be written");
        }
        has_failed = written.is_err();
    }
}

fn append(folder: &Path, open: &mut Option<(String, File)>, at: Timestamp, line: &str) -> io::Result<()> {
    let name = file_name(at);
    // Somebody may take a file away to keep it elsewhere; the next line then begins a new one.
    let is_open = open.as_ref().is_some_and(|(opened, _)| *opened == name) && folder.join(&name).exists();
    if !is_open {
        let mut options = OpenOptions::new();
        let file = options.create(true).append(true).mode(0o600).open(folder.join(&name))?;
        *open = Some((name, file));
    }
    match open {
        Some((_, file)) => file.write_all(line.as_bytes()),
        None => Ok(()),
    }
}

fn file_name(at: Timestamp) -> String {
    format!("access-{}.ndjson", &at.rfc3339()[..10])
}

/// Deletes the files whose every line is older than `ttl`; how many.
///
/// # Errors
/// Where the folder cannot be read or a file not be deleted.
pub fn sweep(data_dir: &Path, now: Timestamp, ttl: Duration) -> io::Result<u64> {
    let first_kept = file_name(now.minus(ttl));
    let mut gone = 0;
    for path in files(&data_dir.join(FOLDER))? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("access-") && name.ends_with(".ndjson") && name < first_kept.as_str() {
            fs::remove_file(&path)?;
            gone += 1;
        }
    }
    Ok(gone)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The middleware.
pub struct AccessLogs {
    /// The application, for its clock.
    pub app: App,
    /// Where lines go.
    pub log: AccessLog,
}

impl<E: Endpoint> Middleware<E> for AccessLogs {
    type Output = Logged<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Logged { app: self.app.clone(), log: self.log.clone(), inner }
    }
}

/// An endpoint whose requests are logged.
pub struct Logged<E> {
    app: App,
    log: AccessLog,
    inner: E,
}

impl<E: Endpoint> Endpoint for Logged<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let (at, started) = (self.app.now(), self.app.clock.monotonic());
        let asked = Asked::of(&request);
        let response = match self.inner.call(request).await {
            Ok(response) => response.into_response(),
            Err(error) => error.into_response(),
        };
        let took = self.app.clock.monotonic().saturating_sub(started);
        self.log.write(at, asked.line(at, took, &response));
        Ok(response)
    }
}

/// What is kept of a request.
struct Asked {
    method: Method,
    user_agent: Option<String>,
    id: Option<RequestId>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let user_agent = request.headers().get(header::USER_AGENT);
        Self {
            method: request.method().clone(),
            user_agent: user_agent
                .map(|agent| scrub(&String::from_utf8_lossy(agent.as_bytes()), USER_AGENT_CHARS)),
            id: request.data::<RequestId>().cloned(),
        }
    }

    fn line(&self, at: Timestamp, took: Duration, response: &Response) -> String {
        let status = response.status().as_u16();
        let rate = (status == 429).then(|| response.header(header::RETRY_AFTER).unwrap_or("limited"));
        let line = json!({
            "at": at.rfc3339(),
            "request_id": self.id.as_ref().map(RequestId::as_str),
            "method": self.method.as_str(),
            "route": response.data::<PathPattern>().map(|pattern| pattern.0.to_string()),
            "status": status,
            "duration_us": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "user_agent": self.user_agent,
            "rate": rate,
        });
        format!("{line}\n")
    }
}

#[cfg(test)]
mod tests {
    use poem::{EndpointExt as _, Route, endpoint::make_sync, http::StatusCode};

    use super::*;
    use crate::{http::request_id::RequestIds, testing};

    #[tokio::test]
    async fn a_line_has_the_pattern_and_no_secret() {
        let test = testing::app().await;
        let log = AccessLog::open(test.app.data_dir.path()).unwrap();
        let routes = Route::new().at("/sign-in/:token", make_sync(|_| StatusCode::TOO_MANY_REQUESTS));
        let app = test.app.clone();
        let served = routes.with(AccessLogs { app: app.clone(), log: log.clone() }).with(RequestIds(app));
        for path in ["/sign-in/canary?code=canary", "/nowhere/canary"] {
            let request = Request::builder()
                .uri(path.parse().unwrap())
                .header("user-agent", "curl/8 pina_canary0123456789abcdef");
            served.get_response(request.finish()).await;
        }
        log.close();
        let folder = test.app.data_dir.file("logs");
        let file = files(&folder).unwrap().pop().unwrap();
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["route"], "/sign-in/:token");
        assert_eq!(lines[0]["rate"], "limited");
        assert_eq!(lines[1]["route"], serde_json::Value::Null);
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(lines[0]["request_id"].as_str().unwrap().len(), 32);
    }

    #[tokio::test]
    async fn old_files_go_and_nothing_else() {
        let test = testing::app().await;
        let folder = test.app.data_dir.file("logs");
        fs::create_dir(&folder).unwrap();
        let day = Duration::from_secs(86_400);
        let now = test.app.now();
        for name in [&file_name(now.minus(31 * day)), &file_name(now.minus(30 * day)), "notes.txt"] {
            fs::write(folder.join(name), "x").unwrap();
        }
        assert_eq!(sweep(test.app.data_dir.path(), now, 30 * day).unwrap(), 1);
        assert_eq!(files(&folder).unwrap().len(), 2);
    }
}
