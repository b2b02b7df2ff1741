//! Composition: what a server is made of, in which order it starts, and how it stops.
//!
//! Starting: data folder and its lock, keys, database and migrations, the log, in rehearsal the simulator, the first
//! people, `system.started`, workers, HTTP. What fails stops the start and leaves nothing behind.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context as _, Result};
use countersign_api::{
    app::{App, Parts},
    approvals,
    audit::read,
    clock::Clock,
    config::Config,
    data_dir::{DataDir, DataDirLock},
    data_keys,
    db::Db,
    hooks::Hooks,
    http::{self, access_log::AccessLog},
    keys::Keyring,
    operators,
    outbound::Outbound,
    publisher,
    rng::Rng,
    timing::Timing,
    worker::{Workers, clock_follow, lifecycle},
};
use countersign_review_fixtures::Simulator;
use tokio::net::TcpListener;

mod detached;
mod errors;
mod front;
mod rehearsal;

use front::Front;
#[cfg(test)]
pub(crate) use front::limit as body_limit;
use rehearsal::Rehearsal;

/// What a server is started with; tests bring their own clock and randomness.
pub struct Start {
    /// The configuration.
    pub config: Config,
    /// The only clock.
    pub clock: Arc<dyn Clock>,
    /// The only source of randomness.
    pub rng: Arc<dyn Rng>,
    /// All durations.
    pub timing: Timing,
    /// Where tests stop the work.
    pub hooks: Hooks,
    /// Whether the loops run in this process.
    pub workers: bool,
}

/// A one-time sign-in link to show to whoever started the server.
pub struct PrintedLink {
    /// Whom it signs in.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// What they may do, separated by commas.
    pub roles: String,
    /// The whole link.
    pub url: String,
}

/// A server that runs. Dropped without [`Running::stop`] it ends at once, like a process that is killed.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// In rehearsal: where the simulator listens, and a handle to it.
    pub simulator: Option<(SocketAddr, Simulator)>,
    /// The application.
    pub app: App,
    /// Links to show once.
    pub links: Vec<PrintedLink>,
    workers: Option<Workers>,
    front: Front,
    rehearsal: Option<Rehearsal>,
    _lock: DataDirLock,
}

/// Starts a server; it answers when this returns.
///
/// # Errors
/// Where something that it stands on cannot be had; the message says what to do.
pub async fn start(start: Start) -> Result<Running> {
    let Start { mut config, clock, rng, timing, hooks, workers } = start;
    let data_dir = DataDir::open(&config.storage.data_dir)?;
    let lock = data_dir.lock()?;
    let known = Keyring::find(config.storage.master_key.as_ref(), &data_dir)?;
    let db = Db::connect(config.storage.database().expose(), &timing.database).await?;
    let db = db.read_by(hooks.statements());
    db.migrate().await?;
    clock_follow::follow(&db, &*clock).await?;
    let keys = match known {
        Some(keys) => keys,
        None => data_keys::first_keyring(&db, &data_dir, &*rng).await?,
    };
    let listener = listen(&mut config).await?;
    let rehearsal =
        if config.is_rehearsal() { Some(Rehearsal::start(&config, &data_dir, &*clock).await?) } else { None };
    let endpoints = match &rehearsal {
        Some(rehearsal) => rehearsal.endpoints()?,
        None => config.pinterest.endpoints().context("no Pinterest app is configured")?,
    };
    let outbound = Outbound::new(&timing.calls)?;
    let app = App::new(Parts { db, clock, rng, timing, hooks, config, keys, endpoints, outbound, data_dir });
    let links = open(&app).await?;
    let access_log = AccessLog::open(app.data_dir.path()).context("the access log cannot be written")?;
    let workers = workers.then(|| Workers::start(&app, http::sweep));
    let address = listener.local_addr()?;
    let front = Front::start(listener, &app, access_log)?;
    let simulator = rehearsal.as_ref().map(Rehearsal::handle);
    Ok(Running { address, simulator, app, links, workers, front, rehearsal, _lock: lock })
}

/// Where port 0 or no public URL was given, the real port shows only now.
async fn listen(config: &mut Config) -> Result<TcpListener> {
    let wanted = config.server.listen;
    let listener = TcpListener::bind(wanted).await.with_context(|| {
        format!(
            "cannot listen on {wanted}: choose a free address and port with --listen or COUNTERSIGN_LISTEN"
        )
    })?;
    config.server.bound_to(listener.local_addr()?);
    Ok(listener)
}

/// What must be true before anybody is let in: the keys, the log, what an earlier process left behind, the first people, and that
/// this start is told.
async fn open(app: &App) -> Result<Vec<PrintedLink>> {
    approvals::prepare(app).await.context("the keys of this installation do not open")?;
    read::create_log(app).await?;
    if let Err(fault) = publisher::take_up(app).await {
        tracing::error!(%fault, "what an earlier process left in flight is looked after once the workers run");
    }
    let bootstrap = app.config.bootstrap.as_ref();
    let bootstrap = bootstrap.map(|person| (person.email.clone(), person.password.clone()));
    let links = operators::first_people(app, app.config.is_rehearsal(), bootstrap).await?;
    lifecycle::tell_started(app).await?;
    Ok(links.into_iter().map(|link| printed(app, link)).collect())
}

fn printed(app: &App, link: operators::PrintedLink) -> PrintedLink {
    let base = app.config.server.public_url.as_str().trim_end_matches('/');
    PrintedLink {
        name: link.name,
        email: link.email,
        roles: link.roles.to_string(),
        url: format!("{base}/sign-in/{}", link.secret.expose()),
    }
}

impl Running {
    /// Stops in order: takes nothing new, lets what is at work end, tells the log.
    pub async fn stop(self) {
        let Self { app, workers, front, rehearsal, .. } = self;
        front.refuse_new();
        if let Some(workers) = workers
            && !workers.stop().await
        {
            tracing::warn!("some work did not end in time; it is found again at the next start");
        }
        front.stop().await;
        app.finished().await;
        if let Some(rehearsal) = rehearsal {
            rehearsal.stop().await;
        }
        if let Err(fault) = lifecycle::tell_stopped(&app).await {
            tracing::warn!(%fault, "the stop could not be logged");
        }
    }

    /// Ends at once, like a process that is killed.
    pub fn stop_hard(self) {
        drop(self);
    }
}
