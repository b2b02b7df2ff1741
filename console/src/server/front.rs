//! The HTTP front: the listener, and what every request passes, from the outside in:
//! name ([`RequestIds`]), access log, security headers, errors, size, then pages or API, each of which finds the session
//! and takes only its own requests.

use std::time::Duration;

use countersign_api::{
    app::App,
    http::{
        self,
        access_log::{AccessLog, AccessLogs},
        body_limit::{BODY_BYTES, BodyLimit, FORM_BYTES, UPLOAD_BYTES},
        health::Stopping,
        request_id::RequestIds,
    },
};
use poem::{Endpoint, EndpointExt as _, Request, Route, Server, listener::TcpAcceptor};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{detached::Detached, errors::Errors};
use crate::{pages, web::headers::SecurityHeaders};

/// A connection without a request is closed after this: longer than a page's own polling.
const IDLE: Duration = Duration::from_secs(75);

/// How long answers may take once nothing new is taken; a call to Pinterest is over by then.
const GRACE: Duration = Duration::from_secs(75);

/// The front; it ends when this is dropped.
pub struct Front {
    task: Option<JoinHandle<std::io::Result<()>>>,
    stop: CancellationToken,
    stopping: Stopping,
    detached: Detached,
    access_log: AccessLog,
}

impl Front {
    /// Starts answering.
    pub fn start(listener: TcpListener, app: &App, access_log: AccessLog) -> std::io::Result<Self> {
        let (stop, stopping, detached) = (CancellationToken::new(), Stopping::default(), Detached::default());
        let routes = routes(app, &access_log, &stopping, &detached);
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).idle_timeout(IDLE);
        let told = stop.clone().cancelled_owned();
        let task = tokio::spawn(server.run_with_graceful_shutdown(routes, told, Some(GRACE)));
        Ok(Self { task: Some(task), stop, stopping, detached, access_log })
    }

    /// Says on `/readyz` that it is stopping, and takes no new connection.
    pub fn refuse_new(&self) {
        self.stopping.begin();
        self.stop.cancel();
    }

    /// Waits until all answers are given.
    pub async fn stop(mut self) {
        self.refuse_new();
        if let Some(task) = self.task.take() {
            drop(task.await);
        }
        self.detached.finished().await;
        let access_log = self.access_log.clone();
        drop(tokio::task::spawn_blocking(move || access_log.close()).await);
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.stop.cancel();
        self.detached.abort();
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

fn routes(app: &App, log: &AccessLog, stopping: &Stopping, detached: &Detached) -> impl Endpoint + 'static {
    let headers = SecurityHeaders::new(app.endpoints.oauth_url.as_str(), app.config.server.is_https());
    http::mount(Route::new().nest("/", pages::routes(app)), app)
        .data(stopping.clone())
        .with(detached.clone())
        .with(BodyLimit { limit })
        .with(Errors(app.clone()))
        .with(headers)
        .with(AccessLogs { app: app.clone(), log: log.clone() })
        .with(RequestIds(app.clone()))
}

/// How many bytes a request may send: an image may come to the API, and with the form that writes a draft.
pub(crate) fn limit(request: &Request) -> usize {
    let is_form = request.content_type().is_some_and(|given| given.starts_with("multipart/form-data"));
    match request.uri().path() {
        "/api/v1/assets" if is_form => UPLOAD_BYTES,
        path if is_form && (path == "/drafts" || path.starts_with("/drafts/")) => FORM_BYTES,
        _ => BODY_BYTES,
    }
}
