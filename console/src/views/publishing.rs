//! The kill switch: pause and resume publishing.

use maud::{Markup, html};

use super::form;
use super::frame::{Frame, Paused};
use super::icon::icon;
use super::note::{self, Tone};
use super::pins;

/// The switch as one person sees it.
#[derive(Clone, Debug, Default)]
pub struct Publishing {
    /// Set while it is paused.
    pub paused: Option<Paused>,
    /// Reviewers and admins.
    pub may_pause: bool,
    /// Admins.
    pub may_resume: bool,
    /// How many Pins are due within a day.
    pub due_soon: u64,
}

/// The section `#publishing` of a page.
pub fn section(frame: &Frame, publishing: &Publishing) -> Markup {
    html! {
        section.sec id="publishing" { h2 { "Publishing" }
            @match &publishing.paused {
                Some(paused) => (resume(frame, publishing, paused)),
                None => (pause(frame, publishing)),
            }
        }
    }
}

fn pause(frame: &Frame, publishing: &Publishing) -> Markup {
    html! {
        p { "Publishing runs. " (pins(publishing.due_soon, "is", "are")) " due within a day." }
        @if publishing.may_pause {
            div.stack-s.gap.narrow {
                p.small.soft { "From then on nothing is sent, for all accounts. What was sent already cannot be called back. Signatures stay, and what came due meanwhile is sent once publishing goes on." }
                (form::button(frame, "/publishing/pause", "btn bad", html! { (icon("pause")) "Pause publishing" }))
            }
        } @else { p.small.soft { "Reviewers and admins can pause it." } }
    }
}

fn resume(frame: &Frame, publishing: &Publishing, paused: &Paused) -> Markup {
    note::with(
        Tone::Warn,
        "Publishing is paused",
        html! {
            p { (paused.by) " paused it, " (frame.times.short(paused.at)) ". " (pins(paused.waiting, "waits", "wait")) "." }
            @if publishing.may_resume {
                div.line { (form::button(frame, "/publishing/resume", "btn solid", html! { (icon("send")) "Resume publishing" })) }
                p.small.gap-s { "What is due is sent at once, one after another for each account." }
            } @else { p.small.gap-s { "An admin can resume it." } }
        },
    )
}
