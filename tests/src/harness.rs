//! One whole installation for one test: a temporary data folder, a simulated Pinterest, the real server on a port of
//! its own, and a clock that stands still until the test moves it.
//!
//! Nobody works in the background: [`Harness::run_workers`] lets the workers do all that is due, and returns.

mod builder;
mod installation;
mod people;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_api::app::App;
use countersign_api::clock::Clock;
use countersign_api::hooks::Hooks;
use countersign_entities::Timestamp;
use countersign_review_fixtures::{Ledger, LedgerPin, Simulator, Tier};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::actor::{Actor, Place};
use crate::captured::Captured;
use crate::database::Intruder;
use crate::draft::Draft;
use crate::log::Log;
use crate::plans::Statements;
use crate::promises;

pub use builder::{Builder, Database};
use installation::{Installation, Time};

/// A board of the simulated account: Recipes, in the sandbox.
pub const RECIPES: &str = "482190317265540201";
/// Another one: Winter table, in the sandbox.
pub const WINTER_TABLE: &str = "482190317265540202";
/// Recipes in production.
pub const RECIPES_IN_PRODUCTION: &str = "482100317265540101";
/// The account that usually consents.
pub const ACCOUNT: &str = countersign_review_fixtures::MAIN_ACCOUNT;
/// The other account.
pub const OTHER_ACCOUNT: &str = countersign_review_fixtures::OTHER_ACCOUNT;

/// A running installation and all who use it.
pub struct Harness {
    settings: Builder,
    folder: TempDir,
    time: Time,
    place: Arc<Place>,
    captured: Arc<Captured>,
    hooks: Hooks,
    statements: Arc<Statements>,
    /// The far end of installations with an app of their own; in rehearsal it is inside.
    far_end: Option<installation::FarEnd>,
    running: Option<Installation>,
    people: Mutex<Vec<Actor>>,
    /// Whether this test wrote rows behind the product's back.
    is_forged: Arc<AtomicBool>,
    is_finished: bool,
}

/// A connected account, an author and a reviewer: what most journeys begin with.
#[derive(Clone)]
pub struct Stage {
    /// The connection's id.
    pub connection: String,
    /// Writes.
    pub author: Actor,
    /// Decides.
    pub reviewer: Actor,
}

impl Harness {
    /// A fresh installation that rehearses.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// To start one otherwise.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn running(&self) -> &Installation {
        self.running.as_ref().expect("the installation is stopped")
    }

    /// The application itself, for what cannot be seen from outside.
    pub fn app(&self) -> &App {
        &self.running().running.app
    }

    /// The simulated Pinterest.
    pub fn pinterest(&self) -> &Simulator {
        let inside = self.running.as_ref().and_then(|running| running.running.simulator.as_ref());
        let outside = self.far_end.as_ref().map(|far_end| &far_end.simulator);
        inside.map(|(_, simulator)| simulator).or(outside).expect("there is no simulator")
    }

    /// Where it is: `http://127.0.0.1:port`.
    pub fn base(&self) -> String {
        self.place.get()
    }

    /// The data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where tests stop the work.
    pub fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// Faults that Pinterest will have, as `POST /_simulator/faults` takes them.
    pub fn with_fault(&self, faults: Value) -> &Self {
        let list = if faults.is_array() { faults } else { json!([faults]) };
        self.pinterest().set_faults(serde_json::from_value(list).unwrap()).unwrap();
        self
    }

    /// Lets time pass, here and at Pinterest.
    pub fn advance(&self, duration: Duration) {
        self.time.clock.advance(duration);
        self.pinterest().advance_clock(i64::try_from(duration.as_secs()).unwrap());
    }

    /// Somebody sets the clock of our machine; no time passes.
    pub fn set_clock(&self, to: impl FnOnce(Timestamp) -> Timestamp) {
        self.time.clock.set(to(self.time.clock.now()));
    }

    /// Lets the workers do all that is due now.
    pub async fn run_workers(&self) {
        self.running().run_workers().await.unwrap();
    }

    /// As [`Harness::run_workers`], where a hook may stop them as if the process had died.
    pub async fn try_workers(&self) -> Result<(), String> {
        self.running().run_workers().await
    }

    /// As [`Harness::try_workers`], while time passes: for workers that wait before they try again.
    pub async fn try_workers_through_waits(&self) -> Result<(), String> {
        let mut work = std::pin::pin!(self.try_workers());
        let mut tick = tokio::time::interval(Duration::from_millis(40));
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = tick.tick() => self.advance(Duration::from_secs(1)),
            }
        }
    }

    /// Lets the undo window pass and the workers publish.
    pub async fn publish(&self) {
        self.advance(Duration::from_secs(self.settings.undo_seconds));
        self.run_workers().await;
    }

    /// Stops gracefully and starts again with the same data.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start_again().await;
    }

    /// As [`Harness::restart`], where the rule is changed: from now on nobody approves their own drafts.
    pub async fn restart_for_two(&mut self) {
        self.settings.is_sole_operator = false;
        self.restart().await;
    }

    /// Stops gracefully.
    pub async fn stop(&mut self) {
        if let Some(installation) = self.running.take() {
            installation.stop().await;
        }
    }

    /// Ends the installation without a graceful stop, as a power cut would.
    pub async fn kill(&mut self) {
        if let Some(installation) = self.running.take() {
            installation.kill().await;
        }
    }

    /// Starts over the same data.
    pub async fn start_again(&mut self) {
        self.try_start().await.unwrap_or_else(|refused| panic!("it does not start: {refused}"));
    }

    /// As [`Harness::start_again`], where it may be refused: with what the operator is told.
    pub async fn try_start(&mut self) -> Result<(), String> {
        let installation = installation::start(self).await?;
        self.place.set(format!("http://{}", installation.running.address));
        self.running = Some(installation);
        self.set_pinterests_clock();
        Ok(())
    }

    /// Both clocks show the same, also where one was started later.
    fn set_pinterests_clock(&self) {
        let ours = self.time.clock.now().micros();
        let theirs = self.pinterest().advance_clock(0);
        self.pinterest().advance_clock((ours - theirs) / 1_000_000);
    }

    /// Sweeps once what is spent: the worker does so now and then.
    pub async fn sweep(&self) {
        countersign_api::worker::sweep(self.app()).await.unwrap();
    }

    /// What Pinterest lets the app do from the next start on.
    pub fn set_tier(&mut self, tier: Tier) {
        self.settings.tier = Some(tier);
        self.pinterest().set_tier(tier);
    }

    /// Looks for Pinterest's sandbox at this address from the next start on; none: where it is.
    pub fn seek_sandbox_at(&mut self, address: Option<String>) {
        const NAME: &str = "PINTEREST_SANDBOX_API_URL";
        self.settings.variables.retain(|(name, _)| name != NAME);
        self.settings.variables.extend(address.map(|address| (NAME.to_owned(), address)));
    }

    /// `127.0.0.1:port` of the simulated Pinterest; only where it is no rehearsal.
    pub fn pinterests_place(&self) -> std::net::SocketAddr {
        self.far_end.as_ref().expect("no far end of its own").address
    }

    /// Nobody answers at Pinterest's address any more; only where it is no rehearsal.
    pub async fn pinterest_goes_away(&mut self) {
        self.far_end.as_mut().expect("no far end of its own").go_away().await;
    }

    /// It answers again.
    pub async fn pinterest_comes_back(&mut self) {
        self.far_end.as_mut().expect("no far end of its own").come_back().await;
    }

    /// Waits, in real time but without sleeping through it, until `is_so`; for workers that work by themselves.
    pub async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        let patience = std::time::Duration::from_secs(30);
        let waiting = async {
            let mut tick = tokio::time::interval(Duration::from_millis(20));
            while !is_so(self) {
                tick.tick().await;
            }
        };
        tokio::time::timeout(patience, waiting).await.expect("it never came to that");
    }

    /// What Pinterest really did.
    pub fn ledger(&self) -> Ledger {
        self.pinterest().ledger()
    }

    /// The only Pin there is.
    #[track_caller]
    pub fn the_pin(&self) -> LedgerPin {
        let pins = self.ledger().pins;
        assert_eq!(pins.len(), 1, "{pins:?}");
        pins.into_iter().next().unwrap()
    }

    /// How often a Pin was asked for at Pinterest.
    pub fn creates(&self) -> usize {
        self.ledger().creates()
    }

    /// How often Pinterest was asked to delete a Pin.
    pub fn deletes(&self) -> usize {
        let requests = self.ledger().requests;
        requests
            .iter()
            .filter(|request| request.method == "DELETE" && request.path.contains("/pins/"))
            .count()
    }

    /// The audit log.
    pub async fn log(&self) -> Log {
        Log::read(&self.app().db).await
    }

    /// The environment that its accounts are connected to.
    pub fn environment(&self) -> &'static str {
        self.settings.environment()
    }

    /// The database, behind the product's back.
    pub async fn intruder(&self) -> Intruder {
        Intruder::open(&self.running().database_url).await.noting(&self.is_forged)
    }

    /// Whether this test wrote rows behind the product's back.
    pub(crate) fn is_forged(&self) -> bool {
        self.is_forged.load(Ordering::Relaxed)
    }

    /// Where the database is.
    pub fn database_url(&self) -> String {
        self.running().database_url.clone()
    }

    /// What the product has asked of the database.
    pub fn statements(&self) -> &Statements {
        &self.statements
    }

    /// The record of answers and secrets.
    pub fn captured(&self) -> &Captured {
        &self.captured
    }

    /// A connected account, an author and a reviewer.
    pub async fn stage(&self) -> Stage {
        let connection = self.admin().await.connect(self.settings.environment(), ACCOUNT).await;
        Stage { connection, author: self.author().await, reviewer: self.reviewer().await }
    }

    /// A draft of the stage's author that waits for review.
    pub async fn draft_in_review(&self, stage: &Stage) -> Draft {
        let draft = stage.author.draft(&stage.connection, self.settings.board(), json!({})).await;
        stage.author.submit(&draft).await
    }

    /// A draft that the stage's reviewer approved.
    pub async fn approved_draft(&self, stage: &Stage) -> Draft {
        let draft = self.draft_in_review(stage).await;
        stage.reviewer.approve(&draft).await
    }

    /// Checks the promises on all that happened, and ends the installation.
    ///
    /// # Panics
    /// If one of them is broken.
    pub async fn finish(mut self) {
        self.is_finished = true;
        let broken = promises::broken(&self).await;
        self.stop().await;
        assert!(broken.is_empty(), "promises broken:\n{}", broken.join("\n"));
    }

    /// Ends the installation and checks nothing: for measurements, whose rows nobody made as people do.
    pub async fn leave(mut self) {
        self.is_finished = true;
        self.stop().await;
    }

    /// Whether this test makes Pinterest create two Pins from one call.
    pub(crate) fn is_duplicating(&self) -> bool {
        self.settings.is_duplicating
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        let is_forgotten = !self.is_finished && !std::thread::panicking();
        assert!(!is_forgotten, "the test ended without `finish().await`, so nothing was checked");
    }
}
