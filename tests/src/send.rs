//! One send, and what became of it: what the tables of outcomes are made of.

use countersign_api::audit::read::{self, EventFilter};
use countersign_entities::Timestamp;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::draft::Draft;
use crate::harness::{Harness, RECIPES, Stage};

/// More events than any one publication makes.
const MOST_EVENTS: u64 = 1_000;

/// A Pin that was approved and sent while Pinterest had its faults.
pub struct Send {
    /// Its title, and the name of the cell in a table.
    pub name: String,
    /// The draft as it was approved.
    pub draft: Draft,
    creates_before: usize,
}

/// What became of it, seen from all sides.
#[derive(Debug)]
pub struct Became {
    name: String,
    /// The publication as the API shows it.
    pub publication: Value,
    /// How often Pinterest was asked for it; right after the send only, before others are sent.
    pub creates: usize,
    /// How many Pins of this title there are at Pinterest.
    pub pins: usize,
    /// Types of the events of this publication, after that of its schedule.
    pub told: Vec<String>,
    /// The publication's page as a reviewer sees it.
    pub page: String,
    /// Seconds until it is due.
    pub due_in_s: i64,
    /// Seconds until the board is looked at.
    pub look_in_s: Option<i64>,
}

/// What is expected of it.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The publication's state.
    pub state: &'a str,
    /// The stable word for why.
    pub why: &'a str,
    /// See [`Became::creates`].
    pub creates: usize,
    /// See [`Became::pins`].
    pub pins: usize,
    /// See [`Became::told`].
    pub told: &'a [&'a str],
    /// Words that the page has.
    pub reads: &'a [&'a str],
}

impl Harness {
    /// Lets the stage's people write and approve a Pin called `name`, and the workers send it while Pinterest has
    /// these faults.
    pub async fn send(&self, stage: &Stage, name: &str, faults: Value) -> Send {
        let send = self.sign(stage, name).await;
        self.with_fault(faults);
        self.publish().await;
        send
    }

    /// The same without the workers.
    pub async fn sign(&self, stage: &Stage, name: &str) -> Send {
        let draft = stage.author.draft(&stage.connection, RECIPES, json!({"title": name})).await;
        let draft = stage.author.submit(&draft).await;
        let draft = stage.reviewer.approve(&draft).await;
        Send { name: name.to_owned(), draft, creates_before: self.creates() }
    }
}

impl Send {
    /// The path of its page.
    pub fn path(&self) -> String {
        format!("/publications/{}", self.draft.publication())
    }

    /// What became of it up to now.
    pub async fn became(&self, h: &Harness, stage: &Stage) -> Became {
        let id = self.draft.publication();
        let publication = stage.author.publication(&id).await;
        let of_it = EventFilter { flow: Some(id), ..EventFilter::default() };
        let told = read::list(h.app(), &of_it, MOST_EVENTS).await.unwrap();
        let told =
            told.into_iter().rev().map(|event| event.kind).skip_while(|kind| kind != "publish.scheduled");
        let pins = h.ledger().pins.into_iter().filter(|pin| pin.title.as_ref() == Some(&self.name));
        Became {
            name: self.name.clone(),
            creates: h.creates() - self.creates_before,
            pins: pins.count(),
            told: told.skip(1).collect(),
            page: stage.reviewer.page(&self.path()).await.is(200).main(),
            due_in_s: seconds_until(h, &publication["due_at"]).unwrap_or_default(),
            look_in_s: seconds_until(h, &publication["evidence"]["next_look_at"]),
            publication,
        }
    }
}

fn seconds_until(h: &Harness, at: &Value) -> Option<i64> {
    let at = Timestamp::from(OffsetDateTime::parse(at.as_str()?, &Rfc3339).ok()?);
    Some((at.micros() - h.app().now().micros()).div_euclid(1_000_000))
}

impl Became {
    /// Every difference to what is expected, a line each; empty if there is none.
    pub fn differs(&self, expected: &Expected<'_>) -> Vec<String> {
        let text = |name: &str| self.publication[name].as_str().unwrap_or_default().to_owned();
        let mut wrong = self.reads_badly(expected.reads);
        let pairs = [
            ("state", text("state"), expected.state.to_owned()),
            ("why", text("why"), expected.why.to_owned()),
            ("create calls", self.creates.to_string(), expected.creates.to_string()),
            ("Pins", self.pins.to_string(), expected.pins.to_string()),
            ("events", self.told.join(" "), expected.told.join(" ")),
        ];
        let differ = pairs.into_iter().filter(|(_, is, should)| is != should);
        wrong.extend(
            differ.map(|(what, is, should)| format!("{}: {what}: {is:?}, expected {should:?}", self.name)),
        );
        wrong
    }

    /// What the page does not say: the given words, whether a Pin may exist, what comes next. It never just says that it
    /// does not know.
    pub fn reads_badly(&self, words: &[&str]) -> Vec<String> {
        let mut wanted = words.to_vec();
        wanted.extend(match self.publication["state"].as_str().unwrap_or_default() {
            "scheduled" => &["No Pin was made", "It is tried again by itself"] as &[&str],
            "held" => &["No Pin was made", "Both signatures stay", "class=\"btn solid\""],
            "refused" => &["No Pin was made", "/edit"],
            "unknown" => &["Pinterest may have this Pin", "There is nothing to do yet"],
            "needs_decision" => &["Pinterest may have this Pin", "Give up", "It is there"],
            _ => &[],
        });
        wanted.extend(self.publication["pin_id"].as_str());
        let missing = wanted.into_iter().filter(|words| !self.page.contains(words));
        let mut wrong: Vec<String> =
            missing.map(|words| format!("{}: the page does not say {words:?}", self.name)).collect();
        if self.page.to_lowercase().contains("unknown error") {
            wrong.push(format!("{}: the page says \"Unknown error\"", self.name));
        }
        if !wrong.is_empty() {
            let page = crate::answer::readable(&self.page);
            wrong.push(format!("{}: the page reads: {page}", self.name));
        }
        wrong
    }
}

/// That a table's cells are all as expected.
///
/// # Panics
/// With every difference.
#[track_caller]
pub fn assert_all(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
