//! Asks for passwords: at the terminal without showing them, or from standard input for scripts.

use std::io::BufRead;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use countersign_api::secret::Secret;

/// Where a command gets a password from.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct PasswordInput {
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    pub password_stdin: bool,
}

/// The password of a person who acts: asked for once.
///
/// # Errors
/// Where there is none to be had.
pub fn ask_password(input: PasswordInput, email: &str) -> Result<Secret> {
    if input.password_stdin {
        read_line(std::io::stdin().lock())
    } else {
        prompt(&format!("Password of {email}: "))
    }
}

/// A password that is being set: asked for twice at a terminal.
///
/// # Errors
/// Where there is none to be had, or the two differ.
pub fn ask_new_password(input: PasswordInput, email: &str) -> Result<Secret> {
    if input.password_stdin {
        return read_line(std::io::stdin().lock());
    }
    let first = prompt(&format!("New password of {email}: "))?;
    let second = prompt("The same again: ")?;
    if !first.matches(second.expose()) {
        bail!("the two passwords differ; nothing was changed");
    }
    Ok(first)
}

fn prompt(question: &str) -> Result<Secret> {
    let answer = rpassword::prompt_password(question)
        .context("the password cannot be asked for without a terminal; use --password-stdin")?;
    not_empty(Secret::from(answer))
}

fn read_line(mut input: impl BufRead) -> Result<Secret> {
    let mut line = String::new();
    input.read_line(&mut line).context("standard input cannot be read")?;
    not_empty(Secret::from(line.trim_end_matches(['\r', '\n'])))
}

fn not_empty(password: Secret) -> Result<Secret> {
    if password.is_empty() {
        bail!("no password was given");
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts_with_its_blanks() {
        let password = read_line("  correct horse \r\nsecond line".as_bytes()).unwrap();
        assert!(password.matches("  correct horse "));
        assert!(read_line("\n".as_bytes()).is_err());
        assert!(read_line("".as_bytes()).is_err());
    }
}
