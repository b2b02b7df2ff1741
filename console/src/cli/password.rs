//! Asks for passwords and codes: at the terminal without showing them, or from standard input for scripts.

use std::io::BufRead;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use countersign_api::{
    app::App,
    operators::{self, Principal, SignInError},
    secret::Secret,
};

/// Where a command gets a password from.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct PasswordInput {
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    pub password_stdin: bool,
}

/// The second factor of a person who acts.
#[derive(Args, Debug, Clone, Default)]
pub struct CodeInput {
    /// A code of that person's second factor, or a recovery code, instead of asking for it
    #[arg(long, value_name = "CODE")]
    pub totp: Option<String>,
}

/// Proves the person who acts. Where they have a second factor, its code is asked for after the password.
///
/// # Errors
/// Where password or code is wrong, or there is no code to be had.
pub async fn prove(app: &App, email: &str, password: &Secret, code: CodeInput) -> Result<Principal> {
    let code = code.totp.map(Secret::from);
    match operators::authenticate_cli(app, email, password, code.as_ref()).await {
        Err(SignInError::CodeRequired(_)) => {
            let question = format!("Code of the second factor of {email}: ");
            let code = rpassword::prompt_password(question)
                .context("the code cannot be asked for without a terminal; use --totp CODE")?;
            Ok(operators::authenticate_cli(app, email, password, Some(&Secret::from(code))).await?)
        }
        proven => Ok(proven?),
    }
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
