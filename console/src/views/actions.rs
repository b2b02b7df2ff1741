//! What a person may do with a draft now, each with its consequence in a sentence.

use maud::{Markup, html};

use super::badge::{DraftState, PublicationState};
use super::comments::LIMIT;
use super::form::{self, Choice, Field};
use super::frame::{Frame, Roles};
use super::icon::icon;

/// What decides which actions are offered. The service decides again when one is taken.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The draft's state.
    pub state: DraftState,
    /// Its publication's state, if there is one.
    pub publication: Option<PublicationState>,
    /// What this person may do.
    pub roles: Roles,
    /// The name of the person whose countersignature an edit would strike out.
    pub countersigned_by: Option<String>,
    /// Seconds until the Pin may be claimed, for *Undo*; `None` if it is due later.
    pub undo_seconds: Option<u64>,
    /// What is missing before it can be signed: `Choose a board.`
    pub missing: Vec<String>,
}

/// The actions of one draft.
#[derive(Clone, Debug)]
pub struct Actions {
    /// `/drafts/{id}`.
    pub draft: String,
    /// The draft's version that the page shows: what goes on from it is refused once there is another. What stops a Pin
    /// does not say it, for stopping must not come too late.
    pub version: i64,
    /// What may be done.
    pub standing: Standing,
    /// The form that takes its Pin down, for those who may.
    pub take_down: Option<String>,
    /// The schedule as the form shows it: `2026-12-01T09:00`, empty for once approved.
    pub publish_local: String,
    /// The schedule's zone.
    pub publish_zone: String,
    /// The zones to choose from.
    pub zones: Vec<Choice>,
}

impl Standing {
    /// Whether bytes may be on their way, so that nothing can be changed now.
    pub fn is_in_flight(&self) -> bool {
        use PublicationState::{Claimed, NeedsDecision, Sending, Unknown};
        self.state == DraftState::Approved
            && matches!(self.publication, Some(Claimed | Sending | Unknown | NeedsDecision))
    }

    fn is_open(&self) -> bool {
        !matches!(self.state, DraftState::Published | DraftState::Discarded) && !self.is_in_flight()
    }

    /// Edit and reschedule.
    pub fn may_edit(&self) -> bool {
        self.roles.author && self.is_open()
    }

    /// Ask for approval.
    pub fn may_submit(&self) -> bool {
        self.roles.author && matches!(self.state, DraftState::Draft | DraftState::ChangesRequested)
    }

    /// Take back from review.
    pub fn may_withdraw(&self) -> bool {
        self.roles.author && self.state == DraftState::InReview
    }

    /// Decide.
    pub fn may_review(&self) -> bool {
        self.roles.reviewer && self.state == DraftState::InReview
    }

    /// Take an approval back.
    pub fn may_undo(&self) -> bool {
        self.roles.reviewer && self.is_waiting()
    }

    /// Stop a countersigned Pin.
    pub fn may_cancel(&self) -> bool {
        self.roles.author && self.is_waiting()
    }

    fn offers_anything(&self) -> bool {
        self.roles.author || self.may_review() || self.may_undo()
    }

    fn is_waiting(&self) -> bool {
        use PublicationState::{Held, Scheduled};
        self.state == DraftState::Approved && matches!(self.publication, Some(Scheduled | Held))
    }
}

impl Actions {
    /// The section of a page.
    pub fn section(&self, frame: &Frame) -> Markup {
        let standing = &self.standing;
        let is_empty = !standing.offers_anything() && !standing.is_in_flight() && self.take_down.is_none();
        if is_empty && standing.roles.reviewer {
            return html! {};
        }
        html! {
            section.sec aria-labelledby="actions" {
                h2 id="actions" { "What you can do" }
                @if standing.is_in_flight() { p.small.soft { "It is being sent, or may have been. It cannot be changed until that has ended." } }
                div.acts {
                    @if standing.may_submit() { (self.submit(frame)) }
                    @if standing.may_review() { (self.review()) }
                    @if standing.may_undo() { (self.undo(frame)) }
                    @if standing.may_edit() { (self.edit()) (self.reschedule(frame)) }
                    @if standing.may_withdraw() { (self.withdraw(frame)) }
                    @if standing.may_cancel() { (self.cancel(frame)) }
                    @if standing.roles.author { (self.duplicate(frame)) }
                    @if standing.may_edit() { (self.discard(frame)) }
                    @if let Some(address) = &self.take_down { (take_down(frame, address)) }
                }
                @if !standing.roles.author && !standing.roles.reviewer { p.small.soft { "You may read. Authors and reviewers act." } }
            }
        }
    }

    fn submit(&self, frame: &Frame) -> Markup {
        if !self.standing.missing.is_empty() {
            return act(
                "Not ready to sign.",
                html! {
                    ul.small { @for missing in &self.standing.missing { li { (missing) } } }
                    a.btn.solid href={ (self.draft) "/edit" } { (icon("pen")) "Fill in what is missing" }
                },
            );
        }
        act(
            "You sign this content, and it waits for a second person. Nothing is sent yet.",
            self.post_seen(frame, "submit", "btn sign", html! { (icon("pen")) "Sign and ask for approval" }),
        )
    }

    fn review(&self) -> Markup {
        let id = self.draft.rsplit('/').next().unwrap_or_default();
        act(
            "Read it and decide.",
            html! { a.btn.solid href={ "/review?draft=" (id) } { (icon("signed")) "Review it" } },
        )
    }

    fn undo(&self, frame: &Frame) -> Markup {
        act(
            "Takes the approval back as long as nothing was sent. It then waits for review again.",
            form::post(
                frame,
                &format!("{}/undo", self.draft),
                "",
                html! {
                    button.btn data-undo=[self.standing.undo_seconds] { (icon("undo"))
                        span { "Undo" @if let Some(seconds) = self.standing.undo_seconds { ", " (seconds) " s" } }
                    }
                },
            ),
        )
    }

    fn edit(&self) -> Markup {
        act(
            &self.price("Opens it for writing."),
            html! {
                a.btn href={ (self.draft) "/edit" } aria-keyshortcuts="e" { (icon("pen")) "Edit" @if self.standing.may_edit() { " " kbd { "e" } } }
            },
        )
    }

    /// What an edit costs, where it costs something.
    fn price(&self, plain: &str) -> String {
        match (&self.standing.countersigned_by, self.standing.state) {
            (Some(name), DraftState::Approved) => {
                format!("{plain} A change strikes out the signature of {name}, and it needs a new one.")
            }
            (_, DraftState::InReview) => {
                format!("{plain} A change takes it back from review; it needs your signature again.")
            }
            _ => plain.to_owned(),
        }
    }

    fn reschedule(&self, frame: &Frame) -> Markup {
        unfold(
            "Change the time",
            html! {
                p.small { (self.price("The time is part of what was signed.")) }
                (form::post(frame, &format!("{}/reschedule", self.draft), "stack-s", html! {
                    (self.seen())
                    (Field::line("publish_local", "Date and time, not before", "datetime-local").value(&self.publish_local)
                        .hint("Empty: as soon as it is countersigned."))
                    (form::select_field("publish_zone", "Time zone", &self.zones, &self.publish_zone))
                    button.btn { (icon("clock")) "Change the time" }
                }))
            },
        )
    }

    fn withdraw(&self, frame: &Frame) -> Markup {
        act(
            "It becomes a draft again. Your signature is taken back.",
            self.post(frame, "withdraw", "btn", html! { (icon("changes")) "Take it back" }),
        )
    }

    fn cancel(&self, frame: &Frame) -> Markup {
        act(
            "Nothing is sent. Both signatures end, and it becomes a draft again.",
            self.post(frame, "cancel", "btn", html! { (icon("x")) "Cancel publishing" }),
        )
    }

    fn duplicate(&self, frame: &Frame) -> Markup {
        act(
            "Makes a new draft with the same content, without signatures.",
            self.post(frame, "duplicate", "btn", html! { (icon("sheet")) "Duplicate" }),
        )
    }

    fn discard(&self, frame: &Frame) -> Markup {
        unfold(
            "Discard",
            html! {
                p.small { "It ends here and can never be sent. It stays under Discarded." }
                (self.post_seen(frame, "discard", "btn bad", html! { (icon("trash")) "Discard it" }))
            },
        )
    }

    fn post(&self, frame: &Frame, verb: &str, class: &str, label: Markup) -> Markup {
        form::button(frame, &format!("{}/{verb}", self.draft), class, label)
    }

    /// As [`Actions::post`], for what is done only with what the page shows.
    fn post_seen(&self, frame: &Frame, verb: &str, class: &str, label: Markup) -> Markup {
        let body = html! { (self.seen()) button class=(class) { (label) } };
        form::post(frame, &format!("{}/{verb}", self.draft), "", body)
    }

    fn seen(&self) -> Markup {
        html! { input type="hidden" name="version" value=(self.version); }
    }
}

fn take_down(frame: &Frame, address: &str) -> Markup {
    act(
        &format!("Deletes the Pin {}. You say why, and confirm it.", frame.environment.place()),
        html! { a.btn href=(address) { (icon("trash")) "Take the Pin down…" } },
    )
}

fn act(consequence: &str, control: Markup) -> Markup {
    html! { div.act { p.small { (consequence) } (control) } }
}

fn unfold(label: &str, body: Markup) -> Markup {
    html! { details.act { summary.btn { (label) "…" } div.stack-s.gap-s { (body) } } }
}

/// A verdict that needs a note: unfolds to a form with it. `key` opens it from the keyboard.
pub fn verdict(frame: &Frame, action: &str, name: &str, key: &str, words: &Verdict<'_>) -> Markup {
    html! {
        details name="verdict" open[words.error.is_some()] {
            summary.btn.big.quiet[name == "reject"] aria-keyshortcuts=(key) { (words.label) " " kbd { (key) } }
            (form::post(frame, action, "stack-s gap", html! {
                (words.hidden)
                (Field::area("note", words.question, 3).id(format!("f-note-{name}")).limit(LIMIT).required().value(words.typed).error(words.error)
                    .focused(words.error.is_some()))
                button.btn.solid { (words.send) }
            }))
        }
    }
}

/// The words of a verdict's form.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// `Request changes`.
    pub label: &'a str,
    /// `What should change?`
    pub question: &'a str,
    /// `Send it back with this note`.
    pub send: &'a str,
    /// Hidden fields, such as the digest.
    pub hidden: Markup,
    /// What was typed in a form that was refused.
    pub typed: &'a str,
    /// Why it was refused.
    pub error: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: DraftState, publication: Option<PublicationState>, roles: Roles) -> Standing {
        Standing {
            state,
            publication,
            roles,
            countersigned_by: None,
            undo_seconds: None,
            missing: Vec::new(),
        }
    }

    #[test]
    fn nothing_is_offered_while_bytes_may_be_on_their_way() {
        let all = Roles { author: true, reviewer: true, admin: true, auditor: true };
        for publication in ["claimed", "sending", "unknown", "needs_decision"] {
            let standing = standing(DraftState::Approved, PublicationState::parse(publication), all);
            assert!(!standing.may_edit() && !standing.may_cancel() && !standing.may_undo(), "{publication}");
        }
        let waiting = standing(DraftState::Approved, Some(PublicationState::Scheduled), all);
        assert!(waiting.may_edit() && waiting.may_cancel() && waiting.may_undo());
    }

    #[test]
    fn an_auditor_is_offered_nothing() {
        let auditor = Roles { auditor: true, ..Roles::default() };
        for state in ["draft", "in_review", "changes_requested", "rejected", "approved"] {
            let it = standing(DraftState::parse(state).unwrap(), Some(PublicationState::Scheduled), auditor);
            let offered = [
                it.may_edit(),
                it.may_submit(),
                it.may_withdraw(),
                it.may_review(),
                it.may_undo(),
                it.may_cancel(),
            ];
            assert!(!offered.contains(&true), "{state}");
        }
    }
}
