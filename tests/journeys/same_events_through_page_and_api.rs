//! The pages and the API are two doors to the same house: the same story leaves the same events, but for `via`.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_tests::forms::{Form, form_to, forms};
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Actor, Harness, pictures};
use reqwest::multipart;
use serde_json::{Value, json};

/// Through which door people come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Api,
    Page,
}

use Door::{Api, Page};

impl Door {
    /// Writes a draft; its id.
    async fn compose(self, stage: &Stage) -> String {
        match self {
            Api => stage.author.draft(&stage.connection, RECIPES, json!({})).await.id().to_owned(),
            Page => compose(stage).await,
        }
    }

    async fn retitle(self, author: &Actor, id: &str, title: &str) {
        let path = format!("/drafts/{id}");
        match self {
            Api => drop(author.edit(&author.look(id).await, json!({"title": title})).await.ok()),
            Page => {
                let page = author.page(&format!("{path}/edit")).await.is(200).text();
                let form = form_to(&page, &path).with("title", title).choosing("then", "save");
                author.press(&path, &form).await.is(303);
            }
        }
    }

    async fn submit(self, author: &Actor, id: &str) {
        match self {
            Api => drop(author.verb(&author.look(id).await, "submit").await.ok()),
            Page => press(author, &format!("/drafts/{id}"), &format!("/drafts/{id}/submit"), None).await,
        }
    }

    async fn approve(self, reviewer: &Actor, id: &str) {
        match self {
            Api => drop(reviewer.approve(&reviewer.look(id).await).await),
            Page => {
                press(reviewer, &format!("/review?draft={id}"), &format!("/drafts/{id}/approve"), None).await
            }
        }
    }

    async fn undo(self, reviewer: &Actor, id: &str) {
        match self {
            Api => drop(reviewer.undo(&reviewer.look(id).await).await.ok()),
            Page => press(reviewer, &format!("/drafts/{id}"), &format!("/drafts/{id}/undo"), None).await,
        }
    }

    async fn request_changes(self, reviewer: &Actor, id: &str, note: &str) {
        let action = format!("/drafts/{id}/request-changes");
        match self {
            Api => drop(reviewer.request_changes(&reviewer.look(id).await, note).await.ok()),
            Page => press(reviewer, &format!("/review?draft={id}"), &action, Some(("note", note))).await,
        }
    }

    async fn take_down(self, reviewer: &Actor, publication: &str, reason: &str) {
        let path = format!("/publications/{publication}");
        match self {
            Api => drop(reviewer.take_down(publication, reason).await.ok()),
            Page => {
                let page = reviewer.page(&path).await.is(200).text();
                let form = form_to(&page, "/take-down").with("reason", reason).choosing("sure", "yes");
                reviewer.press(&path, &form).await.is(303);
            }
        }
    }

    async fn give_up(self, reviewer: &Actor, publication: &str, reason: &str) {
        let path = format!("/publications/{publication}");
        match self {
            Api => {
                let body = json!({"outcome": "abandon", "reason": reason});
                drop(reviewer.resolve(publication, body).await.ok());
            }
            Page => {
                let page = reviewer.page(&path).await.is(200).text();
                let is_it = |form: &Form| form.value("outcome") == Some("abandon");
                let form = forms(&page).into_iter().find(is_it).unwrap().with("reason", reason);
                reviewer.press(&path, &form).await.is(303);
            }
        }
    }
}

/// Writes a draft on the page, image and all; its id.
async fn compose(stage: &Stage) -> String {
    let page =
        stage.author.page(&format!("/drafts/new?connection={}", stage.connection)).await.is(200).text();
    let form = form_to(&page, "/drafts")
        .with("title", "Plum tart with almonds")
        .with("description", "Short crust, twelve plums, an hour of patience.")
        .with("alt_text", "A round tart on a blue table")
        .with("link", "https://halden.example/recipes/plum-tart")
        .choosing("board", RECIPES)
        .choosing("then", "save");
    let file =
        multipart::Part::bytes(pictures::picture(90)).file_name("tart.png").mime_str("image/png").unwrap();
    let parts = form
        .fields
        .iter()
        .fold(multipart::Form::new(), |parts, (name, value)| parts.text(name.clone(), value.clone()));
    let answer = stage.author.plain_post("/drafts").multipart(parts.part("image", file)).go().await;
    let location = answer.is(303).location();
    location.split(['?', '#']).next().unwrap().rsplit('/').next().unwrap().to_owned()
}

pub(super) async fn press(person: &Actor, page: &str, action: &str, typed: Option<(&str, &str)>) {
    let shown = person.page(page).await.is(200).text();
    let form = form_to(&shown, action);
    let form = typed.map_or(form.clone(), |(name, text)| form.with(name, text));
    person.press(page, &form).await.is(303);
}

/// A draft's whole life, with everything that people can do on the way: changes, an undo, a send that was lost.
async fn story(h: &Harness, door: Door) -> Vec<Value> {
    let stage = h.stage().await;
    let (author, reviewer) = (&stage.author, &stage.reviewer);
    let id = &door.compose(&stage).await;
    door.retitle(author, id, "Plum tart, revised").await;
    door.submit(author, id).await;
    door.request_changes(reviewer, id, "Say that it serves eight.").await;
    door.retitle(author, id, "Plum tart for eight").await;
    door.submit(author, id).await;
    door.approve(reviewer, id).await;
    door.undo(reviewer, id).await;
    door.approve(reviewer, id).await;
    h.with_fault(json!({"operation": "pins/create", "when": "before", "fault": "reset"}));
    h.publish().await;
    for minutes in [1, 2, 10, 30, 60, 60, 60] {
        h.advance(Duration::from_secs(minutes * 60));
        h.run_workers().await;
    }
    reviewer.sign_in().await.is(201);
    let publication = reviewer.look(id).await.publication();
    door.give_up(reviewer, &publication, "It is not there.").await;
    door.approve(reviewer, id).await;
    h.publish().await;
    h.the_pin();
    let publication = reviewer.look(id).await.publication();
    door.take_down(reviewer, &publication, "Not our tart.").await;
    let log = h.log().await;
    let about = log.0.iter().filter(|event| event.object() == id.as_str());
    about.map(|event| event.header.clone()).collect()
}

/// Takes out of headers what differs from run to run. Ids and digests become names by the order in which they come up,
/// so that whatever is the same thing in one run has to be the same thing in the other.
#[derive(Default)]
pub(super) struct Blanks {
    names: BTreeMap<String, String>,
    kinds: BTreeMap<String, usize>,
}

impl Blanks {
    pub(super) fn all(headers: &[Value]) -> Vec<Value> {
        let mut blanks = Self::default();
        headers.iter().map(|header| blanks.header(header.clone())).collect()
    }

    fn header(&mut self, mut header: Value) -> Value {
        for member in ["prev", "seq", "at"] {
            assert!(header.as_object_mut().unwrap().remove(member).is_some(), "{member}");
        }
        // Sealed parts are salted: which there are is what can be compared.
        if let Some(sealed) = header.get_mut("sealed") {
            *sealed = sealed.as_object().unwrap().keys().cloned().collect();
        }
        header["facts"].as_object_mut().unwrap().remove("via");
        self.blank(&mut header);
        header
    }

    fn blank(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => members.values_mut().for_each(|member| self.blank(member)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.blank(item)),
            Value::String(text) => {
                if let Some(kind) = kind(text) {
                    *text = self.name(kind.to_owned(), text);
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, kind: String, text: &str) -> String {
        if let Some(known) = self.names.get(text) {
            return known.clone();
        }
        let count = self.kinds.entry(kind.clone()).or_default();
        *count += 1;
        let name = format!("{kind} {count}");
        self.names.insert(text.to_owned(), name.clone());
        name
    }
}

/// What kind of thing a text names that another run calls otherwise.
fn kind(text: &str) -> Option<&str> {
    let is_hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    match text.split_once('_') {
        Some((kind, rest)) if kind.len() == 3 && rest.len() >= 32 && is_hex(rest) => Some(kind),
        _ if text.len() == 64 && is_hex(text) => Some("digest"),
        _ if text.len() == 27 && text.ends_with('Z') => Some("time"),
        _ if text.starts_with("connection:con_") => Some("stream"),
        _ => None,
    }
}

#[tokio::test]
async fn one_story_two_doors() {
    let (api, page) = (Harness::start().await, Harness::start().await);
    let (through_api, through_page) = (story(&api, Api).await, story(&page, Page).await);
    for (told, via) in [(&through_api, "api"), (&through_page, "page")] {
        let by_people: Vec<&Value> =
            told.iter().filter(|header| header["actor"]["kind"] == "operator").collect();
        assert!(by_people.len() >= 12, "{by_people:?}");
        assert!(by_people.iter().all(|header| header["facts"]["via"] == via), "{by_people:?}");
    }
    let (through_api, through_page) = (Blanks::all(&through_api), Blanks::all(&through_page));
    for (through_api, through_page) in through_api.iter().zip(&through_page) {
        assert_eq!(through_api, through_page);
    }
    assert_eq!(through_api.len(), through_page.len());
    api.finish().await;
    page.finish().await;
}
