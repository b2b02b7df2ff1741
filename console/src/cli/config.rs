//! `config check` and `config print`.

use anyhow::Result;
use clap::Subcommand;
use countersign_api::config::{Config, Problems};
use serde_json::{Value, json};

use super::{Format, Options, print, print_json};
use crate::logging;

/// Looking at the configuration.
#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Say everything that is wrong with it
    Check(Format),
    /// Show every key, its value and where that came from; secrets are not shown
    Print(Format),
}

pub(super) fn run(options: &Options, command: ConfigCommand) -> Result<()> {
    match command {
        ConfigCommand::Check(format) => check(options, format),
        ConfigCommand::Print(format) => show(options, format),
    }
}

fn check(options: &Options, format: Format) -> Result<()> {
    let checked = load_all(options);
    if format.json {
        print_json(&for_programs(&checked))?;
    }
    let config = checked?;
    if !format.json {
        print(verdict(&config))?;
        for warning in config.warnings() {
            print(&format!("But: {warning}."))?;
        }
    }
    Ok(())
}

/// The configuration, with what only its users check: the log's filter.
fn load_all(options: &Options) -> Result<Config, Problems> {
    let config = options.load()?;
    logging::filter(&config.log).map_err(|problem| Problems(vec![problem]))?;
    Ok(config)
}

fn for_programs(checked: &Result<Config, Problems>) -> Value {
    let problems = checked.as_ref().err().map(|problems| problems.0.as_slice()).unwrap_or_default();
    let problems =
        problems.iter().map(|problem| json!({"key": problem.named, "problem": problem.to_string()}));
    let warnings = checked.as_ref().map(Config::warnings).unwrap_or_default();
    json!({"ok": checked.is_ok(), "problems": problems.collect::<Vec<_>>(), "warnings": warnings})
}

fn verdict(config: &Config) -> &'static str {
    if config.is_rehearsal() {
        "The configuration is sound. No Pinterest app is named, so Countersign rehearses."
    } else {
        "The configuration is sound."
    }
}

fn show(options: &Options, format: Format) -> Result<()> {
    let config = options.load()?;
    if !format.json {
        return Ok(print(&config.print())?);
    }
    let entries = config
        .entries()
        .iter()
        .map(|entry| (entry.name.to_owned(), json!({"value": entry.value, "from": entry.origin()})));
    Ok(print_json(&Value::Object(entries.collect()))?)
}
