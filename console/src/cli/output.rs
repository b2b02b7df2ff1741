//! What commands print.

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use crate::logging::escape;

/// How lists and results are shown.
#[derive(Args, Debug, Clone, Copy, Default)]
pub struct Format {
    /// Print JSON, for programs
    #[arg(long)]
    pub json: bool,
}

/// Prints `text` and ends the line. Whatever could drive the reader's terminal is written out, as in the log. A reader that
/// went away (`| head`) is no failure.
///
/// # Errors
/// Where standard output cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let text = harmless(text);
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    let written = write!(stdout, "{text}{line_end}").and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The text with its lines as they are, and nothing in them that is not seen.
fn harmless(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(escape).collect::<Vec<_>>().join("\t");
    text.split_inclusive('\n').map(line).collect()
}

/// Rows under their headings, in columns as wide as they need to be.
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let headings: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
    let lines: Vec<&Vec<String>> = std::iter::once(&headings).chain(rows).collect();
    let width = |column: usize| {
        let cells = lines.iter().filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let padded = |(cell, width): (&String, &usize)| format!("{cell:<width$}");
    let line = |line: &Vec<String>| line.iter().zip(&widths).map(padded).collect::<Vec<_>>().join("  ");
    lines.into_iter().map(|cells| line(cells).trim_end().to_owned() + "\n").collect()
}

/// Prints `value` as indented JSON.
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &impl Serialize) -> io::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_drives_a_terminal() {
        let text = "a\u{1b}[2J\n\u{9b}31m\u{202e}b\n";
        assert_eq!(harmless(text), "a\\u001b[2J\n\\u009b31m\\u202eb\n");
        assert_eq!(harmless("Zoé\t1\n2"), "Zoé\t1\n2");
    }

    #[test]
    fn columns_line_up_by_characters() {
        let rows = [vec!["Zoé".to_owned(), "x".to_owned()], vec!["Al".to_owned(), String::new()]];
        assert_eq!(table(&["NAME", "B"], &rows), "NAME  B\nZoé   x\nAl\n");
    }
}
