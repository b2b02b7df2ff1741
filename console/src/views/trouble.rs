//! A Pin that stopped or whose outcome is not known: what happened, whether a Pin may exist, what to do.

use maud::{Markup, html};

use super::badge::PublicationState;
use super::comments::LIMIT;
use super::form::{self, Field};
use super::frame::Frame;
use super::icon::icon;
use super::link;
use super::note::{self, Tone};
use super::table;
use super::time::Times;
use super::words::text;

/// What stands in the way of a Pin.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// It was sent and the answer was lost.
    Unknown(Box<Unknown>),
    /// It stopped for a known reason.
    Stopped(Box<Stopped>),
}

/// What is known about a send whose outcome is not.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// `unknown` while we still look, `needs_decision` when a person has to choose.
    pub state: PublicationState,
    /// `/publications/{id}/resolve`; `None` if this person may not choose.
    pub resolve: Option<String>,
    /// When the request left, in Unix microseconds.
    pub sent_at: i64,
    /// How much of it left: `all 431,882 bytes left`.
    pub sent: String,
    /// What came back: `none, connection reset after 8.2 s`.
    pub answer: String,
    /// `1 of 1`.
    pub attempt: String,
    /// The request's id.
    pub request_id: String,
    /// How often the board was looked at.
    pub looks: u32,
    /// The last look, in Unix microseconds.
    pub last_look_at: Option<i64>,
    /// The next look, in Unix microseconds.
    pub next_look_at: Option<i64>,
    /// Pins on the board that could be this one.
    pub candidates: Vec<Candidate>,
    /// Why a choice was refused.
    pub refused: Option<String>,
    /// What was typed in it.
    pub typed: Typed,
}

/// What was typed in a choice that was refused.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// `published`, `abandon` or `again`.
    pub outcome: String,
    /// The Pin's number.
    pub pin_id: String,
    /// Why, for the log.
    pub reason: String,
}

/// A Pin on the board with the same content.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Pinterest's number.
    pub pin_id: String,
    /// Its page; only http(s).
    pub url: String,
}

/// A Pin that stopped.
#[derive(Clone, Debug, Default)]
pub struct Stopped {
    /// `Refused by Pinterest`, `Held`, `Missed`, `The signature was voided`.
    pub title: String,
    /// What happened, in plain words, and whether a Pin may exist.
    pub words: String,
    /// Whether it is a refusal (red) or a wait (amber).
    pub is_refusal: bool,
    /// Pinterest's status and code: `404, code 40`.
    pub code: Option<String>,
    /// Pinterest's message, scrubbed.
    pub message: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
    /// The one next step: words and address of a page.
    pub next: Option<(String, String)>,
}

/// The panel of a page.
pub fn panel(frame: &Frame, trouble: &Trouble) -> Markup {
    match trouble {
        Trouble::Unknown(unknown) => self::unknown(frame, unknown),
        Trouble::Stopped(stopped) => self::stopped(stopped),
    }
}

fn stopped(stopped: &Stopped) -> Markup {
    let tone = if stopped.is_refusal { Tone::Bad } else { Tone::Warn };
    note::with(
        tone,
        &stopped.title,
        html! {
            p { (stopped.words) }
            @if stopped.code.is_some() || stopped.message.is_some() {
                p.gap-s { "Pinterest said: "
                    @if let Some(message) = &stopped.message { "“" (text(message)) "” " }
                    @if let Some(code) = &stopped.code { "(" (code) ")" }
                }
            }
            @if let Some(id) = &stopped.request_id { p.small.gap-s { "Request " code { (id) } } }
            @if let Some((words, address)) = &stopped.next { div.line { a.btn.solid href=(address) { (words) } } }
        },
    )
}

fn unknown(frame: &Frame, unknown: &Unknown) -> Markup {
    html! {
        section.unknown aria-labelledby="unknown" {
            header {
                h2 id="unknown" { "Pinterest may have this Pin. We cannot prove it either way." }
                p.soft.gap-s { "It was sent on " (frame.times.full(unknown.sent_at))
                    ". Nothing was sent again, and nothing will be without a new signature." }
            }
            div {
                (evidence(&frame.times, unknown))
                @match (&unknown.resolve, unknown.state) {
                    (_, PublicationState::Unknown) => (waiting(&frame.times, unknown)),
                    (Some(action), _) => (choices(frame, unknown, action)),
                    (None, _) => p.gap { "A reviewer has to choose what to do." },
                }
            }
        }
    }
}

fn evidence(times: &Times, unknown: &Unknown) -> Markup {
    let looked = match unknown.last_look_at {
        Some(at) if unknown.looks == 1 => format!("once, {}", times.short(at)),
        Some(at) => format!("{} times, last {}", unknown.looks, times.short(at)),
        None if unknown.state == PublicationState::NeedsDecision => "never: it could not be read".into(),
        None => "not yet".into(),
    };
    let found = match unknown.candidates.len() {
        0 => "none seen".to_owned(),
        1 => "1 Pin".to_owned(),
        several => format!("{several} Pins"),
    };
    html! {
        div.pair {
            div { h3 { "What we know" } (table::facts(&[
                ("Sent", html! { (times.clock(unknown.sent_at)) ", " (unknown.sent) }),
                ("Answer", html! { (unknown.answer) }),
                ("Attempt", html! { (unknown.attempt) }),
                ("Request", html! { code { (unknown.request_id) } }),
            ])) }
            div { h3 { "What the board shows" }
                (table::facts(&[("Looked", html! { (looked) }), ("Same content", html! { (found) })]))
                @for candidate in &unknown.candidates { p.small.gap-s { (link::outside(&candidate.url, &format!("Pin {}", candidate.pin_id))) } }
            }
        }
    }
}

fn waiting(times: &Times, unknown: &Unknown) -> Markup {
    html! {
        p.gap { "There is nothing to do yet. We look at the board again"
            @if let Some(at) = unknown.next_look_at { ", next at " (times.short(at)) }
            ". If it is not found, you choose."
        }
    }
}

fn choices(frame: &Frame, unknown: &Unknown, action: &str) -> Markup {
    html! {
        @if let Some(words) = &unknown.refused { div.gap { (note::note(Tone::Bad, "That did not work", words)) } }
        @let typed = &unknown.typed;
        @for (index, candidate) in unknown.candidates.iter().enumerate() { (adopt(frame, action, index, candidate, typed)) }
        (adopt_typed(frame, action, typed))
        (choice(frame, action, typed, "abandon", "Let it go",
            "Close it. If the Pin is on the board it stays there, and you can take it down at Pinterest.",
            html! { button.btn { "Give up" } }))
        (choice(frame, action, typed, "again", "Send it again, on a new signature",
            "Gives this one up. A reviewer countersigns again and a second Pin is sent. If the first one exists, there will be two.",
            html! { button.btn { (icon("pen")) "Approve once more" } }))
    }
}

fn adopt(frame: &Frame, action: &str, index: usize, candidate: &Candidate, typed: &Typed) -> Markup {
    let words = format!("Record Pin {} as this one. Nothing is sent.", candidate.pin_id);
    let class = if index == 0 { "btn solid" } else { "btn" };
    choice(
        frame,
        action,
        typed,
        &format!("published-{index}"),
        "That Pin is ours",
        &words,
        html! {
            input type="hidden" name="pin_id" value=(candidate.pin_id);
            button class=(class) { (icon("check")) "It is there" }
        },
    )
}

fn adopt_typed(frame: &Frame, action: &str, typed: &Typed) -> Markup {
    choice(
        frame,
        action,
        typed,
        "published",
        "I found it myself",
        "Record the Pin with this number as this one. Nothing is sent.",
        html! {
            (Field::text("pin_id", "The Pin’s number").value(&typed.pin_id).hint("The digits in its address.").required())
            button.btn { (icon("check")) "It is there" }
        },
    )
}

/// One choice with its consequence and a note for the log. `key` starts with the outcome and is unique in the page.
fn choice(
    frame: &Frame,
    action: &str,
    typed: &Typed,
    key: &str,
    title: &str,
    consequence: &str,
    control: Markup,
) -> Markup {
    let outcome = key.split('-').next().unwrap_or(key);
    let reason = if typed.outcome == outcome { &*typed.reason } else { "" };
    form::post(
        frame,
        action,
        "choice",
        html! {
            div { h3 { (title) } p { (consequence) }
                input type="hidden" name="outcome" value=(outcome);
                (Field::text("reason", "Why, for the log").id(format!("f-reason-{key}")).value(reason).limit(LIMIT).required())
            }
            div.stack-s { (control) }
        },
    )
}
