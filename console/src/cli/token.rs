//! `token`: access for programs. No token can approve.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use countersign_api::operators::TokenScope;

use super::{Format, Options, PasswordInput};

/// What can be done about tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once
    Create(TokenCreate),
    /// List all tokens, without their secrets
    List(Format),
    /// End a token
    Revoke {
        /// Its id, as `token list` shows it
        id: String,
    },
}

/// A new token.
#[derive(Args)]
pub struct TokenCreate {
    /// What it is for
    #[arg(long)]
    pub name: String,
    /// What it may do, separated by commas: drafts:read, drafts:write, publications:read, audit:read, audit:export
    #[arg(long = "scope", value_parser = scope, value_delimiter = ',', required = true, value_name = "SCOPES")]
    pub scopes: Vec<TokenScope>,
    /// For whom it acts; that person's password is asked for
    #[arg(long = "as", value_name = "EMAIL")]
    pub owner: String,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordInput,
    /// How to print.
    #[command(flatten)]
    pub format: Format,
}

pub(super) async fn run(_options: &Options, _command: TokenCommand) -> Result<()> {
    bail!("`token` is not part of this build")
}

fn scope(word: &str) -> Result<TokenScope, String> {
    let found = TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word);
    let known = TokenScope::ALL.map(TokenScope::as_str).join(", ");
    found.ok_or_else(|| format!("`{word}` is no scope; the scopes are {known}"))
}
