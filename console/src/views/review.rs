//! `/review`: the desk. What waits on the left, the Pin in the middle, facts and history on the right; the sign-off
//! stands below the Pin.

use countersign_api::drafts::COUNTED;
use maud::{Markup, html};

use super::actions::{self, Verdict};
use super::checks::{self, Check};
use super::comments::{Comments, LIMIT};
use super::diff::Diff;
use super::digest;
use super::environment::Environment;
use super::form::{self, Field};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::note::{self, Tone};
use super::picture::Picture;
use super::proof::{Ground, Proof};
use super::queue_row::Due;
use super::signatures::Signatures;
use super::timeline::{self, Entry};
use super::words::{marked, text};
use super::{counted, number};

/// The desk.
#[derive(Clone, Debug)]
pub struct Review {
    /// How many wait for this person in all, as far as they are counted; the list may show fewer.
    pub waiting_count: u64,
    /// What waits and may be decided.
    pub waiting: Vec<Item>,
    /// How many this person wrote in all.
    pub own_count: u64,
    /// What this person wrote: visible, but someone else must sign.
    pub own: Vec<Item>,
    /// The open one; `None` if there is none.
    pub current: Option<Current>,
    /// Whether a verdict was just given, so that the focus goes to the next row.
    pub is_after_verdict: bool,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Item {
    /// `/review?draft=...`.
    pub url: String,
    /// The title.
    pub title: String,
    /// The image.
    pub picture: Option<Picture>,
    /// `Recipes › Tarts`.
    pub board: String,
    /// The author, or why it cannot be signed: `you wrote revision 2`.
    pub about: String,
    /// When it is due.
    pub due: Due,
    /// Shown if the list mixes environments.
    pub environment: Option<Environment>,
    /// Whether it is the open one.
    pub is_current: bool,
}

/// The open Pin.
#[derive(Clone, Debug)]
pub struct Current {
    /// `/drafts/{id}`.
    pub draft: String,
    /// Its content.
    pub proof: Proof,
    /// The ground of the preview.
    pub ground: Ground,
    /// The whole link.
    pub link: Option<String>,
    /// `@halden_kitchen`.
    pub account: String,
    /// The revision that is signed.
    pub revision: u32,
    /// When it is due.
    pub due: Due,
    /// Both lines; the open one carries the reader's name as its ghost.
    pub signatures: Signatures,
    /// The digest that a verdict names, in hex.
    pub digest: String,
    /// For how many seconds an approval can be undone at least.
    pub undo_seconds: u64,
    /// Whether this person may decide; else the reason: `You wrote revision 2 of this Pin. Someone else ...`.
    pub refused: Option<Refused>,
    /// Whether the rule lets this person sign their own Pin, which is marked.
    pub is_own_under_sole_operator: bool,
    /// What changed since the last decision, with the words above it.
    pub changed: Option<(String, Diff)>,
    /// What was checked.
    pub checks: Vec<Check>,
    /// What people said.
    pub comments: Comments,
    /// What happened, newest first.
    pub history: Vec<Entry>,
    /// A verdict that was sent back to be completed.
    pub unfinished: Option<Unfinished>,
}

/// Why this person cannot decide.
#[derive(Clone, Debug)]
pub struct Refused {
    /// `You wrote revision 2 of this Pin`.
    pub title: String,
    /// `Someone else has to countersign it. Jonas Lindqvist and Ilse Brandt can.`
    pub words: String,
}

/// A verdict whose note was missing, too long or held a secret.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// `approve`, `request-changes` or `reject`.
    pub verb: String,
    /// What was typed.
    pub note: String,
    /// What to do.
    pub error: String,
}

/// A verdict that came too late: the content changed, or somebody else decided.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The Pin's title.
    pub title: String,
    /// What happened: `Mira Okafor saved revision 5 at 12:40, after this page was loaded.`
    pub words: String,
    /// What differs between the content that was seen and the present one; `None` if it was decided before.
    pub diff: Option<Diff>,
    /// Whether it was this same person who countersigned it before.
    pub is_own: bool,
    /// `/review?draft=...` where it can still be decided, else `/drafts/{id}`.
    pub next: String,
    /// What was typed as a note, so that it is not lost.
    pub note: String,
}

/// The whole page.
pub fn page(frame: &Frame, review: &Review) -> Markup {
    match &review.current {
        None => layout::page(frame, "Review", Section::Review, nothing()),
        Some(current) => {
            let title = format!("Review: {}", current.proof.title);
            layout::page(
                frame,
                &title,
                Section::Review,
                html! {
                    div.desk {
                        (list(frame, review))
                        article.stack-l { (pin(frame, current)) }
                        aside.stack-l aria-label="Facts and history" { (facts(frame, current)) }
                    }
                },
            )
        }
    }
}

fn nothing() -> Markup {
    html! {
        div.head { div { h1 { "Review" } } }
        section.empty { h2 { "Nothing waits for review" } p { "All caught up." }
            a.btn href="/?tab=scheduled" { "See what is scheduled" } }
    }
}

fn list(frame: &Frame, review: &Review) -> Markup {
    html! {
        nav.list aria-label="Waiting for review" { details open data-wide="72rem" {
            summary.btn { "Waiting, " (counted(review.waiting_count)) @if review.own_count > 0 { ", and yours" } }
            div.line.between { h2 { "Waiting, " (counted(review.waiting_count)) }
                @if frame.viewer.as_ref().is_some_and(|viewer| viewer.has_shortcuts) {
                    span.dim.small { kbd { "j" } " " kbd { "k" } " to move" }
                }
            }
            ol.rows.gap-s data-list data-opens { @for item in &review.waiting { (row(frame, item, review.is_after_verdict)) } }
            (more(review.waiting_count, review.waiting.len()))
            @if !review.own.is_empty() {
                h2.group { b { "Yours, " (counted(review.own_count)) } " · someone else must sign" }
                ol.rows { @for item in &review.own { (row(frame, item, false)) } }
                (more(review.own_count, review.own.len()))
            }
        } }
    }
}

/// How many are not listed yet.
fn more(count: u64, shown: usize) -> Markup {
    let more = count.saturating_sub(shown as u64);
    html! { @if more > 0 { p.small.soft.gap-s { @if count < COUNTED { (number(more)) } @else { "Many" } " more. They follow as these are decided." } } }
}

fn row(frame: &Frame, item: &Item, is_after_verdict: bool) -> Markup {
    let when = match &item.due {
        Due::OnceApproved => "Once approved".to_owned(),
        Due::NotBefore { at, zone } => frame.times.within(zone).short(*at),
        Due::Published(at) => frame.times.short(*at),
    };
    let title = if item.title.is_empty() { "No title yet" } else { &item.title };
    html! {
        li.row aria-current=[item.is_current.then_some("true")] {
            (Picture::thumbnail(item.picture.as_ref()))
            div { a.t href=(item.url) aria-current=[item.is_current.then_some("true")]
                autofocus[item.is_current && is_after_verdict] { (text(title)) } }
            div.sub { (text(&item.board)) " · " (text(&item.about)) @if let Some(environment) = item.environment { " · " b { (environment.name()) } } }
            div.when { (when) }
        }
    }
}

fn pin(frame: &Frame, current: &Current) -> Markup {
    html! {
        header {
            div.line.between {
                (super::badge::DraftState::InReview.badge())
                (current.ground.switch(&format!("/review?draft={}&", id(current))))
            }
            h1.gap dir="auto" { @if current.proof.title.is_empty() { "Pin without a title" } @else { (marked(&current.proof.title)) } }
            p.soft { "For " (text(board(current))) " on " (current.account) ", revision " (current.revision) }
        }
        (current.proof.views(current.ground, false))
        (current.proof.says(false))
        @if let Some(link) = &current.link { p.small { b { "Link: " } code dir="ltr" { (marked(link)) } } }
        (covers(current))
        (sign_off(frame, current))
    }
}

/// What a signature covers; for whoever cannot sign, what somebody else's would.
fn covers(current: &Current) -> Markup {
    html! {
        p.covers {
            @if current.refused.is_some() { "A countersignature covers exactly this content: " (digest::short(&current.digest))
                " Any later edit voids it." }
            @else { "You sign exactly this content: " (digest::short(&current.digest))
                " Any later edit voids the signature. You can undo for " (current.undo_seconds) " seconds." }
        }
    }
}

fn sign_off(frame: &Frame, current: &Current) -> Markup {
    html! {
        section.signoff aria-labelledby="sign-off" {
            h2.vh id="sign-off" { "Sign-off" }
            (current.signatures.full())
            @if let Some(refused) = &current.refused { div.gap { (note::note(Tone::Sign, &refused.title, &refused.words)) } }
        }
        @if current.refused.is_none() {
            section.signoff.dock[current.unfinished.is_none()] aria-label="Your verdict" { (verdicts(frame, current)) }
        }
    }
}

fn verdicts(frame: &Frame, current: &Current) -> Markup {
    let digest = || html! { input type="hidden" name="digest" value=(current.digest); };
    let note = |verb: &str| current.unfinished.as_ref().filter(|unfinished| unfinished.verb == verb);
    let words = |verb, label, question, send| Verdict {
        label,
        question,
        send,
        hidden: digest(),
        typed: note(verb).map_or("", |unfinished| &unfinished.note),
        error: note(verb).map(|unfinished| unfinished.error.as_str()),
    };
    let changes =
        words("request-changes", "Request changes", "What should change?", "Send it back with this note");
    let reject = words("reject", "Reject", "Why is it rejected?", "Reject it with this note");
    html! {
        p.will { "Will publish to " b { (text(board(current))) } " " b { (current.due.words(&frame.times)) } ", " (frame.environment.ending()) "." }
        @if current.is_own_under_sole_operator { p.small.gap-s { "This is your own Pin. The rule of this installation allows it, and the record says so." } }
        div.line.verdicts {
            (form::post(frame, &format!("{}/approve", current.draft), "", html! {
                (digest())
                button.btn.sign.big aria-keyshortcuts="a" { (icon("signed")) "Countersign " kbd { "a" } }
                @let signing = note("approve");
                details.with-note open[signing.is_some()] { summary { "With a note…" }
                    (Field::area("note", "Note to your signature", 2).id("f-note-approve".into()).limit(LIMIT)
                        .value(signing.map_or("", |unfinished| &*unfinished.note))
                        .error(signing.map(|unfinished| unfinished.error.as_str())).focused(signing.is_some())) }
            }))
            (actions::verdict(frame, &format!("{}/request-changes", current.draft), "request-changes", "c", &changes))
            (actions::verdict(frame, &format!("{}/reject", current.draft), "reject", "r", &reject))
        }
    }
}

fn facts(frame: &Frame, current: &Current) -> Markup {
    html! {
        @if let Some((title, diff)) = &current.changed {
            section.sec { h2 { (title) } (diff.show(false)) p.small.gap-s { a href=(current.draft) { "Compare every field" } } }
        }
        section.sec { h2 { "Checks" } (checks::list(&current.checks)) }
        (current.comments.section(frame))
        section.sec { h2 { "History" } (timeline::list(&frame.times, &current.history)) }
    }
}

const NOT_RECORDED: (Tone, &str, &str) = (
    Tone::Warn,
    "Your verdict was not recorded",
    "Nothing was signed or sent. Look at what differs, then decide again.",
);
const DECIDED: (Tone, &str, &str) = (
    Tone::Warn,
    "Your verdict was not recorded",
    "It changed nothing. What stands is on the page of the Pin.",
);
const STANDS: (Tone, &str, &str) =
    (Tone::Info, "Nothing changed", "Your signature stands, and it is sent once, however often you press.");

/// The page of a verdict that came too late (409 or 412). It decided nothing.
pub fn conflict(frame: &Frame, conflict: &Conflict) -> Markup {
    let (title, note) = match (&conflict.diff, conflict.is_own) {
        (Some(_), _) => ("The content changed before you signed", NOT_RECORDED),
        (None, true) => ("You countersigned it already", STANDS),
        (None, false) => ("Somebody else was quicker", DECIDED),
    };
    layout::page(
        frame,
        title,
        Section::Review,
        html! {
            div.head { div { h1 { (title) } p { (conflict.words) } } }
            (note::note(note.0, note.1, note.2))
            @if let Some(diff) = &conflict.diff {
                section.sec.gap-l { h2 { "What changed in “" (text(&conflict.title)) "”" } (diff.show(true)) }
            }
            @if !conflict.note.is_empty() { section.sec.gap-l { h2 { "What you wrote" } p.lines dir="auto" { (marked(&conflict.note)) } } }
            div.line.gap-l { a.btn.solid href=(conflict.next) { @if conflict.diff.is_some() { "Look at it again" } @else { "See the Pin" } } a.btn href="/review" { "Go on with the next" } }
        },
    )
}

fn board(current: &Current) -> &str {
    current.proof.board.as_deref().unwrap_or("its board")
}

fn id(current: &Current) -> &str {
    current.draft.rsplit('/').next().unwrap_or_default()
}
