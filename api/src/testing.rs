//! An application for the unit tests of this crate: a fresh embedded database, a clock that stands still.

use std::sync::Arc;

use countersign_entities::{Timestamp, vocabulary::Environment};

use crate::{
    app::{App, Parts},
    audit::read,
    clock::ManualClock,
    config::{Config, Storage},
    data_dir::DataDir,
    db::Db,
    endpoints::{AccessTier, Endpoints},
    hooks::Hooks,
    keys::Keyring,
    outbound::Outbound,
    rng::SeededRng,
    secret::Secret,
    timing::Timing,
};

/// The application, and what it stands on.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    _folder: tempfile::TempDir,
}

/// A migrated application with an empty log.
pub(crate) async fn app() -> TestApp {
    app_with(|_| {}).await
}

/// The same with other parts.
pub(crate) async fn app_with(change: impl FnOnce(&mut Parts)) -> TestApp {
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = tempfile::tempdir().unwrap();
    let data_dir = DataDir::open(&folder.path().join("data")).unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp(1_772_355_604_000_000)));
    let mut parts = parts(data_dir, clock.clone(), SeededRng::new(7)).await;
    change(&mut parts);
    let app = App::new(parts);
    read::create_log(&app).await.unwrap();
    TestApp { app, clock, _folder: folder }
}

impl TestApp {
    /// The same installation as another process opens it, with other parts.
    pub(crate) async fn again_with(&self, change: impl FnOnce(&mut Parts)) -> App {
        let mut parts = parts(self.app.data_dir.clone(), self.clock.clone(), SeededRng::new(8)).await;
        change(&mut parts);
        App::new(parts)
    }
}

async fn parts(data_dir: DataDir, clock: Arc<ManualClock>, rng: SeededRng) -> Parts {
    let timing = Timing::default();
    let db = Db::connect(&Storage::sqlite_in(data_dir.path()), &timing.database).await.unwrap();
    db.migrate().await.unwrap();
    let keys = Keyring::make(&data_dir, &rng).unwrap();
    Parts {
        db,
        clock,
        rng: Arc::new(rng),
        outbound: Outbound::new(&timing.calls).unwrap(),
        timing,
        hooks: Hooks::none(),
        config: Config::sample(),
        keys,
        endpoints: Endpoints {
            app_id: "1".to_owned(),
            app_secret: Secret::from("canary-app-secret".to_owned()),
            oauth_url: "http://127.0.0.1:1/oauth/".parse().unwrap(),
            roots: vec![(Environment::Rehearsal, "http://127.0.0.1:1/sandbox/v5".parse().unwrap())],
            tier: AccessTier::Trial,
        },
        data_dir,
    }
}
