//! The application as commands beside the server need it: the same database and keys, without loops or listeners.

use std::sync::Arc;

use anyhow::Result;
use countersign_api::{
    app::{App, Parts},
    audit::read,
    clock::SystemClock,
    config::Config,
    data_keys,
    endpoints::Endpoints,
    hooks::Hooks,
    keys::Keyring,
    outbound::Outbound,
    rng::SystemRng,
    secret::Secret,
    worker::clock_follow,
};
use url::Url;

use super::{Installation, Options};

/// Opens an installation that has been started before. It may be used while `serve` runs.
///
/// # Errors
/// Where the configuration is wrong, there is no database yet, or it wants to be migrated.
pub async fn app(options: &Options) -> Result<App> {
    assemble(Installation::open_current(options).await?).await
}

/// Puts an installation together, whose schema is current.
pub(crate) async fn assemble(installation: Installation) -> Result<App> {
    let Installation { config, data_dir, db } = installation;
    let (timing, rng) = (config.timing(), Arc::new(SystemRng));
    let keys = match Keyring::find(config.storage.master_key.as_ref(), &data_dir)? {
        Some(keys) => keys,
        None => data_keys::first_keyring(&db, &data_dir, &*rng).await?,
    };
    let clock = Arc::new(SystemClock::new());
    clock_follow::follow(&db, &*clock).await?;
    let app = App::new(Parts {
        db,
        clock,
        keys,
        rng,
        outbound: Outbound::new(&timing.calls)?,
        timing,
        hooks: Hooks::none(),
        endpoints: endpoints(&config)?,
        config,
        data_dir,
    });
    read::create_log(&app).await?;
    Ok(app)
}

/// Commands send nothing; in rehearsal the simulator's app is known to the server alone.
fn endpoints(config: &Config) -> Result<Endpoints> {
    if let Some(endpoints) = config.pinterest.endpoints() {
        return Ok(endpoints);
    }
    let base = Url::parse(&format!("http://{}", config.server.simulator_listen))?;
    Ok(Endpoints::rehearsal(String::new(), Secret::from(""), &base))
}
