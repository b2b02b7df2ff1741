//! Starting and ending the server itself: the one file that knows how it is composed.

use std::net::SocketAddr;
use std::sync::Arc;

use countersign::server::{self, Running, Start};
use countersign_api::clock::{Clock, ManualClock};
use countersign_api::config::{Config, Inputs};
use countersign_api::error::Fault;
use countersign_api::rng::SeededRng;
use countersign_api::{connections, publisher};
use countersign_entities::Timestamp;
use countersign_review_fixtures::{Settings, Simulator, Tier};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Harness;
use super::builder::Database;
use crate::captured::Forbidden;

/// 2026-12-01T08:00:00Z, a Tuesday.
const MORNING: i64 = 1_796_112_000_000_000;
/// The app's secret where the far end is a simulator of its own.
const APP_SECRET: &str = "canary-of-the-app-secret-7f3a";

/// The clock and the randomness of a test; they outlast a restart.
pub(super) struct Time {
    pub(super) clock: Arc<ManualClock>,
    pub(super) rng: Arc<SeededRng>,
}

impl Time {
    pub(super) fn standing_still() -> Self {
        Self { clock: Arc::new(ManualClock::new(Timestamp(MORNING))), rng: Arc::new(SeededRng::new(7)) }
    }
}

/// A simulated Pinterest that outlasts the installation.
pub(super) struct FarEnd {
    pub(super) simulator: Simulator,
    pub(super) address: SocketAddr,
    serving: Option<(CancellationToken, JoinHandle<std::io::Result<()>>)>,
}

impl FarEnd {
    pub(super) async fn start(tier: Tier, time: &Time) -> Self {
        let settings = Settings {
            tier,
            app_id: Some("1500417".to_owned()),
            app_secret: Some(APP_SECRET.to_owned()),
            seed: Some(1),
            start_at: Some(time.clock.now().micros()),
            ..Settings::default()
        };
        let simulator = Simulator::new(settings).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut far_end = Self { simulator, address, serving: None };
        far_end.serve(listener);
        far_end
    }

    fn serve(&mut self, listener: TcpListener) {
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(self.simulator.clone().serve(listener, shutdown.clone()));
        self.serving = Some((shutdown, serving));
    }

    /// Nobody answers any more: connections are refused.
    pub(super) async fn go_away(&mut self) {
        if let Some((shutdown, serving)) = self.serving.take() {
            shutdown.cancel();
            serving.await.unwrap().unwrap();
        }
    }

    /// It answers again, at the same address.
    pub(super) async fn come_back(&mut self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }

    fn root(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        if let Some((shutdown, _)) = &self.serving {
            shutdown.cancel();
        }
    }
}

/// A started server.
pub(super) struct Installation {
    pub(super) running: Running,
    pub(super) database_url: String,
}

impl Installation {
    /// What the loops of `countersign_api::worker` do, until nothing is due.
    pub(super) async fn run_workers(&self) -> Result<(), String> {
        let app = &self.running.app;
        let said = |fault: Fault| fault.to_string();
        connections::resume(app).await.map_err(said)?;
        connections::recheck(app).await.map_err(said)?;
        connections::keep_fresh(app).await.map_err(said)?;
        publisher::run_until_idle(app).await.map_err(said)
    }

    pub(super) async fn stop(self) {
        self.running.stop().await;
    }

    pub(super) async fn kill(self) {
        self.running.stop_hard();
    }
}

/// What is known before the first start.
pub(super) fn prepare(harness: &Harness) {
    if harness.far_end.is_some() {
        harness.captured.secret("the app's secret", APP_SECRET, Forbidden::Everywhere);
    }
}

/// Starts the server over the test's data folder; why not, as an operator is told.
pub(super) async fn start(harness: &Harness) -> Result<Installation, String> {
    let config = config(harness);
    let database_url = config.storage.database().expose().to_owned();
    let mut timing = config.timing();
    (harness.settings.timing)(&mut timing);
    let start = Start {
        config,
        clock: harness.time.clock.clone(),
        rng: harness.time.rng.clone(),
        timing,
        hooks: harness.hooks.clone(),
        workers: harness.settings.is_working,
    };
    let running = server::start(start).await.map_err(|error| format!("{error:#}"))?;
    if let (Some((_, simulator)), true) = (&running.simulator, harness.far_end.is_none()) {
        harness.captured.secret("the app's secret", simulator.app_secret(), Forbidden::Everywhere);
    }
    remember_master_key(harness);
    Ok(Installation { running, database_url })
}

fn remember_master_key(harness: &Harness) {
    let path = harness.data_dir().join(countersign_api::keys::MASTER_KEY_FILE);
    if let Ok(key) = std::fs::read_to_string(path) {
        harness.captured.secret("the master key", key.trim(), Forbidden::Everywhere);
    }
}

fn config(harness: &Harness) -> Config {
    let settings = &harness.settings;
    let mut variables = vec![
        ("COUNTERSIGN_LISTEN", "127.0.0.1:0".to_owned()),
        ("COUNTERSIGN_SIMULATOR_LISTEN", "127.0.0.1:0".to_owned()),
        ("COUNTERSIGN_DATA_DIR", harness.data_dir().display().to_string()),
        ("COUNTERSIGN_UNDO_SECONDS", settings.undo_seconds.to_string()),
    ];
    if settings.is_sole_operator {
        variables.push(("COUNTERSIGN_REVIEW_RULE", "sole-operator".to_owned()));
    }
    if let Database::At(url) = &settings.database {
        variables.push(("COUNTERSIGN_DATABASE_URL", url.clone()));
    }
    if let (Some(far_end), Some(tier)) = (&harness.far_end, settings.tier) {
        let tier = if tier == Tier::Trial { "trial" } else { "standard" };
        variables.extend([
            ("PINTEREST_APP_ID", far_end.simulator.app_id().to_owned()),
            ("PINTEREST_APP_SECRET", APP_SECRET.to_owned()),
            ("PINTEREST_ACCESS_TIER", tier.to_owned()),
            ("PINTEREST_API_URL", far_end.root("/v5")),
            ("PINTEREST_SANDBOX_API_URL", far_end.root("/sandbox/v5")),
            ("PINTEREST_OAUTH_URL", far_end.root("/oauth/")),
        ]);
    }
    let own = settings.variables.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let inputs = Inputs { folder: harness.folder.path().to_owned(), ..Inputs::default() };
    let inputs = variables
        .into_iter()
        .chain(own)
        .fold(inputs, |inputs, (name, value)| inputs.with_variable(name, &value));
    Config::load(&inputs).unwrap_or_else(|problems| panic!("{problems}"))
}
