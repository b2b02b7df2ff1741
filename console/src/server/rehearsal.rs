//! Rehearsal: a simulated Pinterest inside the server, with its state in the data folder.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use countersign_api::{
    clock::{Clock, SystemClock},
    config::Config,
    data_dir::DataDir,
    endpoints::Endpoints,
    secret::Secret,
};
use countersign_review_fixtures::{Settings, Simulator};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

const STATE_FILE: &str = "simulator.json";

/// Clocks that differ by more than this are not the same one.
const SAME_CLOCK: Duration = Duration::from_secs(60);

/// The simulator and its server; it ends when this is dropped.
pub struct Rehearsal {
    simulator: Simulator,
    address: SocketAddr,
    task: JoinHandle<std::io::Result<()>>,
    shutdown: DropGuard,
}

impl Rehearsal {
    /// Starts the simulator.
    pub async fn start(config: &Config, data_dir: &DataDir, clock: &dyn Clock) -> Result<Self> {
        let settings = Settings {
            state_file: Some(data_dir.file(STATE_FILE)),
            start_at: stands_at(clock),
            ..Settings::default()
        };
        let simulator = Simulator::new(settings)?;
        let wanted = config.server.simulator_listen;
        let listener = TcpListener::bind(wanted).await.with_context(|| {
            format!(
                "the simulator cannot listen on {wanted}: choose a free address and port with --simulator-listen or \
                 COUNTERSIGN_SIMULATOR_LISTEN"
            )
        })?;
        let (address, shutdown) = (listener.local_addr()?, CancellationToken::new());
        let task = tokio::spawn(simulator.clone().serve(listener, shutdown.clone()));
        Ok(Self { simulator, address, task, shutdown: shutdown.drop_guard() })
    }

    /// Where the application finds it.
    pub fn endpoints(&self) -> Result<Endpoints> {
        let base = Url::parse(&format!("http://{}", self.address))?;
        let secret = Secret::from(self.simulator.app_secret());
        Ok(Endpoints::rehearsal(self.simulator.app_id().to_owned(), secret, &base))
    }

    /// Its address and a handle to it.
    pub fn handle(&self) -> (SocketAddr, Simulator) {
        (self.address, self.simulator.clone())
    }

    /// Lets open answers end and writes its state.
    pub async fn stop(self) {
        drop(self.shutdown);
        match self.task.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the simulator did not stop in order"),
            Err(error) => tracing::warn!(%error, "the simulator did not stop in order"),
        }
    }
}

/// A server whose clock is not the machine's rehearses at the moment of its own clock.
fn stands_at(clock: &dyn Clock) -> Option<i64> {
    let (ours, machines) = (clock.now(), SystemClock::new().now());
    let apart = ours.since(machines).max(machines.since(ours));
    (apart > SAME_CLOCK).then(|| ours.micros())
}
