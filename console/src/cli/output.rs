//! What commands print.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

/// How lists and results are shown.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct Format {
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// Prints `text` and ends the line. A reader that went away (`| head`) is no failure.
///
/// # Errors
/// Where standard output cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    let written = write!(stdout, "{text}{line_end}").and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints `value` as indented JSON.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}
