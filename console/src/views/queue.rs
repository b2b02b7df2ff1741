//! `/`: the queue. Home is the work that waits, not a dashboard.

use maud::{Markup, html};

use super::form::{self, Choice, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::number;
use super::queue_row::Row;
use super::table::Pager;

/// The tabs; each draft is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Being written.
    Drafts,
    /// In review.
    Review,
    /// Changes requested, or rejected.
    Changes,
    /// Countersigned and due.
    Approved,
    /// Countersigned and due later.
    Scheduled,
    /// Stopped; says why and what to do.
    Attention,
    /// On Pinterest.
    Published,
    /// Thrown away.
    Discarded,
}

impl Tab {
    /// All, in their order.
    pub const ALL: [Self; 8] = [
        Self::Drafts,
        Self::Review,
        Self::Changes,
        Self::Approved,
        Self::Scheduled,
        Self::Attention,
        Self::Published,
        Self::Discarded,
    ];

    /// Reads the value of `?tab=`.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.code() == code)
    }

    /// The value of `?tab=`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Drafts => "drafts",
            Self::Review => "review",
            Self::Changes => "changes",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Attention => "attention",
            Self::Published => "published",
            Self::Discarded => "discarded",
        }
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Drafts => "Drafts",
            Self::Review => "Waiting for review",
            Self::Changes => "Changes requested",
            Self::Approved => "Approved",
            Self::Scheduled => "Scheduled",
            Self::Attention => "Needs attention",
            Self::Published => "Published",
            Self::Discarded => "Discarded",
        }
    }
}

/// How many Pins are in each tab, in the order of [`Tab::ALL`].
pub type Counts = [u64; 8];

/// The tabs with their counts; also the fragment which keeps them live.
#[derive(Clone, Debug)]
pub struct Tabs {
    /// The open one.
    pub current: Tab,
    /// The counts, in the order of [`Tab::ALL`].
    pub counts: Counts,
    /// The fragment's address: `/queue/tabs?tab=review`. `None`: it does not refresh.
    pub poll: Option<String>,
}

/// What the person filters by; it lives in the URL.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Words in title, link or board.
    pub q: String,
    /// The chosen connection.
    pub connection: String,
    /// The connections to choose from; the list is left out if empty.
    pub connections: Vec<Choice>,
    /// The chosen author.
    pub author: String,
    /// The authors to choose from; the list is left out if empty.
    pub authors: Vec<Choice>,
    /// Due on or after this day: `2026-11-24`, or empty.
    pub from: String,
    /// Due on or before this day.
    pub to: String,
    /// What of it cannot be read; then nothing was looked for.
    pub errors: Vec<FieldError>,
}

impl Filters {
    /// Whether anything is filtered, or should be and cannot.
    pub fn is_set(&self) -> bool {
        let set = [&self.q, &self.connection, &self.author, &self.from, &self.to];
        !self.errors.is_empty() || set.iter().any(|value| !value.is_empty())
    }
}

/// The queue page.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The sentence under the title.
    pub lead: String,
    /// Tabs and counts.
    pub tabs: Tabs,
    /// Filters.
    pub filters: Filters,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The way on.
    pub pager: Pager,
    /// The steps of the first run, until a Pin was published.
    pub first_run: Option<FirstRun>,
}

/// What leads a newcomer to the first Pin.
#[derive(Clone, Debug)]
pub struct FirstRun {
    /// Title, sentence and whether it is done; the first that is not done is the current one.
    pub steps: Vec<Step>,
    /// The one action now: words and address; `None` if it is another person's turn, or stands on this page.
    pub action: Option<(String, String)>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What to do.
    pub title: String,
    /// A few words more.
    pub words: String,
    /// Whether it is done.
    pub is_done: bool,
}

/// The whole page.
pub fn page(frame: &Frame, queue: &Queue) -> Markup {
    let title = format!("Queue, {}", queue.tabs.current.word().to_lowercase());
    layout::page(
        frame,
        &title,
        Section::Queue,
        html! {
            (head(frame, queue))
            (tabs(&queue.tabs))
            @if queue.first_run.is_none() || queue.filters.is_set() || !queue.rows.is_empty() { (filters(queue)) }
            @if queue.rows.is_empty() { (nothing(queue)) } @else { (rows(frame, queue)) (way(queue)) }
        },
    )
}

fn head(frame: &Frame, queue: &Queue) -> Markup {
    let waiting = frame.review_count.unwrap_or(0);
    let may_review = frame.viewer.as_ref().is_some_and(|viewer| viewer.roles.reviewer);
    html! {
        div.head {
            div { h1 { "Queue" } p { (queue.lead) } }
            @if may_review && waiting > 0 {
                a.btn.solid href="/review" { (icon("pen")) "Review " (number(waiting)) (if waiting == 1 { " Pin" } else { " Pins" }) }
            }
        }
    }
}

/// The tabs alone: the answer to the fragment's address, and a part of the page.
pub fn tabs(tabs: &Tabs) -> Markup {
    html! {
        nav.tabs id="tabs" aria-label="Queue" data-poll=[tabs.poll.as_deref()] {
            @for (tab, count) in Tab::ALL.into_iter().zip(tabs.counts) {
                a href={ "/?tab=" (tab.code()) } aria-current=[(tab == tabs.current).then_some("page")]
                    class=[(tab == Tab::Attention && count > 0).then_some("hot")] { (tab.word()) " " b { (number(count)) } }
            }
        }
    }
}

fn filters(queue: &Queue) -> Markup {
    let filters = &queue.filters;
    html! {
        (form::summary("Nothing was looked for", &filters.errors))
        form.filters role="search" method="get" action="/" {
            input type="hidden" name="tab" value=(queue.tabs.current.code());
            label.grow { "Search" input.in type="search" name="q" value=(filters.q) placeholder="Title, link, board" aria-keyshortcuts="/"; }
            (filter("Account", "connection", &filters.connections, &filters.connection))
            (filter("Author", "author", &filters.authors, &filters.author))
            label { "Due from" input.in id="f-from" type="date" name="from" value=(filters.from); }
            label { "Due to" input.in id="f-to" type="date" name="to" value=(filters.to); }
            button.btn { "Filter" }
            @if filters.is_set() { a.btn.quiet href={ "/?tab=" (queue.tabs.current.code()) } { "Clear" } }
        }
    }
}

fn filter(label: &str, name: &str, choices: &[Choice], chosen: &str) -> Markup {
    html! {
        @if !choices.is_empty() { label { (label) (form::select(&format!("f-{name}"), name, choices, chosen)) } }
    }
}

fn rows(frame: &Frame, queue: &Queue) -> Markup {
    html! {
        div.rows-head.plain aria-hidden="true" {
            span {} span { "Pin" } span { "Due" } span.two { span { "Queued by" } span { "Countersigned by" } } span { "State" }
        }
        ol.rows data-list { @for row in &queue.rows { (row.show(&frame.times)) } }
        (queue.pager)
    }
}

fn nothing(queue: &Queue) -> Markup {
    match &queue.first_run {
        _ if !queue.filters.errors.is_empty() => html! {},
        _ if queue.filters.is_set() => html! {
            section.empty { h2 { "No Pin matches" } p { "No Pin in “" (queue.tabs.current.word()) "” fits this filter." }
                a.btn href={ "/?tab=" (queue.tabs.current.code()) } { "Clear the filter" } }
        },
        Some(first_run) => html! {
            div.split {
                @if queue.tabs.counts == [0; 8] { (no_pins(first_run)) } @else { (empty(queue.tabs.current)) }
                (steps(first_run, queue.tabs.counts != [0; 8], "steps gap-s"))
            }
        },
        None => empty(queue.tabs.current),
    }
}

fn no_pins(first_run: &FirstRun) -> Markup {
    html! {
        section.empty {
            h2 { "No Pins yet" }
            p { "A Pin starts as a draft, gets your signature, then someone else’s." }
            @if let Some((words, address)) = &first_run.action { a.btn.solid.big href=(address) { (words) } }
        }
    }
}

/// The way to the first Pin, below the rows of those who are on it.
fn way(queue: &Queue) -> Markup {
    html! { @if let Some(first_run) = queue.first_run.as_ref().filter(|_| !queue.filters.is_set()) { (steps(first_run, true, "steps row-wise gap")) } }
}

fn steps(first_run: &FirstRun, has_action: bool, class: &str) -> Markup {
    let current = first_run.steps.iter().position(|step| !step.is_done);
    let action = first_run.action.as_ref().filter(|_| has_action);
    html! {
        section.sec.gap-xl {
            h2 { "From here to the first Pin" }
            ol class=(class) { @for (index, step) in first_run.steps.iter().enumerate() {
                li data-done[step.is_done] aria-current=[(current == Some(index)).then_some("step")] {
                    b { (step.title) } (step.words)
                }
            } }
            @if let Some((words, address)) = action { a.btn.solid href=(address) { (words) } }
        }
    }
}

/// Why a tab is empty, and one thing to do.
fn empty(tab: Tab) -> Markup {
    let (title, why, label, address) = match tab {
        Tab::Drafts => ("No drafts", "Whatever is being written stands here.", "New Pin", "/drafts/new"),
        Tab::Review => {
            ("Nothing waits for review", "All caught up.", "See what is scheduled", "/?tab=scheduled")
        }
        Tab::Changes => {
            ("Nothing was sent back", "No reviewer asked for changes.", "See the drafts", "/?tab=drafts")
        }
        Tab::Approved => (
            "Nothing is on its way",
            "Countersigned Pins stand here while they are sent.",
            "See what waits for review",
            "/?tab=review",
        ),
        Tab::Scheduled => (
            "Nothing is scheduled",
            "Countersigned Pins with a later time stand here.",
            "See what waits for review",
            "/?tab=review",
        ),
        Tab::Attention => {
            ("Nothing needs you", "No Pin is stopped.", "See what was published", "/?tab=published")
        }
        Tab::Published => (
            "Nothing was published yet",
            "A Pin needs two signatures first.",
            "See what waits for review",
            "/?tab=review",
        ),
        Tab::Discarded => (
            "Nothing was discarded",
            "Drafts that were thrown away stand here.",
            "See the drafts",
            "/?tab=drafts",
        ),
    };
    html! { section.empty { h2 { (title) } p { (why) } a.btn href=(address) { (label) } } }
}
