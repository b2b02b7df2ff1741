//! `/publications/{id}`: one approval on its way to Pinterest, with every attempt.

use maud::{Markup, html};

use super::badge::Badge;
use super::digest;
use super::draft::{self, Live};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::link;
use super::queue_row::Due;
use super::table::{self, Table};
use super::take_down::{self, TakeDown};
use super::timeline::{self, Entry};
use super::trouble::{self, Trouble};
use super::words::marked;

/// The page.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its id: `pub_...`.
    pub id: String,
    /// Its state, kept live.
    pub live: Live,
    /// `/drafts/{id}`.
    pub draft_url: String,
    /// The draft's title.
    pub title: String,
    /// `@halden_kitchen`.
    pub account: String,
    /// `Recipes › Tarts`.
    pub board: String,
    /// When it is due.
    pub due: Due,
    /// Who countersigned.
    pub approved_by: String,
    /// When, in Unix microseconds.
    pub approved_at: i64,
    /// The content that was approved, in hex.
    pub digest: String,
    /// What stands in the way.
    pub trouble: Option<Trouble>,
    /// Taking its Pin down.
    pub take_down: TakeDown,
    /// Every send.
    pub attempts: Vec<Attempt>,
    /// What happened, newest first.
    pub history: Vec<Entry>,
    /// Pinterest's number.
    pub pin_id: Option<String>,
    /// Fields that Pinterest shows otherwise than approved, as people call them.
    pub drift: Vec<String>,
    /// The Pin's page; http(s).
    pub pin_url: Option<String>,
    /// `/audit?flow=...`, for those who may read the log.
    pub audit_url: Option<String>,
}

/// One send.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// When it began, in Unix microseconds.
    pub started_at: i64,
    /// How it came out.
    pub outcome: Badge,
    /// `201`, `404, code 40`, `no answer`.
    pub answer: String,
    /// Milliseconds until the answer.
    pub duration_ms: Option<u64>,
    /// The request's id.
    pub request_id: String,
}

/// The whole page.
pub fn page(frame: &Frame, publication: &Publication) -> Markup {
    let title = format!("Publication of {}", publication.title);
    layout::page(
        frame,
        &title,
        Section::Queue,
        html! {
            div.head {
                div { (draft::live(&publication.live)) h1.gap dir="auto" { (marked(&publication.title)) }
                    p { "For " (publication.board) " on " (publication.account) ", " (publication.due.words(&frame.times)) } }
                div.line {
                    a.btn href=(publication.draft_url) { (icon("sheet")) "The draft" }
                    @if let Some(address) = &publication.pin_url { (link::button(address, "Open the Pin")) }
                    @if let Some(address) = &publication.audit_url { a.btn href=(address) { (icon("chain")) "Follow in the audit log" } }
                }
            }
            div.split {
                div.stack-l {
                    @if let Some(trouble) = &publication.trouble { (trouble::panel(frame, trouble)) }
                    section.sec { h2 { "Sent" } (attempts(frame, &publication.attempts)) }
                    (take_down::section(frame, &publication.take_down))
                }
                aside.stack-l aria-label="Approval and history" {
                    section.sheet { h2 { "What was approved" } (approval(frame, publication)) }
                    section.sec { h2 { "History" } (timeline::list(&frame.times, &publication.history)) }
                }
            }
        },
    )
}

fn attempts(frame: &Frame, attempts: &[Attempt]) -> Markup {
    if attempts.is_empty() {
        return html! { p.small.soft { "Nothing was sent." } };
    }
    let rows = Table::new("Every send", &["Attempt", "At", "Outcome", "Answer", "Took", "Request"]).rows(attempts, |attempt| {
        vec![
            html! { (attempt.number) },
            frame.times.element(attempt.started_at),
            html! { (attempt.outcome) },
            html! { (attempt.answer) },
            html! { @match attempt.duration_ms { Some(duration) => { (duration) " ms" }, None => "unknown" } },
            html! { code { (attempt.request_id) } },
        ]
    });
    html! { (rows) }
}

fn approval(frame: &Frame, publication: &Publication) -> Markup {
    let pin = publication.pin_id.as_deref().unwrap_or("none yet");
    let mut facts = vec![
        ("Countersigned by", html! { span.hand-i { (publication.approved_by) } }),
        ("At", frame.times.element(publication.approved_at)),
        ("Content", digest::short(&publication.digest)),
        ("Pin", html! { (pin) }),
        ("Publication", html! { code { (publication.id) } }),
    ];
    if !publication.drift.is_empty() {
        facts.push(("Pinterest shows otherwise", html! { (publication.drift.join(", ")) }));
    }
    table::facts(&facts)
}
