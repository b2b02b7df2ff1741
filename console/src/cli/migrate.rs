//! `migrate status` and `migrate up`.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::{Format, Installation, Options, print, print_json};

/// The database's schema.
#[derive(Subcommand)]
pub enum MigrateCommand {
    /// List the schema's steps and whether each was taken
    Status(Format),
    /// Take the steps that are missing; the server must be stopped
    Up,
}

pub(super) async fn run(options: &Options, command: MigrateCommand) -> Result<()> {
    let installation = Installation::open(options).await?;
    match command {
        MigrateCommand::Status(format) => status(&installation, format).await,
        MigrateCommand::Up => up(&installation).await,
    }
}

async fn status(installation: &Installation, format: Format) -> Result<()> {
    let steps = installation.db.migration_status().await?;
    if format.json {
        let steps = steps.iter().map(|(name, is_applied)| json!({"name": name, "applied": is_applied}));
        return Ok(print_json(&steps.collect::<Vec<_>>())?);
    }
    let line = |(name, is_applied): &(String, bool)| {
        format!("{}  {name}\n", if *is_applied { "applied" } else { "missing" })
    };
    Ok(print(&steps.iter().map(line).collect::<String>())?)
}

async fn up(installation: &Installation) -> Result<()> {
    let _lock = installation.data_dir.lock()?;
    let missing =
        installation.db.migration_status().await?.iter().filter(|(_, is_applied)| !is_applied).count();
    installation.db.migrate().await?;
    Ok(print(&format!("The database is up to date ({missing} steps taken)."))?)
}
