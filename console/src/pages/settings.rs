//! The rules in force.

use std::time::Duration;

use countersign_api::app::App;
use countersign_api::endpoints::AccessTier;
use poem::handler;

use super::publishing;
use crate::views::settings as view;
use crate::web::{Answer, Visit, page};

/// `GET /settings`
#[handler]
pub(super) async fn show(visit: Visit) -> Answer {
    visit.reader()?;
    let frame = visit.frame().await?;
    let publishing = publishing::section(&visit, &frame).await?;
    let has_tokens = visit.person()?.admin().is_ok();
    let groups = vec![review(&visit.app), pinterest(&visit.app), installation(&visit.app)];
    Ok(page(view::page(&frame, &view::Settings { groups, publishing, has_tokens })))
}

fn group(title: &str, facts: &[(&str, String)]) -> view::Group {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    view::Group { title: title.to_owned(), facts: facts.collect() }
}

fn review(app: &App) -> view::Group {
    let (review, timing) = (&app.config.review, &app.timing.publishing);
    let who = match review.rule.as_str() {
        "sole_operator" => "Also who wrote it; each such signature is marked",
        _ => "A second person: nobody who wrote any version of it",
    };
    group(
        "Review",
        &[
            ("Who may countersign", who.to_owned()),
            ("Undo", format!("for {} after a signature, until it is sent", long(review.undo))),
            (
                "A signature lapses",
                format!(
                    "after {}, or {} after its time",
                    long(timing.approval_ttl),
                    long(timing.approval_ttl_after_publish_at)
                ),
            ),
            ("Time zone", review.time_zone_name.clone()),
        ],
    )
}

fn pinterest(app: &App) -> view::Group {
    let tier = match app.endpoints.tier {
        AccessTier::Trial => "Trial: production is closed",
        AccessTier::Standard => "Standard: production is open",
    };
    let open: Vec<&str> =
        app.endpoints.connectable().iter().map(|environment| environment.as_str()).collect();
    let app_id = app.config.pinterest.app.as_ref().map(|app| app.id.clone());
    group(
        "Pinterest",
        &[
            (
                "App",
                app_id
                    .unwrap_or_else(|| "none: this is a rehearsal against the built-in simulator".to_owned()),
            ),
            ("Access", tier.to_owned()),
            ("May be connected", open.join(", ")),
            ("Redirect address", format!("{}oauth/callback", app.config.server.public_url)),
        ],
    )
}

fn installation(app: &App) -> view::Group {
    let (config, timing) = (&app.config, &app.timing);
    let database = if app.db.is_postgres() { "PostgreSQL" } else { "SQLite, in the data folder" };
    group(
        "This installation",
        &[
            ("Address", config.server.public_url.to_string()),
            ("Version", env!("CARGO_PKG_VERSION").to_owned()),
            ("Database", database.to_owned()),
            (
                "A session ends",
                format!(
                    "after {} without use, and after {}",
                    long(timing.sign_in.session_idle_ttl),
                    long(timing.sign_in.session_absolute_ttl)
                ),
            ),
            ("A sign-in link works", format!("once, for {}", long(timing.sign_in.link_ttl))),
        ],
    )
}

/// `30 days`, `12 h`, `10 s`: a length of time in its largest whole unit.
pub(super) fn long(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds >= 172_800 && seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        seconds if seconds >= 3_600 && seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
