//! `/drafts/{id}`: one draft, its signatures, its story, and what can be done.

use maud::{Markup, html};

use super::actions::Actions;
use super::badge::Badge;
use super::comments::Comments;
use super::diff::Diff;
use super::digest;
use super::form::{self, Choice};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::link;
use super::note::{self, Tone};
use super::proof::{Ground, Proof};
use super::queue_row::{Due, Origin};
use super::signatures::Signatures;
use super::take_down::{self, Done};
use super::timeline::{self, Entry};
use super::trouble::{self, Trouble};
use super::words::{marked, text};

/// The page of one draft.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `/drafts/{id}`.
    pub url: String,
    /// Its state.
    pub live: Live,
    /// Its content.
    pub proof: Proof,
    /// The ground of the preview.
    pub ground: Ground,
    /// The whole link.
    pub link: Option<String>,
    /// The number of its last revision.
    pub revision: u32,
    /// Where it came from.
    pub origin: Origin,
    /// `@halden_kitchen`.
    pub account: String,
    /// When it is due.
    pub due: Due,
    /// Both lines.
    pub signatures: Signatures,
    /// The content digest of this revision, in hex.
    pub digest: String,
    /// What this person typed and did not save as a revision.
    pub unsaved: Option<Unsaved>,
    /// What stands in the way.
    pub trouble: Option<Trouble>,
    /// That its Pin was taken down.
    pub taken_down: Option<Done>,
    /// What can be done.
    pub actions: Actions,
    /// Two revisions side by side.
    pub compare: Option<Compare>,
    /// What people said.
    pub comments: Comments,
    /// What happened, newest first.
    pub history: Vec<Entry>,
    /// `/audit?flow=...`, for those who may read the log.
    pub audit_url: Option<String>,
    /// `/publications/{id}` of the latest publication.
    pub publication_url: Option<String>,
    /// The Pin at Pinterest or in the simulator.
    pub pin_url: Option<String>,
}

/// Words that were typed and not saved.
#[derive(Clone, Debug)]
pub enum Unsaved {
    /// The composer opens with them.
    Open,
    /// The draft has ended: label and text of each field.
    Left(Vec<(String, String)>),
}

/// The part that changes by itself; also the fragment that keeps it live.
#[derive(Clone, Debug)]
pub struct Live {
    /// Icon and words.
    pub badge: Badge,
    /// More exact words in place of the badge's.
    pub why: Option<String>,
    /// Any text that differs when the state differs: `approved/sending`.
    pub state: String,
    /// `/drafts/{id}/state`; `None` if nothing moves.
    pub poll: Option<String>,
}

/// Two revisions to compare, with the choice of them.
#[derive(Clone, Debug)]
pub struct Compare {
    /// The revisions to choose from.
    pub revisions: Vec<Choice>,
    /// The earlier one.
    pub from: String,
    /// The later one.
    pub to: String,
    /// What differs.
    pub diff: Diff,
}

/// The state alone: the answer to the fragment's address, and a part of the page.
pub fn live(live: &Live) -> Markup {
    html! {
        span id="live" data-state=(live.state) data-poll=[live.poll.as_deref()] data-every="3" {
            (live.badge.say(live.why.as_deref().unwrap_or(live.badge.words)))
        }
    }
}

/// The whole page.
pub fn page(frame: &Frame, draft: &Draft) -> Markup {
    let name = if draft.proof.title.is_empty() { "Pin without a title" } else { &draft.proof.title };
    let title = format!("{name}: {}", draft.live.badge.words.to_lowercase());
    layout::page(
        frame,
        &title,
        Section::Queue,
        html! {
            (head(frame, draft, name))
            div.split {
                div.stack-l { (main(frame, draft)) }
                aside.stack-l aria-label="Signatures, actions and history" { (side(frame, draft)) }
            }
        },
    )
}

fn head(frame: &Frame, draft: &Draft, name: &str) -> Markup {
    html! {
        div.head {
            div {
                div.line { (live(&draft.live)) span.dim.small { "Revision " (draft.revision) (origin(&draft.origin)) } }
                h1.gap dir="auto" { (marked(name)) }
                p { "For " (text(draft.proof.board.as_deref().unwrap_or("no board yet"))) " on " (draft.account) ", "
                    (draft.due.words(&frame.times)) }
            }
            div.line {
                @if let Some(address) = &draft.pin_url { (link::button(address, "Open the Pin")) }
                @if let Some(address) = &draft.audit_url { a.btn href=(address) { (icon("chain")) "Follow in the audit log" } }
            }
        }
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Page => String::new(),
        Origin::Csv(line) => format!(" · from a CSV import, line {line}"),
        Origin::Api => " · from the API".into(),
    }
}

fn main(frame: &Frame, draft: &Draft) -> Markup {
    html! {
        @if let Some(trouble) = &draft.trouble { (trouble::panel(frame, trouble)) }
        @if let Some(done) = &draft.taken_down { (take_down::done(frame, done)) }
        @if let Some(unsaved) = &draft.unsaved { (self::unsaved(draft, unsaved)) }
        section.stack aria-label="Preview" {
            div.line.between { h2 { "Preview" } (draft.ground.switch(&format!("{}?", draft.url))) }
            (draft.proof.views(draft.ground, false))
            (draft.proof.says(false))
            @if let Some(link) = &draft.link { p.small { b { "Link: " } code dir="ltr" { (marked(link)) } } }
        }
        @if let Some(compare) = &draft.compare { (self::compare(draft, compare)) }
    }
}

fn unsaved(draft: &Draft, unsaved: &Unsaved) -> Markup {
    note::with(
        Tone::Info,
        "You have words that are not saved",
        html! {
            p { "They are kept for you alone and are part of no signature." }
            @match unsaved {
                Unsaved::Open => div.line { a.btn href={ (draft.url) "/edit" } { "Go on writing" } },
                Unsaved::Left(words) => {
                    p { "This draft has ended and takes no more words. Duplicate it to go on with them." }
                    dl.kept.gap-s { @for (label, words) in words { dt { (label) } dd.lines dir="auto" { (marked(words)) } } }
                }
            }
        },
    )
}

fn compare(draft: &Draft, compare: &Compare) -> Markup {
    html! {
        section.sec {
            div.line.between { h2 { "What changed" }
                form.line.small method="get" action=(draft.url) {
                    label for="f-from" { "Revision" } (form::select("f-from", "from", &compare.revisions, &compare.from))
                    label for="f-to" { "against" } (form::select("f-to", "to", &compare.revisions, &compare.to))
                    button.btn { "Compare" }
                }
            }
            div.gap { (compare.diff.show(true)) }
        }
    }
}

fn side(frame: &Frame, draft: &Draft) -> Markup {
    html! {
        section.sheet aria-label="Signatures" {
            (draft.signatures.full())
            p.covers { "This content: " br; (digest::short(&draft.digest)) }
        }
        (draft.actions.section(frame))
        (draft.comments.section(frame))
        section.sec { h2 { "History" }
            @if let Some(address) = &draft.publication_url { p.small { a href=(address) { "Every send to Pinterest" } } }
            (timeline::list(&frame.times, &draft.history))
        }
    }
}
