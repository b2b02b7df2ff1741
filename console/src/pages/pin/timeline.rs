//! What happened to a Pin, in sentences. What the log keeps for machines only is left out.

use countersign_api::drafts::Moment;

use super::names::{People, joined};
use super::reasons;
use crate::views::time::Times;
use crate::views::timeline::{Entry, Kind};

/// The story, newest first.
pub(crate) fn entries<'a>(
    moments: impl DoubleEndedIterator<Item = &'a Moment>,
    people: &People,
    times: &Times,
) -> Vec<Entry> {
    moments.rev().filter_map(|moment| entry(moment, people, times)).collect()
}

fn entry(moment: &Moment, people: &People, times: &Times) -> Option<Entry> {
    let (kind, words) = said(moment, times)?;
    // The line of a struck-out signature is a sentence of its own: its cause has another line.
    let who = moment.operator_id.as_ref().filter(|_| !is_of_the_machine(&moment.kind));
    Some(Entry {
        kind,
        words: if moment.outcome == "denied" { format!("{words} (denied)") } else { words },
        who: who.map(|id| people.name(id).to_owned()),
        at: moment.at.micros(),
        note: moment.note.clone(),
    })
}

fn is_of_the_machine(kind: &str) -> bool {
    let is_call = kind.starts_with("api.") && kind != "api.request";
    let is_way = kind.starts_with("publish.") && !matches!(kind, "publish.resolved" | "publish.taken_down");
    kind == "review.approval.voided" || is_call || is_way
}

fn said(moment: &Moment, times: &Times) -> Option<(Kind, String)> {
    match moment.kind.split_once('.')? {
        ("review", _) => review(moment),
        ("publish", _) => publish(moment, times),
        ("api", _) => api(moment),
        _ => None,
    }
}

fn review(moment: &Moment) -> Option<(Kind, String)> {
    let revision = moment.revision.map_or_else(|| "it".to_owned(), |revision| format!("revision {revision}"));
    Some(match moment.kind.as_str() {
        "review.draft.created" => (Kind::Wrote, format!("wrote {revision}")),
        "review.draft.edited" if moment.operator_id.is_none() => {
            (Kind::Wrote, format!("Renewed as {revision}, so that no page loaded before can be signed"))
        }
        "review.draft.edited" => (Kind::Wrote, edited(moment, &revision)),
        "review.draft.discarded" => (Kind::Ended, "discarded it".to_owned()),
        "review.submitted" => (Kind::Signed, format!("signed {revision}")),
        "review.withdrawn" => (Kind::TakenBack, "took it back from review".to_owned()),
        "review.approved" => (Kind::Countersigned, format!("countersigned {revision}{}", own(moment))),
        "review.changes_requested" => (Kind::ChangesRequested, "asked for changes".to_owned()),
        "review.rejected" => (Kind::Rejected, "rejected it".to_owned()),
        "review.commented" => (Kind::Comment, "commented".to_owned()),
        "review.approval.voided" => {
            let why = reasons::voided(moment.word("why").unwrap_or_default());
            (Kind::Voided, format!("The countersignature no longer counts: {why}"))
        }
        _ => return None,
    })
}

fn edited(moment: &Moment, revision: &str) -> String {
    let fields: Vec<&str> = moment.words("fields").into_iter().map(reasons::field).collect();
    match joined(&fields) {
        Some(fields) => format!("edited {fields}: {revision}"),
        None => format!("wrote {revision}"),
    }
}

fn own(moment: &Moment) -> &'static str {
    let is_own = moment.facts.get("own_draft") == Some(&countersign_api::audit::Value::Bool(true));
    if is_own { ", an own Pin" } else { "" }
}

fn publish(moment: &Moment, times: &Times) -> Option<(Kind, String)> {
    let why = moment.word("why").unwrap_or_default();
    let due = || moment.word("due_at").and_then(micros).map_or_else(String::new, |at| times.full(at));
    Some(match moment.kind.as_str() {
        "publish.scheduled" => (Kind::Scheduled, format!("Scheduled, not before {}", due())),
        "publish.rescheduled" => {
            (Kind::Scheduled, format!("To be tried again at {}. {}", due(), reasons::again(why)))
        }
        "publish.started" => {
            (Kind::Sent, format!("Sent to Pinterest, attempt {}", moment.number("attempt").unwrap_or(1)))
        }
        "publish.succeeded" => (Kind::Published, "Published".to_owned()),
        "publish.unknown" => (Kind::Lost, format!("The answer was lost: {}", reasons::lost(why))),
        "publish.needs_decision" => (Kind::Decision, "A person has to decide".to_owned()),
        "publish.resolved" if moment.word("to") == Some("published") => {
            (Kind::Published, "recorded a Pin on the board as this one".to_owned())
        }
        "publish.resolved" => (Kind::Ended, "gave this one up".to_owned()),
        "publish.taken_down" => (Kind::Ended, "took the Pin down".to_owned()),
        "publish.refused" => (Kind::Refused, format!("Refused. {}", reasons::refused(why))),
        "publish.held" => (Kind::Held, format!("Held. {}", reasons::held(why))),
        "publish.released" => (Kind::Scheduled, "No longer held".to_owned()),
        "publish.missed" => (Kind::Missed, "Missed: it could not be sent in time".to_owned()),
        _ => return None,
    })
}

/// Of the calls only what a person can use: the rest stands in the log.
fn api(moment: &Moment) -> Option<(Kind, String)> {
    Some(match moment.kind.as_str() {
        "api.request" if moment.word("operation") == Some("pins/delete") => {
            (Kind::Sent, "asked Pinterest to delete the Pin".to_owned())
        }
        // A send whose answer was lost is told of as such; of a take-down nothing else is.
        "api.unknown" if moment.operator_id.is_some() || moment.word("why") == Some("no_outcome") => {
            (Kind::Lost, "The answer was lost, so the Pin may be gone".to_owned())
        }
        "api.response" if moment.number("status").is_some_and(|status| status >= 400) => {
            (Kind::Refused, format!("Pinterest answered {}", moment.number("status").unwrap_or_default()))
        }
        "api.rate_limited" => (Kind::Held, "Pinterest asked to wait".to_owned()),
        "api.error" => (Kind::Held, "Pinterest could not be reached, so nothing was sent".to_owned()),
        "api.reconciled" => {
            (Kind::Looked, reasons::looked(moment.word("result").unwrap_or_default()).to_owned())
        }
        _ => return None,
    })
}

/// A time of the log.
fn micros(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}
