//! The legal states: whatever happened, and wherever the process died, rows, log, spool and the far end's ledger must fit
//! together like this once nothing is at work any more.
//!
//! It reads the database behind the product's back and trusts no code of the product's but the log's reader.

use std::path::Path;

use countersign_review_fixtures::Ledger;

use crate::database::Intruder;
use crate::log::{Event, Log};

/// A publication that has not ended.
const OPEN: &str = "('held', 'scheduled', 'claimed', 'sending', 'unknown', 'needs_decision')";

/// Every row that is in no legal state, a line each. `OPEN` stands for the states of a publication that has not ended.
const ROWS: &[&str] = &[
    // A publication and its draft go together.
    "SELECT p.id || ' is ' || p.state || ' and its draft is ' || d.state FROM publication p
     JOIN draft d ON d.id = p.draft_id
     WHERE p.state IN OPEN AND (d.state <> 'approved' OR d.publication_id IS NULL OR d.publication_id <> p.id)",
    "SELECT p.id || ' is published and its draft is ' || d.state FROM publication p JOIN draft d ON d.id = p.draft_id
     WHERE p.state = 'published' AND (d.state <> 'published' OR d.publication_id <> p.id OR p.pin_id IS NULL)",
    "SELECT d.id || ' is approved and nothing is on its way' FROM draft d WHERE d.state = 'approved' AND NOT EXISTS
     (SELECT 1 FROM publication p WHERE p.id = d.publication_id AND p.state IN OPEN)",
    "SELECT d.id || ' is published without a Pin' FROM draft d WHERE d.state = 'published' AND NOT EXISTS
     (SELECT 1 FROM publication p WHERE p.id = d.publication_id AND p.state = 'published')",
    "SELECT p.id || ' is ' || p.state || ' although its approval was voided' FROM publication p
     JOIN approval a ON a.id = p.approval_id WHERE p.state IN OPEN AND a.voided_at IS NOT NULL",
    "SELECT a.id || ' led to nothing' FROM approval a WHERE NOT EXISTS
     (SELECT 1 FROM publication p WHERE p.approval_id = a.id)",
    // For one approval there is at most one send whose effect is not proven to be nothing, and it is the last.
    "SELECT p.id || ' counts ' || CAST(p.attempts AS TEXT) || ' sends' FROM publication p
     WHERE p.attempts <> (SELECT COUNT(*) FROM attempt a WHERE a.publication_id = p.id)",
    "SELECT a.id || ' is not settled, and its publication is ' || p.state FROM attempt a
     JOIN publication p ON p.id = a.publication_id WHERE a.settled_at IS NULL",
    "SELECT a.id || ' is not proven harmless, and another send followed' FROM attempt a
     JOIN attempt later ON later.publication_id = a.publication_id AND later.n > a.n
     WHERE a.class IS NULL OR a.class <> 'not_accepted'",
    "SELECT p.id || ' is ' || p.state || ' after a send that was ' || a.class FROM publication p
     JOIN attempt a ON a.publication_id = p.id AND a.n = p.attempts
     WHERE (p.state IN ('scheduled', 'held') AND a.class <> 'not_accepted')
        OR (p.state IN ('unknown', 'needs_decision', 'abandoned') AND a.class <> 'unknown')
        OR (p.state = 'published' AND a.class NOT IN ('published', 'unknown'))
        OR (p.state = 'refused' AND a.class <> 'refused')",
    "SELECT p.id || ' is ' || p.state || ' without a send' FROM publication p
     WHERE p.attempts = 0 AND p.state IN ('unknown', 'needs_decision', 'published', 'abandoned')",
    // Nothing is at work any more.
    "SELECT p.id || ' is still ' || p.state FROM publication p WHERE p.state IN ('claimed', 'sending')",
    "SELECT i.event_id || ' is an intent without an outcome' FROM open_intent i",
    // Accounts and their tokens.
    "SELECT c.id || ' is ' || c.state || ' without tokens' FROM connection c
     WHERE c.state IN ('active', 'unconfirmed', 'wrong_account') AND NOT EXISTS
     (SELECT 1 FROM token_grant g WHERE g.connection_id = c.id)",
    "SELECT c.id || ' is ' || c.state || ' and has tokens' FROM connection c JOIN token_grant g ON g.connection_id = c.id
     WHERE c.state IN ('pending', 'revoked', 'disconnected')",
    "SELECT g.id || ' are tokens that are nobody''s' FROM token_grant g WHERE g.connection_id IS NULL",
    "SELECT c.id || ' is pending and nobody can come back to it' FROM connection c WHERE c.state = 'pending' AND NOT EXISTS
     (SELECT 1 FROM oauth_flow f WHERE f.connection_id = c.id)",
    // What the queue counts.
    "SELECT t.tab || ' counts ' || CAST(t.drafts AS TEXT) || ' drafts' FROM tab_count t
     WHERE t.drafts <> (SELECT COUNT(*) FROM draft d WHERE d.tab = t.tab)",
];

/// Everything that is in no legal state, a line each.
pub async fn illegal(rows: &Intruder, log: &Log, ledger: &Ledger, data_dir: &Path) -> Vec<String> {
    let mut illegal = Vec::new();
    for query in ROWS {
        illegal.extend(rows.texts(&query.replace("OPEN", OPEN)).await);
    }
    illegal.extend(untold(rows, log).await);
    illegal.extend(unknown_pins(rows, ledger).await);
    illegal.extend(kept(data_dir).into_iter().map(|name| format!("{name} is left in the spool")));
    illegal.into_iter().map(|line| format!("no legal state: {line}")).collect()
}

/// What is kept in the spool and not set aside.
pub fn kept(data_dir: &Path) -> Vec<String> {
    let folder = std::fs::read_dir(data_dir.join("spool"));
    let names =
        folder.into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.ends_with(".bad")).collect()
}

/// The state that an event of a publication leads to; none where it tells of no transition.
fn leads_to(event: &Event) -> Option<&str> {
    Some(match event.kind() {
        "publish.scheduled" | "publish.rescheduled" | "publish.released" => "scheduled",
        "publish.succeeded" => "published",
        "publish.resolved" => event.fact("to"),
        "publish.held"
        | "publish.unknown"
        | "publish.needs_decision"
        | "publish.refused"
        | "publish.missed"
        | "publish.cancelled" => &event.kind()["publish.".len()..],
        _ => return None,
    })
}

/// The log's last word about each publication is its state, and it tells of as many sends as there are rows.
async fn untold(rows: &Intruder, log: &Log) -> Vec<String> {
    let query = "SELECT id || ' ' || state || ' ' || CAST(attempts AS TEXT) FROM publication";
    let mut wrong = Vec::new();
    for row in rows.texts(query).await {
        let words: Vec<&str> = row.split(' ').collect();
        let (id, state, sends) = (words[0], words[1], words[2]);
        let story: Vec<&Event> = log.0.iter().filter(|event| event.header["flow"] == id).collect();
        let told = story.iter().rev().find_map(|event| leads_to(event)).unwrap_or("nothing");
        // Taking a publication and giving it back is housekeeping.
        if told != state && !matches!(state, "claimed" | "sending") {
            wrong.push(format!("{id} is {state}, and the log tells of {told}"));
        }
        let started = story.iter().filter(|event| event.kind() == "publish.started").count();
        if started.to_string() != sends {
            wrong.push(format!("{id} has {sends} sends, and the log tells of {started}"));
        }
    }
    wrong
}

/// Each Pin at the far end belongs to one publication, or to one that nobody could prove; and no publication has a Pin
/// that is not there.
async fn unknown_pins(rows: &Intruder, ledger: &Ledger) -> Vec<String> {
    let known = rows.texts("SELECT pin_id FROM publication WHERE pin_id IS NOT NULL").await;
    let unproven = "SELECT id FROM publication WHERE state IN ('unknown', 'needs_decision', 'abandoned')";
    let unproven = rows.texts(unproven).await.len();
    let orphans: Vec<&str> = ledger
        .pins
        .iter()
        .map(|pin| pin.pin_id.as_str())
        .filter(|id| !known.iter().any(|pin| pin == id))
        .collect();
    let mut wrong = Vec::new();
    if orphans.len() > unproven {
        wrong.push(format!("the Pins {orphans:?} exist, and {unproven} publications are unproven"));
    }
    let is_there = |id: &&String| ledger.pins.iter().chain(&ledger.others).any(|pin| pin.pin_id == **id);
    wrong.extend(known.iter().filter(|id| !is_there(id)).map(|id| format!("the Pin {id} does not exist")));
    wrong
}
