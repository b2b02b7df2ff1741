//! What the product promises whatever happens, checked at the end of every test.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_api::audit::read;
use countersign_review_fixtures::{Ledger, LedgerPin};
use serde_json::Value;

use crate::captured::{contains, pinterest_token};
use crate::diary;
use crate::harness::Harness;
use crate::log::{Event, Log};
use crate::oracle;
use crate::plans;

/// Every broken promise, a line each.
pub async fn broken(harness: &Harness) -> Vec<String> {
    let log = harness.log().await;
    let mut broken = harness.captured().leaks();
    broken.extend(pins_without_approval(&harness.ledger(), &log, harness.is_duplicating()));
    broken.extend(sends_without_intent(&harness.ledger(), &log));
    broken.extend(deletes_without_intent(harness, &log));
    broken.extend(harness.captured().undocumented());
    broken.extend(outcomes(&log));
    broken.extend(self_check(harness).await);
    broken.extend(states(harness, &log).await);
    broken.extend(plans::faults(&harness.database_url(), harness.statements()).await);
    broken.extend(secrets_at_rest(harness));
    broken
}

/// The parts of a Pin that an approval binds, in one form for both sides.
#[derive(Debug, PartialEq, Eq)]
struct Content([String; 8]);

impl Content {
    fn of_pin(pin: &LedgerPin) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let environment = format!("{:?}", pin.environment).to_lowercase();
        Self([
            environment,
            pin.board_id.clone(),
            text(&pin.board_section_id),
            text(&pin.title),
            text(&pin.description),
            text(&pin.alt_text),
            text(&pin.link),
            text(&pin.image_sha256),
        ])
    }

    fn of_approval(event: &Event) -> Self {
        let draft = &event.content["draft"];
        let text = |name: &str| draft[name].as_str().unwrap_or_default().to_owned();
        let environment = match text("environment").as_str() {
            // The rehearsal is the simulator's sandbox.
            "rehearsal" => "sandbox".to_owned(),
            other => other.to_owned(),
        };
        Self([
            environment,
            text("board_id"),
            text("board_section_id"),
            text("title"),
            text("description"),
            text("alt_text"),
            text("link"),
            text("image_sha256"),
        ])
    }
}

/// Each Pin has an approval of exactly its content, and no approval has two.
pub fn pins_without_approval(ledger: &Ledger, log: &Log, is_duplicating: bool) -> Vec<String> {
    let mut approved: Vec<Content> =
        log.of("review.approved").into_iter().map(Content::of_approval).collect();
    let mut broken = Vec::new();
    for pin in &ledger.pins {
        let content = Content::of_pin(pin);
        match approved.iter().position(|known| *known == content) {
            Some(_) if is_duplicating => {}
            Some(place) => drop(approved.swap_remove(place)),
            None => broken.push(format!("Pin {} has no approval of its own: {content:?}", pin.pin_id)),
        }
    }
    broken
}

/// Each `POST /pins` that arrived was announced in the log, citing an approval that names the same digest.
pub fn sends_without_intent(ledger: &Ledger, log: &Log) -> Vec<String> {
    let intents: Vec<&Event> =
        log.of("api.request").into_iter().filter(|event| event.fact("operation") == "pins/create").collect();
    let mut broken = Vec::new();
    let creates = ledger.creates();
    if creates > intents.len() {
        broken.push(format!("{creates} creates arrived, the log tells of {}", intents.len()));
    }
    for intent in intents {
        let approval = log.0.iter().find(|event| event.id() == intent.cause());
        let fits = approval.is_some_and(|approval| {
            approval.kind() == "review.approved"
                && approval.object() == intent.object()
                && approval.fact("digest") == intent.fact("digest")
        });
        if !fits {
            broken.push(format!("a send cites no approval of its content: {}", intent.header));
        }
    }
    broken
}

/// Each `DELETE` of a Pin that arrived was announced in the log with its reason, and it was a Pin of ours.
fn deletes_without_intent(harness: &Harness, log: &Log) -> Vec<String> {
    let intents = log.of("api.request").into_iter().filter(|event| event.fact("operation") == "pins/delete");
    let with_reason = intents.filter(|event| event.content["note"].is_string()).count();
    let mut broken = Vec::new();
    if harness.deletes() > with_reason {
        broken.push(format!("{} deletes arrived, the log tells of {with_reason}", harness.deletes()));
    }
    let foreign = harness.ledger().others.into_iter().filter(|pin| pin.deleted_at.is_some());
    broken.extend(foreign.map(|pin| format!("Pin {} was somebody else's and is deleted", pin.pin_id)));
    broken
}

/// Each intent has one outcome, and no outcome stands alone.
pub fn outcomes(log: &Log) -> Vec<String> {
    const TOKEN: &[&str] = &[
        "oauth.token.exchanged",
        "oauth.token.exchange_failed",
        "oauth.token.refreshed",
        "oauth.token.refresh_failed",
    ];
    const API: &[&str] = &["api.response", "api.rate_limited", "api.error", "api.unknown"];
    let mut broken = Vec::new();
    for intent in
        log.0.iter().filter(|event| matches!(event.kind(), "api.request" | "oauth.token.exchange_started"))
    {
        let is_outcome = |event: &&Event| {
            event.cause() == intent.id() && (API.contains(&event.kind()) || TOKEN.contains(&event.kind()))
        };
        let found = log.0.iter().filter(is_outcome).count();
        if found != 1 {
            broken.push(format!("an intent has {found} outcomes: {}", intent.header));
        }
    }
    for outcome in log.0.iter().filter(|event| API.contains(&event.kind()) || TOKEN.contains(&event.kind())) {
        if !log.0.iter().any(|event| event.id() == outcome.cause()) {
            broken.push(format!("an outcome without intent: {}", outcome.header));
        }
    }
    broken
}

async fn self_check(harness: &Harness) -> Vec<String> {
    let check = read::self_check(&harness.app().db).await.unwrap();
    check.fault.into_iter().map(|fault| format!("the log does not verify: {fault}")).collect()
}

/// What is in no legal state. Rows that a test forged are in whatever state it gave them, and where Pinterest makes two
/// Pins from one call there is one too many: there only, nothing may be left at work.
async fn states(harness: &Harness, log: &Log) -> Vec<String> {
    let intruder = harness.intruder().await;
    if !harness.is_forged() && !harness.is_duplicating() {
        return oracle::illegal(&intruder, log, &harness.ledger(), &harness.data_dir()).await;
    }
    let states = "SELECT id || ' ' || state FROM publication WHERE state IN ('claimed', 'sending')";
    let mut left = intruder.texts(states).await;
    left.extend(intruder.texts("SELECT event_id || ' is an open intent' FROM open_intent").await);
    left.into_iter().map(|row| format!("work is left: {row}")).collect()
}

/// No secret stands in the database's files or in a log's.
fn secrets_at_rest(harness: &Harness) -> Vec<String> {
    let mut broken = Vec::new();
    for path in files_at_rest(&harness.data_dir()) {
        let bytes = fs::read(&path).unwrap();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for canary in harness.captured().canaries() {
            if contains(&bytes, &canary.text) {
                broken.push(format!("{} stands in {name}", canary.name));
            }
        }
        if let Some(token) = pinterest_token(&bytes) {
            broken.push(format!("a token of Pinterest's ({token}...) stands in {name}"));
        }
    }
    for canary in harness.captured().canaries().iter().filter(|canary| diary::tells(&canary.text)) {
        broken.push(format!("{} was logged", canary.name));
    }
    broken
}

/// Everything in the data folder but the keys themselves and what belongs to the simulated Pinterest.
pub fn files_at_rest(data_dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![data_dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let is_far_end = name.starts_with("simulator") || name.starts_with("pinterest");
            match path.is_dir() {
                _ if is_far_end || name == countersign_api::keys::MASTER_KEY_FILE => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

/// The object of the content digest in an event, for journeys that compare it.
pub fn approved_content(event: &Event) -> &Value {
    &event.content["draft"]
}
