//! Ids for the paths of tables that try every route: of nothing that is, of things that are, or no ids at all.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::actor::Actor;
use crate::draft::Draft;
use crate::harness::{Harness, RECIPES, Stage};

/// What stands in a path for the id of each noun.
#[derive(Clone)]
pub struct Ids {
    ids: BTreeMap<&'static str, String>,
    digest: String,
}

/// A path's first word, and the kind of id that follows it. A spare is an account that nobody needs.
const KINDS: &[(&str, &str)] = &[
    ("drafts", "drf"),
    ("operators", "opr"),
    ("connections", "con"),
    ("spares", "con"),
    ("tokens", "tok"),
    ("sessions", "ses"),
    ("account", "ses"),
    ("assets", "ast"),
    ("publications", "pub"),
    ("audit", "evt"),
];

impl Ids {
    fn each(id: impl Fn(&str, &str) -> String) -> Self {
        let ids = KINDS.iter().map(|(noun, kind)| (*noun, id(noun, kind))).collect();
        Self { ids, digest: "0".repeat(64) }
    }

    /// Ids that could be, of nothing that is.
    pub fn of_nothing() -> Self {
        Self::each(|_, kind| format!("{kind}_00000000000000000000000000"))
    }

    /// What is no id.
    pub fn malformed() -> Self {
        Self::each(|_, _| "nonsense%00".to_owned())
    }

    /// Ids of things that are there, each under the name of another kind.
    pub fn of_other_kinds(&self) -> Self {
        let (draft, account) = (self.ids["drafts"].clone(), self.ids["connections"].clone());
        Self::each(|_, kind| if kind == "drf" { account.clone() } else { draft.clone() })
    }

    /// Ids of things of somebody whom none of those who try knows.
    pub async fn of_things(h: &Harness, stage: &Stage) -> Self {
        let other = h.person("Vera Other", &["author", "reviewer", "admin", "auditor"]).await;
        Self::of(h, stage, &other).await
    }

    /// Ids of things of `person`, who has every role, each in a state in which something could be done with it: a
    /// draft in review, the publication of another one that is approved, an account that is not connected, a token, a
    /// session in another browser.
    pub async fn of(h: &Harness, stage: &Stage, person: &Actor) -> Self {
        let theirs = Stage { author: person.clone(), ..stage.clone() };
        let draft = h.draft_in_review(&theirs).await;
        let publication = h.approved_draft(&theirs).await.publication();
        let ids = BTreeMap::from([
            ("drafts", draft.id().to_owned()),
            ("operators", person.id.clone()),
            ("connections", stage.connection.clone()),
            ("spares", spare(h, person).await),
            ("tokens", token(person).await),
            ("sessions", session(h, person).await),
            ("account", session(h, person).await),
            ("assets", text(&draft.json["asset"])),
            ("publications", publication),
            ("audit", created(h, &draft).await),
        ]);
        Self { ids, digest: draft.digest().to_owned() }
    }

    /// The path with an id in the place of `{id}` or `:id`: that of its first word.
    pub fn fill(&self, path: &str) -> String {
        self.fill_as(path.split('/').nth(1).unwrap_or_default(), path)
    }

    /// The path with the id of this noun.
    pub fn fill_as(&self, noun: &str, path: &str) -> String {
        let id = self.ids.get(noun).map_or("", String::as_str);
        let path = path.replace("{id}", id).replace(":id", id);
        path.replace("{board_id}", RECIPES).replace(":token", "no-such-link")
    }

    /// The digest of the draft's content.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

fn text(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// An account that `person` began to connect.
async fn spare(h: &Harness, person: &Actor) -> String {
    let begun = person.begin_connecting(h.environment(), None).await;
    text(&begun.is(201).json())
}

async fn token(person: &Actor) -> String {
    text(&person.make_token("a script", &["drafts:read"]).await.is(201).json())
}

/// A session of `person` in a browser that is not used any more.
async fn session(h: &Harness, person: &Actor) -> String {
    let link = h.founder().await.post(&format!("/operators/{}/link", person.id), json!({})).await;
    person.in_another_browser().sign_in_by_link(&crate::actor::link_of(&link.is(201).json())).await.is(201);
    let sessions = person.all("/sessions").await;
    let other = sessions.iter().find(|session| session["is_current"] == false);
    text(other.unwrap())
}

/// The event that tells of the draft's making.
async fn created(h: &Harness, draft: &Draft) -> String {
    let log = h.log().await;
    let made = log.of("review.draft.created").into_iter().find(|event| event.object() == draft.id());
    made.unwrap().id().to_owned()
}
