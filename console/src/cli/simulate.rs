//! `simulate`: the Pinterest simulator alone.

use std::future::Future;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use countersign_review_fixtures::{Fault, Settings, Simulator, Tier};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Options, print, stop_on_signals};
use crate::logging;

/// How the simulator starts.
#[derive(Args)]
pub struct Simulate {
    /// Address and port to listen on; port 0 takes any free one
    // The configuration has a flag of this name for the console; here it means the simulator.
    #[arg(id = "listen", long, default_value = "127.0.0.1:7070", value_name = "ADDRESS")]
    pub listen: String,
    /// What Pinterest lets the app do
    #[arg(long, value_enum, default_value_t = AccessTier::Trial)]
    pub tier: AccessTier,
    /// Start accounts without boards, as a real sandbox does
    #[arg(long)]
    pub empty: bool,
    /// A JSON file with faults to begin with, as POST /_simulator/faults takes them
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
}

/// What Pinterest lets an app do.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessTier {
    /// Writes to the sandbox only
    Trial,
    /// Writes may be public
    Standard,
}

pub(super) async fn run(options: &Options, simulate: Simulate) -> Result<()> {
    // Of the configuration it wants the log alone, so that it runs beside one that is not finished yet.
    logging::init(&options.load().map(|config| config.log).unwrap_or_default())?;
    let stop = stop_on_signals()?;
    start(simulate, stop, |lines| std::future::ready(print(&lines).map_err(Into::into))).await
}

/// Simulates until `stop`; `announce` gets the lines that tell where.
async fn start<F, R>(simulate: Simulate, stop: CancellationToken, announce: F) -> Result<()>
where
    F: FnOnce(String) -> R,
    R: Future<Output = Result<()>>,
{
    let simulator = Simulator::new(settings(&simulate)?)?;
    let listener = TcpListener::bind(&simulate.listen).await;
    let listener = listener.with_context(|| {
        format!(
            "cannot listen on {:?}: give a free address and port with --listen, or port 0",
            simulate.listen
        )
    })?;
    announce(simulator.announcement(listener.local_addr()?)).await?;
    simulator.serve(listener, stop).await.context("the simulator stopped")
}

fn settings(simulate: &Simulate) -> Result<Settings> {
    let tier = match simulate.tier {
        AccessTier::Trial => Tier::Trial,
        AccessTier::Standard => Tier::Standard,
    };
    let faults = simulate.faults.as_deref().map(read_faults).transpose()?.unwrap_or_default();
    Ok(Settings { tier, empty: simulate.empty, faults, ..Settings::default() })
}

fn read_faults(path: &Path) -> Result<Vec<Fault>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!("{} is not a list of faults, such as [{{\"operation\": \"pins/create\", \"fault\": \"timeout\"}}]", path.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulate(faults: Option<PathBuf>) -> Simulate {
        Simulate { listen: "127.0.0.1:0".to_owned(), tier: AccessTier::Trial, empty: false, faults }
    }

    #[tokio::test]
    async fn it_announces_where_it_listens_and_stops_when_told() {
        let stop = CancellationToken::new();
        let told = stop.clone();
        let announce = |lines: String| async move {
            let api = lines.lines().find_map(|line| line.strip_prefix("api: http://")).unwrap().to_owned();
            let address = api.strip_suffix("/v5").unwrap().to_owned();
            tokio::net::TcpStream::connect(address).await?;
            told.cancel();
            Ok(())
        };
        start(simulate(None), stop, announce).await.unwrap();
    }

    #[test]
    fn a_file_of_faults_is_read_and_a_wrong_one_named() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("faults.json");
        std::fs::write(&path, r#"[{"operation": "pins/create", "when": "after", "fault": "timeout"}]"#)
            .unwrap();
        assert_eq!(settings(&simulate(Some(path.clone()))).unwrap().faults.len(), 1);
        std::fs::write(&path, r#"{"operation": "pins/create"}"#).unwrap();
        let told = format!("{:#}", settings(&simulate(Some(path))).unwrap_err());
        assert!(told.contains("faults.json is not a list of faults"), "{told}");
    }
}
