//! `publishing`: the switch that stops everything from going out.

use anyhow::{Result, bail};
use clap::Subcommand;

use super::{Format, Options};

/// What can be done about publishing as a whole.
#[derive(Subcommand)]
pub enum PublishingCommand {
    /// Say whether publishing is paused, and by whom
    Status(Format),
    /// Let nothing more go out until it is resumed
    Pause,
    /// Let approved Pins go out again
    Resume,
}

pub(super) async fn run(_options: &Options, _command: PublishingCommand) -> Result<()> {
    bail!("`publishing` is not part of this build")
}
