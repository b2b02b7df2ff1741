//! `serve`: the console, the API and the workers.

use anyhow::{Result, bail};
use clap::Args;

use super::Options;

/// What is started.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct Serve {
    /// Leave the workers to `countersign worker`, which runs beside this
    #[arg(long)]
    pub without_workers: bool,
}

pub(super) async fn run(options: &Options, _serve: Serve) -> Result<()> {
    let config = options.load()?;
    crate::logging::init(&config.log)?;
    bail!("`serve` is not part of this build")
}
