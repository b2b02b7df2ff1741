//! The command line: one file per command.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage. What was asked for goes to standard output, all else to standard
//! error. To add a command: a file with its arguments and `run`, a variant here, an arm in [`dispatch`].

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod audit;
mod completions;
mod config;
mod installation;
mod migrate;
mod open;
mod openapi;
mod operator;
mod options;
mod output;
mod password;
mod publishing;
mod serve;
mod simulate;
mod stop;
mod token;

pub use installation::Installation;
pub use open::app;
#[cfg(test)]
pub(crate) use open::assemble;
pub use operator::{
    OperatorAdd, OperatorCommand, OperatorDisable, OperatorRef, OperatorRoles, ResetPassword,
};
pub use options::Options;
pub use output::{Format, print, print_json, table};
pub use password::{CodeInput, PasswordInput, ask_new_password, ask_password, prove};
pub use publishing::PublishingCommand;
pub use serve::Serve;
pub use stop::stop_on_signals;
pub use token::{TokenCommand, TokenCreate};

/// What `--help` ends with.
const AFTER_HELP: &str = "Without a command it does what `serve` does.
Every option of the configuration can be given as a flag (see --help), in the environment, or in countersign.toml.";

/// A console for publishing to Pinterest where nothing goes out without a second signature.
#[derive(Parser)]
#[command(name = "countersign", version, about)]
#[command(after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The configuration's flags.
    #[command(flatten)]
    pub options: Options,
}

/// What can be done.
#[derive(Subcommand)]
pub enum Command {
    /// Start the console, the API and the workers
    Serve(Serve),
    /// Start the Pinterest simulator alone
    Simulate(simulate::Simulate),
    /// Add, list and change the people who work here
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Make, list and revoke API tokens; none of them can approve
    #[command(subcommand)]
    Token(TokenCommand),
    /// Pause and resume all publishing
    #[command(subcommand)]
    Publishing(PublishingCommand),
    /// Check and show the configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Show and bring up to date the database's schema
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// Print the API's OpenAPI document
    Openapi,
    /// Print a shell's completions
    Completions(completions::Completions),
    /// Read the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

/// Runs a command line to its end and tells how it went.
pub async fn run(cli: Cli) -> ExitCode {
    match dispatch(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("countersign: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> Result<()> {
    let options = cli.options;
    match cli.command.unwrap_or_else(|| Command::Serve(Serve::default())) {
        Command::Serve(serve) => serve::run(&options, serve).await,
        Command::Simulate(simulate) => simulate::run(&options, simulate).await,
        Command::Operator(command) => operator::run(&options, command).await,
        Command::Token(command) => token::run(&options, command).await,
        Command::Publishing(command) => publishing::run(&options, command).await,
        Command::Config(command) => config::run(&options, command),
        Command::Migrate(command) => migrate::run(&options, command).await,
        Command::Openapi => openapi::run(),
        Command::Completions(completions) => completions::run(&completions),
        Command::Audit(command) => audit::run(&options, command).await,
    }
}

#[cfg(test)]
mod tests;
