//! Taking down a Pin that was published: what will happen, the form, why this person may not, or that it was done.

use maud::{Markup, html};

use super::comments::LIMIT;
use super::form::{self, Field};
use super::frame::Frame;
use super::icon::icon;
use super::note::{self, Tone};
use super::words::text;

/// What a publication's page says about taking its Pin down.
#[derive(Clone, Debug)]
pub enum TakeDown {
    /// There is no Pin of ours.
    Nothing,
    /// This person may do it.
    Offered(Box<Offer>),
    /// Nobody can now, or not this person: why, and what would help.
    Barred(String),
    /// It was done.
    Done(Done),
}

/// The form.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// `/publications/{id}/take-down`.
    pub action: String,
    /// `@halden_kitchen`.
    pub account: String,
    /// What was typed in a form that was refused.
    pub reason: String,
    /// What is wrong with the reason.
    pub reason_error: Option<String>,
    /// What is known of an attempt that did not succeed.
    pub outcome: Outcome,
    /// Why it did not.
    pub refused: Option<String>,
}

/// What is known of an attempt that did not succeed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// The Pin is still there.
    #[default]
    NotDone,
    /// Somebody is at it at this moment.
    UnderWay,
    /// The Pin may be gone.
    Unknown,
}

impl Outcome {
    fn title(self) -> &'static str {
        match self {
            Self::NotDone => "It was not taken down",
            Self::UnderWay => "It is being taken down",
            Self::Unknown => "It is not known whether it was taken down",
        }
    }
}

/// A Pin that was taken down.
#[derive(Clone, Debug)]
pub struct Done {
    /// Who did it.
    pub by: String,
    /// When, in Unix microseconds.
    pub at: i64,
    /// Why.
    pub reason: String,
}

/// The section of a publication's page.
pub fn section(frame: &Frame, take_down: &TakeDown) -> Markup {
    html! {
        @match take_down {
            TakeDown::Nothing => {},
            TakeDown::Done(done) => (self::done(frame, done)),
            TakeDown::Barred(why) => section.sec id="take-down" aria-labelledby="take-down-title" {
                h2 id="take-down-title" { "Take it down" }
                p.small.soft.gap-s id="take-down-barred" { (why) }
                div.line { button.btn type="button" disabled aria-describedby="take-down-barred" { (icon("trash")) "Take the Pin down" } }
            },
            TakeDown::Offered(offer) => section.sec id="take-down" aria-labelledby="take-down-title" {
                h2 id="take-down-title" { "Take it down" } (self::offer(frame, offer))
            },
        }
    }
}

/// That it was done: also on the page of the draft.
pub fn done(frame: &Frame, done: &Done) -> Markup {
    note::with(
        Tone::Warn,
        "Taken down",
        html! {
            p { (done.by) " took this Pin down on " (frame.times.full(done.at)) ". It is not " (frame.environment.place()) " any more." }
            p.lines { "Why: " (text(&done.reason)) }
        },
    )
}

fn offer(frame: &Frame, offer: &Offer) -> Markup {
    form::post(
        frame,
        &offer.action,
        "stack-s gap-s",
        html! {
            @if let Some(words) = &offer.refused { (note::note(Tone::Bad, offer.outcome.title(), words)) }
            ul.small.stack-s {
                li { "The Pin of " (offer.account) " is deleted " (frame.environment.place()) ", at once and for everybody." }
                li { "This cannot be undone: to show it again, it is written, signed and sent as a new Pin." }
                li { "The draft, both signatures and the audit log stay. They say who took it down, and why." }
            }
            (Field::area("reason", "Why, for the log", 2).value(&offer.reason).limit(LIMIT).required()
                .error(offer.reason_error.as_deref()).focused(offer.reason_error.is_some()))
            label.pick { input type="checkbox" name="sure" value="yes" required; span { "I know that the Pin cannot be brought back" } }
            div.line { button.btn.bad { (icon("trash")) "Take the Pin down" } }
        },
    )
}
