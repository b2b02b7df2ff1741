//! `audit tail`: the newest events of the log, and those that come.

use std::time::Duration;

use anyhow::Result;
use clap::{Args, Subcommand, value_parser};
use countersign_api::app::App;
use countersign_api::audit::Stream;
use countersign_api::audit::read::{self, EventFilter, StoredEvent};
use countersign_api::clock::{Clock as _, SystemClock};
use countersign_api::operators::reading::{self, LogReader};

use super::{Format, Options, print, stop_on_signals};

/// How often the log is looked at with `--follow`.
const FOLLOW: Duration = Duration::from_secs(1);

/// How many events are read at once with `--follow`.
const PAGE: usize = 1000;

/// Reading the audit log.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Print the newest events, the oldest of them first
    Tail(Tail),
}

/// Which events to print.
#[derive(Args)]
pub struct Tail {
    /// How many
    #[arg(short = 'n', long, default_value_t = 20, value_parser = value_parser!(u64).range(1..=10_000), value_name = "NUMBER")]
    pub lines: u64,
    /// Go on with those that come, until stopped
    #[arg(short, long)]
    pub follow: bool,
    /// Only of this stream: installation, privacy, inspiration or connection:con_...
    #[arg(long, value_parser = stream)]
    pub stream: Option<Stream>,
    /// Only of types that begin with these words, such as review or publish.succeeded
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// How to print: with --json the log's own lines, exactly as they were hashed
    #[command(flatten)]
    pub format: Format,
}

pub(super) async fn run(options: &Options, command: AuditCommand) -> Result<()> {
    let AuditCommand::Tail(tail) = command;
    let app = super::app(options).await?;
    let filter =
        EventFilter { stream: tail.stream.clone(), kind: tail.kind.clone(), ..EventFilter::default() };
    // Asked before the list is read, so that nothing is lost between the two.
    let end = if tail.follow { Some(read::head(&app.db).await?.1.size()) } else { None };
    let mut events = read::list(&app, &filter, tail.lines).await?;
    // Told once, when it begins: telling of each page that follows would make the next one.
    reading::tell_viewed(&app, LogReader::command_line(), events.len()).await?;
    events.reverse();
    show(&events, tail.format)?;
    let Some(end) = end else { return Ok(()) };
    let after_newest = events.last().map(|event| event.position + 1);
    let next = after_newest.unwrap_or_else(|| i64::try_from(end).unwrap_or(i64::MAX));
    follow(&app, &filter, next, tail.format).await
}

async fn follow(app: &App, filter: &EventFilter, mut next: i64, format: Format) -> Result<()> {
    let (clock, stop) = (SystemClock::new(), stop_on_signals()?);
    loop {
        let page = read::tail(&app.db, next, PAGE as u64).await?;
        next = page.last().map_or(next, |event| event.position + 1);
        let pause = if page.len() < PAGE { FOLLOW } else { Duration::ZERO };
        let wanted: Vec<StoredEvent> = page.into_iter().filter(|event| fits(event, filter)).collect();
        show(&wanted, format)?;
        tokio::select! {
            () = clock.sleep(pause) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

fn fits(event: &StoredEvent, filter: &EventFilter) -> bool {
    filter.stream.as_ref().is_none_or(|stream| stream.to_string() == event.stream)
        && filter.kind.as_ref().is_none_or(|kind| begins_with_words(&event.kind, kind))
}

/// `review` fits `review.approved`, but not `reviewer.added`.
fn begins_with_words(kind: &str, words: &str) -> bool {
    kind.strip_prefix(words.trim_end_matches('.'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn show(events: &[StoredEvent], format: Format) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let line = |event: &StoredEvent| if format.json { event.header.clone() + "\n" } else { in_words(event) };
    Ok(print(&events.iter().map(line).collect::<String>())?)
}

fn in_words(event: &StoredEvent) -> String {
    let actor = event.actor_ref.as_deref().unwrap_or(&event.actor_kind);
    let object = event.object_ref.as_deref().unwrap_or("-");
    format!(
        "{}  {:<7}  {:<34}  {actor}  {object}  {}\n",
        event.at.rfc3339(),
        event.outcome,
        event.kind,
        event.stream
    )
}

fn stream(text: &str) -> Result<Stream, String> {
    text.parse()
        .map_err(|_| "a stream is installation, privacy, inspiration or connection:con_...".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_chosen_by_whole_words() {
        assert!(begins_with_words("review.approval.voided", "review"));
        assert!(begins_with_words("review.approval.voided", "review.approval"));
        assert!(begins_with_words("review.approved", "review.approved"));
        assert!(!begins_with_words("review.approved", "review.app"));
        assert!(!begins_with_words("publish.started", "review"));
    }
}
