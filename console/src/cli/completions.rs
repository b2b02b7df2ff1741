//! `completions`: what a shell needs to complete command lines.

use anyhow::Result;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, print};

/// For which shell.
#[derive(Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

pub(super) fn run(completions: &Completions) -> Result<()> {
    Ok(print(&script(completions.shell))?)
}

/// Written to memory first: the generator cannot bear a reader that goes away.
fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "countersign", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_gets_a_script_that_knows_the_commands() {
        for shell in Shell::value_variants() {
            assert!(script(*shell).contains("simulate"), "{shell}");
        }
    }
}
