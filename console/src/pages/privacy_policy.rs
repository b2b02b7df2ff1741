//! The privacy policy: public, from the configuration.

use countersign_api::app::App;
use poem::handler;

use super::settings::long;
use crate::views::privacy_policy as view;
use crate::views::time::Times;
use crate::web::{Answer, Visit, page};

/// Since when the built-in text says what it says. Set it when the text changes.
const BUILT_IN: &str = "25 November 2026";

/// `GET /privacy-policy`
#[handler]
pub(super) async fn show(visit: Visit) -> Answer {
    let (own_text, date) = own(&visit.app).await.unzip();
    let privacy = &visit.app.config.privacy;
    let model = view::PrivacyPolicy {
        controller: privacy.controller.clone(),
        contact: privacy.contact.clone(),
        hosting: privacy.hosting.clone(),
        own_text,
        date: date.unwrap_or_else(|| BUILT_IN.to_owned()),
        kept: kept(&visit.app),
    };
    Ok(page(view::page(&visit.frame().await?, &model)))
}

/// The installation's own text and the day on which it last changed; none if there is none, or it cannot be read now.
async fn own(app: &App) -> Option<(String, String)> {
    let path = app.config.privacy.file.as_ref()?;
    let text = tokio::fs::read_to_string(path)
        .await
        .inspect_err(|error| tracing::warn!(%error, "privacy_policy.file"));
    let changed = tokio::fs::metadata(path).await.and_then(|about| about.modified()).ok()?;
    let changed = changed.duration_since(std::time::UNIX_EPOCH).ok()?;
    let micros = i64::try_from(changed.as_micros()).ok()?;
    let times = Times::new(app.now().micros(), &app.config.review.time_zone_name);
    Some((text.ok()?, times.day(micros)))
}

/// What is kept and for how long: the durations in force.
fn kept(app: &App) -> Vec<(String, String)> {
    let (process, sign_in) = (&app.timing.process, &app.timing.sign_in);
    let rows = [
        (
            "Access to your Pinterest account",
            "until you disconnect or withdraw it; then deleted at once".to_owned(),
        ),
        ("A consent that was begun", format!("{}; it works once", long(app.timing.oauth.state_ttl))),
        ("Images that no draft uses", long(process.unattached_upload_ttl)),
        (
            "Drafts with their images, signatures and the ids of Pins",
            "until whoever is responsible erases them, also on your request".to_owned(),
        ),
        (
            "Sessions of operators",
            format!("{} at most; their rows go a day later", long(sign_in.session_absolute_ttl)),
        ),
        ("Server logs", long(process.access_log_ttl)),
        ("Audit log", "as long as needed to prove what was published and why".to_owned()),
    ];
    rows.map(|(what, how_long)| (what.to_owned(), how_long)).to_vec()
}
