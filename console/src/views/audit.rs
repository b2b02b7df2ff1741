//! `/audit` and `/audit/{id}`: the log. Records are added, never changed.

use maud::{Markup, html};

use super::audit_words;
use super::form::{self, Choice, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::number;
use super::table::{self, Pager};
use super::words::marked;

/// The list.
#[derive(Clone, Debug)]
pub struct Audit {
    /// What is filtered by; it lives in the URL.
    pub filters: Filters,
    /// The records of this page, newest first.
    pub events: Vec<Event>,
    /// The way on.
    pub pager: Pager,
    /// The last self-check.
    pub check: SelfCheck,
}

/// What the list is filtered by.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// The streams to choose from, the first for all.
    pub streams: Vec<Choice>,
    /// The chosen stream.
    pub stream: String,
    /// The beginnings of types to choose from: `review`, `publish`, the first for all.
    pub types: Vec<Choice>,
    /// The chosen one.
    pub kind: String,
    /// The people to choose from, the first for anyone.
    pub people: Vec<Choice>,
    /// The chosen person.
    pub person: String,
    /// `2026-11-23`, or empty.
    pub from: String,
    /// `2026-11-24`, or empty.
    pub to: String,
    /// A flow that is followed: `pub_...`.
    pub flow: String,
    /// What of it cannot be read; then nothing was looked for.
    pub errors: Vec<FieldError>,
}

impl Filters {
    /// Whether anything is filtered, or should be and cannot.
    pub fn is_set(&self) -> bool {
        let set = [&self.stream, &self.kind, &self.person, &self.from, &self.to, &self.flow];
        !self.errors.is_empty() || set.iter().any(|value| !value.is_empty())
    }
}

/// One record.
#[derive(Clone, Debug)]
pub struct Event {
    /// `evt_...`
    pub id: String,
    /// Unix microseconds.
    pub at: i64,
    /// `review.approved`.
    pub kind: String,
    /// `ok`, `refused`, `failed`.
    pub outcome: String,
    /// Who: a name, `system`, or a token's.
    pub who: String,
    /// What it is about, in a word or two, with its page if it has one.
    pub about: Option<About>,
    /// The number in its stream.
    pub seq: u64,
    /// The number in the log.
    pub index: u64,
    /// The stream's name in words.
    pub stream: String,
    /// Header facts: name and value.
    pub facts: Vec<(String, String)>,
    /// The names of its sealed parts.
    pub sealed: Vec<String>,
    /// The leaf before it in its stream, in hex.
    pub prev: String,
    /// Its leaf, in hex.
    pub leaf: String,
    /// The flow that it belongs to.
    pub flow: Option<String>,
}

/// The object of a record.
#[derive(Clone, Debug)]
pub struct About {
    /// `Roast tomato soup, the slow way`, or an id.
    pub words: String,
    /// Its page.
    pub url: Option<String>,
}

/// What a self-check said.
#[derive(Clone, Debug)]
pub enum SelfCheck {
    /// None was made since the start.
    None {
        /// How many records there are.
        size: u64,
    },
    /// All is as it should be.
    Whole {
        /// How many records were read, from the first on.
        size: u64,
        /// How many were added since.
        newer: u64,
        /// When, in Unix microseconds.
        at: i64,
        /// The root, in base64 or hex.
        root: String,
    },
    /// Something is not.
    Broken {
        /// When, in Unix microseconds.
        at: i64,
        /// The first faults, each in a sentence.
        faults: Vec<String>,
    },
}

/// A sealed part on the page of one record.
#[derive(Clone, Debug)]
pub struct SealedPart {
    /// `who`, `net`, `content`.
    pub name: String,
    /// What it holds; `None` if it was erased.
    pub value: Option<String>,
    /// Why it is not shown, or that it matches its commitment.
    pub remark: String,
}

/// The page of one record. Looking at sealed parts is itself recorded.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// The record.
    pub event: Event,
    /// Its sealed parts, opened.
    pub sealed: Vec<SealedPart>,
    /// The exact bytes that were hashed.
    pub header: String,
}

/// The list.
pub fn page(frame: &Frame, audit: &Audit) -> Markup {
    layout::page(
        frame,
        "Audit log",
        Section::Audit,
        html! {
            div.head {
                div { h1 { "Audit log" } p { "Every step, in order, each record bound to the one before. Records are added, never changed. Times are " (frame.times.zone()) "." } }
                button.btn.no-print type="button" hidden data-print { (icon("print")) "Print" }
            }
            div.split {
                div { (filters(&audit.filters)) (events(frame, audit)) }
                aside.stack-l aria-label="Verification" { (check(frame, &audit.check)) }
            }
        },
    )
}

fn filters(filters: &Filters) -> Markup {
    html! {
        (form::summary("Nothing was looked for", &filters.errors))
        form.filters role="search" method="get" action="/audit" {
            label { "Stream" (form::select("f-stream", "stream", &filters.streams, &filters.stream)) }
            label { "Type" (form::select("f-type", "type", &filters.types, &filters.kind)) }
            label { "Person" (form::select("f-person", "person", &filters.people, &filters.person)) }
            label { "From" input.in id="f-from" type="date" name="from" value=(filters.from); }
            label { "To" input.in id="f-to" type="date" name="to" value=(filters.to); }
            label.grow { "About" input.in name="flow" value=(filters.flow) placeholder="The id of a draft, account, person or flow"; }
            button.btn { "Filter" }
            @if filters.is_set() { a.btn.quiet href="/audit" { "Clear" } }
        }
    }
}

fn events(frame: &Frame, audit: &Audit) -> Markup {
    let days = audit.events.chunk_by(|one, next| frame.times.day(one.at) == frame.times.day(next.at));
    html! {
        @if audit.events.is_empty() && audit.filters.errors.is_empty() {
            section.empty { h2 { "No record matches" } p { "No record fits this filter." } a.btn href="/audit" { "Clear the filter" } }
        }
        @for day in days {
            @if let Some(first) = day.first() { h2.day { (frame.times.day(first.at)) } }
            @for event in day { (row(frame, event)) }
        }
        @if !audit.events.is_empty() { (audit.pager) }
    }
}

fn row(frame: &Frame, event: &Event) -> Markup {
    let kind = audit_words::is_signature(&event.kind).then_some("sign");
    html! {
        details.event data-k=[kind] {
            summary {
                span.say { (sentence(event)) @if let Some(about) = &event.about { " " b { (about.words) } } }
                time.at { (frame.times.clock(event.at)) }
                span.who { (event.who) }
                span.type { (event.kind) @if event.outcome != "ok" { " " (event.outcome) } }
                span.seq { "#" (number(event.index)) }
            }
            div.more { (facts(frame, event))
                p.gap-s { a href={ "/audit/" (event.id) } { "The whole record" @if !event.sealed.is_empty() { ", with its sealed parts (" (event.sealed.join(", ")) ")" } } }
            }
        }
    }
}

fn sentence(event: &Event) -> String {
    let words = audit_words::say(&event.kind).unwrap_or(&event.kind);
    match event.outcome.as_str() {
        "ok" => words.to_owned(),
        outcome => format!("{words} ({outcome})"),
    }
}

fn facts(frame: &Frame, event: &Event) -> Markup {
    html! {
        div.pair {
            dl.facts {
                dt { "Who" } dd { (event.who) }
                @if let Some(about) = &event.about { dt { "About" } dd { @match &about.url { Some(url) => a href=(url) { (about.words) }, None => (about.words) } } }
                @for (name, value) in &event.facts { dt { (name) } dd { code { (value) } } }
            }
            dl.facts {
                dt { "At" } dd { (frame.times.full(event.at)) }
                dt { "Stream" } dd { (event.stream) ", number " (number(event.seq)) }
                dt { "Before it" } dd { (super::digest::short(&event.prev)) }
                dt { "This leaf" } dd { (super::digest::short(&event.leaf)) }
                @if let Some(flow) = &event.flow { dt { "Flow" } dd { a href={ "/audit?flow=" (flow) } { "Follow " (flow) } } }
            }
        }
    }
}

fn check(frame: &Frame, check: &SelfCheck) -> Markup {
    html! {
        section.seal {
            @match check {
                SelfCheck::None { size } => { h2.name { "Not checked yet" } p.gap-s { (number(*size)) " records. A check reads every one of them again." } },
                SelfCheck::Whole { size, newer, at, root } => {
                    h2.name { @if *newer == 0 { "The log is whole" } @else { "The first " (number(*size)) " records are whole" } }
                    p.gap-s { (number(*size)) " records read again, " (frame.times.short(*at)) ". Nothing altered, removed or reordered." }
                    @if *newer > 0 { p.gap-s { (number(*newer)) " newer " (if *newer == 1 { "one is" } else { "ones are" }) " not checked yet." } }
                    div.gap { (table::facts(&[("Size", html! { (number(*size)) }), ("Root", html! { code { (root) } })])) }
                },
                SelfCheck::Broken { at, faults } => {
                    h2.name { "The log is not whole" }
                    p.gap-s { "Checked " (frame.times.short(*at)) ". Stop, keep the data folder as it is, and ask whoever runs this installation." }
                    ul.gap-s.small { @for fault in faults { li { (fault) } } }
                },
            }
            div.line.gap.no-print { (form::button(frame, "/audit/self-check", "btn solid", html! { (icon("check")) "Check it now" })) }
        }
    }
}

/// `GET /audit/{id}`.
pub fn event(frame: &Frame, page: &EventPage) -> Markup {
    let title = sentence(&page.event);
    layout::page(
        frame,
        &format!("Record {}: {title}", page.event.index),
        Section::Audit,
        html! {
            div.head { div { h1 { (title) } p { code { (page.event.kind) } ", record " (number(page.event.index)) " of the log" } }
                a.btn href="/audit" { (icon("left")) "The log" } }
            div.stack-l {
                (facts(frame, &page.event))
                section.sec { h2 { "Sealed parts" }
                    @if page.sealed.is_empty() { p.small.soft { "It has none." } }
                    @else { p.small.soft { "That you looked at them is recorded." } dl.facts { @for part in &page.sealed {
                        dt { (part.name) } dd { @match &part.value { Some(value) => pre { (marked(value)) }, None => "erased" } small { (part.remark) } }
                    } } }
                }
                section.sec { h2 { "What was hashed" } pre { (page.header) } }
            }
        },
    )
}
