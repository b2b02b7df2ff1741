//! `operator`: the people who work here.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use countersign_api::operators::Role;

use super::{Format, Options, PasswordInput};

/// What can be done about people. It is recorded as done by the system, by way of the command line.
#[derive(Subcommand)]
pub enum OperatorCommand {
    /// Add a person; without a password a one-time sign-in link is printed
    Add(OperatorAdd),
    /// List everyone
    List(Format),
    /// Keep a person out; approvals of theirs that are not published yet are void
    Disable(OperatorRef),
    /// Let a person in again
    Enable(OperatorRef),
    /// Replace a person's roles
    Roles(OperatorRoles),
    /// Set a person's password, or print a one-time sign-in link
    ResetPassword(ResetPassword),
}

/// A new person.
#[derive(Args)]
pub struct OperatorAdd {
    /// Their e-mail address, with which they sign in
    pub email: String,
    /// Their name, as others see it
    #[arg(long)]
    pub name: String,
    /// Their roles, separated by commas: author, reviewer, admin, auditor
    #[arg(long = "role", value_delimiter = ',', required = true, value_name = "ROLES")]
    pub roles: Vec<Role>,
    /// Where the password comes from, if there is to be one.
    #[command(flatten)]
    pub password: PasswordInput,
    /// How to print.
    #[command(flatten)]
    pub format: Format,
}

/// A person.
#[derive(Args)]
pub struct OperatorRef {
    /// Their e-mail address
    pub email: String,
}

/// A person and what they may do from now on.
#[derive(Args)]
pub struct OperatorRoles {
    /// Their e-mail address
    pub email: String,
    /// Their roles from now on, separated by commas: author, reviewer, admin, auditor
    #[arg(long = "role", value_delimiter = ',', required = true, value_name = "ROLES")]
    pub roles: Vec<Role>,
}

/// A person who cannot sign in.
#[derive(Args)]
pub struct ResetPassword {
    /// Their e-mail address
    pub email: String,
    /// Where the password comes from; without it a link is printed.
    #[command(flatten)]
    pub password: PasswordInput,
    /// How to print.
    #[command(flatten)]
    pub format: Format,
}

pub(super) async fn run(_options: &Options, _command: OperatorCommand) -> Result<()> {
    bail!("`operator` is not part of this build")
}
