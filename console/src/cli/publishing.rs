//! `publishing`: the switch that stops everything from going out.

use anyhow::Result;
use clap::Subcommand;
use countersign_api::publisher::pause::{self, MayPause, MayResume, Status};
use serde_json::{Value, json};

use super::{Format, Options, print, print_json};

/// What can be done about publishing as a whole.
#[derive(Subcommand)]
pub enum PublishingCommand {
    /// Say whether publishing is paused, and by whom
    Status(Format),
    /// Let nothing more go out until it is resumed
    Pause,
    /// Let approved Pins go out again
    Resume,
}

pub(super) async fn run(options: &Options, command: PublishingCommand) -> Result<()> {
    let app = super::app(options).await?;
    match command {
        PublishingCommand::Status(Format { json: true }) => {
            Ok(print_json(&for_programs(&pause::status(&app).await?))?)
        }
        PublishingCommand::Status(_) => Ok(print(&in_words(&pause::status(&app).await?))?),
        PublishingCommand::Pause => Ok(print(&in_words(&pause::pause(&app, &MayPause::command()).await?))?),
        PublishingCommand::Resume => {
            Ok(print(&in_words(&pause::resume(&app, &MayResume::command()).await?))?)
        }
    }
}

/// As `GET /publishing` has it.
fn for_programs(status: &Status) -> Value {
    let (by, at) = status.paused.clone().unzip();
    json!({ "paused": by.is_some(), "paused_by": by, "paused_at": at.map(|at| at.rfc3339()) })
}

fn in_words(status: &Status) -> String {
    match &status.paused {
        None => "Publishing runs.".to_owned(),
        Some((by, at)) => {
            format!(
                "Publishing is paused since {} by {by}. Nothing is sent until it is resumed.",
                at.rfc3339()
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn the_switch_says_where_it_stands() {
        let test = testing::app().await;
        let paused = pause::pause(&test.app, &MayPause::command()).await.unwrap();
        assert!(in_words(&paused).starts_with("Publishing is paused since "));
        assert_eq!(for_programs(&paused)["paused_by"], "cli");
        let running = pause::resume(&test.app, &MayResume::command()).await.unwrap();
        assert_eq!(in_words(&running), "Publishing runs.");
        assert_eq!(for_programs(&running)["paused"], false);
    }
}
