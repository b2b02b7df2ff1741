//! The log: to standard error, one line an event, for people or as JSON.
//!
//! Strangers' text ends up in logs (paths, user agents, file names). A line break in it could forge a line and an
//! escape sequence could drive the reader's terminal, so every control character is written out as `\u001b`.

use std::io::{self, Write};

use countersign_api::config::{Log, LogFormat, Problem};
use countersign_api::hidden::is_invisible;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Why the log cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter is not one.
    #[error("{0}")]
    Filter(Problem),
    /// Something else logs already.
    #[error("the log was set up twice: this is an error in Countersign")]
    Twice,
}

/// Sets the log up for the whole process.
///
/// # Errors
/// [`LoggingError`].
pub fn init(log: &Log) -> Result<(), LoggingError> {
    subscriber(log, io::stderr)?.try_init().map_err(|_| LoggingError::Twice)
}

/// Reads the filter.
///
/// # Errors
/// What is wrong with it.
pub fn filter(log: &Log) -> Result<EnvFilter, Problem> {
    let wrong = |cause: ParseError| Problem {
        named: "COUNTERSIGN_LOG".to_owned(),
        text: format!(
            "= {:?} is not a log filter: {cause}. Write a level (error, warn, info, debug, trace) or levels by part, \
             such as info,countersign_api=debug",
            log.filter
        ),
    };
    EnvFilter::builder().parse(&log.filter).map_err(wrong)
}

fn subscriber<W>(log: &Log, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>, LoggingError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // No colours: their escape sequences are just what is escaped.
    let builder = fmt::Subscriber::builder()
        .with_env_filter(filter(log).map_err(LoggingError::Filter)?)
        .with_ansi(false)
        // Where the log's own disk is full there is nowhere to say so, and trying to would end the request at work.
        .log_internal_errors(false)
        .with_writer(Escaping(writer));
    Ok(match log.format {
        LogFormat::Pretty => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().finish()),
    })
}

/// Wraps a writer that gets one event at a time.
struct Escaping<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Escaping<W> {
    type Writer = Escaping<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Escaping(self.0.make_writer())
    }
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.write_all(escape(&String::from_utf8_lossy(event)).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// All characters that drive or hide, but the line's own end, as `\u` and four hex digits, which JSON reads, too.
pub(crate) fn escape(line: &str) -> String {
    let (text, line_end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    let mut escaped = String::with_capacity(line.len());
    for letter in text.chars() {
        if is_invisible(letter) {
            let units = letter
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect::<String>();
            escaped.push_str(&units);
        } else {
            escaped.push(letter);
        }
    }
    escaped + line_end
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written where `path` is logged in both ways.
    fn logged(format: LogFormat, path: &str) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let log = Log { filter: "info".to_owned(), format };
        let subscriber = subscriber(&log, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(path, "asked for {path}");
            tracing::debug!("not this");
        });
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    const HOSTILE: &str = "/x\n2026-01-01 INFO forged\u{1b}[2J\r\u{9b}31m\u{2028}\u{202e}\u{e0041}";

    #[test]
    fn strangers_text_neither_forges_a_line_nor_drives_a_terminal() {
        for format in [LogFormat::Pretty, LogFormat::Json] {
            let text = logged(format, HOSTILE);
            assert_eq!(text.matches('\n').count(), 1, "{text}");
            assert!(text.ends_with('\n') && text.contains("forged"), "{text}");
            assert!(!text.trim_end().chars().any(is_invisible), "{text:?}");
        }
    }

    #[test]
    fn json_lines_stay_json() {
        let line: serde_json::Value = serde_json::from_str(&logged(LogFormat::Json, HOSTILE)).unwrap();
        assert_eq!(line["fields"]["path"], HOSTILE);
    }

    #[test]
    fn a_wrong_filter_is_named_with_a_remedy() {
        let log = Log { filter: "info,x=loud".to_owned(), format: LogFormat::Pretty };
        let told = filter(&log).unwrap_err().to_string();
        assert!(told.contains("COUNTERSIGN_LOG") && told.contains("x=loud"), "{told}");
    }
}
