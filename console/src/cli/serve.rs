//! `serve`: the console, the API and the workers.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use countersign_api::{clock::SystemClock, hooks::Hooks, rng::SystemRng};

use super::{Options, print, stop_on_signals};
use crate::{
    logging,
    server::{self, Running, Start},
};

/// What is started.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct Serve {
    /// Answer only: no worker runs, so nothing is sent, refreshed or swept until another start without this
    #[arg(long)]
    pub without_workers: bool,
}

pub(super) async fn run(options: &Options, serve: Serve) -> Result<()> {
    let config = options.load()?;
    logging::init(&config.log)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    // Watched from here on, so that a signal during the start is not lost.
    let stop = stop_on_signals()?;
    let start = Start {
        timing: config.timing(),
        config,
        clock: Arc::new(SystemClock::new()),
        rng: Arc::new(SystemRng),
        hooks: Hooks::none(),
        workers: !serve.without_workers,
    };
    let running = server::start(start).await?;
    print(&greeting(&running))?;
    stop.cancelled().await;
    running.stop().await;
    Ok(())
}

/// What a person has to know to begin.
fn greeting(running: &Running) -> String {
    let mut text = format!("Countersign is at {}\n", running.app.config.server.public_url);
    if let Some((address, _)) = &running.simulator {
        text += &format!(
            "This is a rehearsal: the simulated Pinterest is at http://{address}/, and nothing leaves this machine.\n"
        );
    }
    if !running.links.is_empty() {
        text +=
            "\nSign in by one of these links. Each works once; whoever has it can sign in as that person.\n";
    }
    for link in &running.links {
        text += &format!("  {} ({})\n  {}\n\n", link.name, link.roles.replace(',', ", "), link.url);
    }
    text + "Stop with Ctrl-C.\n"
}
