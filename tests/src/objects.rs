//! Ids for the paths of tables that try every route: of nothing that is, or of things that are.

use std::collections::BTreeMap;

use crate::harness::{Harness, RECIPES, Stage};

/// What stands in a path for the id of each noun.
pub struct Ids(BTreeMap<&'static str, String>);

/// A path's first word, and the kind of id that follows it.
const KINDS: &[(&str, &str)] = &[
    ("drafts", "drf"),
    ("operators", "opr"),
    ("connections", "con"),
    ("tokens", "tok"),
    ("sessions", "ses"),
    ("account", "ses"),
    ("assets", "ast"),
    ("publications", "pub"),
    ("audit", "evt"),
];

impl Ids {
    /// Ids that could be, of nothing that is.
    pub fn of_nothing() -> Self {
        Self(KINDS.iter().map(|(noun, kind)| (*noun, format!("{kind}_00000000000000000000000000"))).collect())
    }

    /// Ids of things that are there, each in a state in which something could be done with it: a draft in review, the
    /// publication of another one that is approved, somebody else's account, token and session.
    pub async fn of_things(h: &Harness, stage: &Stage) -> Self {
        let draft = h.draft_in_review(stage).await;
        let publication = h.approved_draft(stage).await.publication();
        h.token(&["drafts:read"]).await;
        let admin = h.admin().await;
        let text = |value: &serde_json::Value| value["id"].as_str().unwrap().to_owned();
        let token = text(&admin.all("/tokens").await[0]);
        let session = text(&h.founder().await.all("/sessions").await[0]);
        let event = h.log().await.the("oauth.account.confirmed").id().to_owned();
        Self(BTreeMap::from([
            ("drafts", draft.id().to_owned()),
            ("operators", h.founder().await.id),
            ("connections", stage.connection.clone()),
            ("tokens", token),
            ("sessions", session.clone()),
            ("account", session),
            ("assets", text(&draft.json["asset"])),
            ("publications", publication),
            ("audit", event),
        ]))
    }

    /// The path with an id in the place of `{id}` or `:id`.
    pub fn fill(&self, path: &str) -> String {
        let noun = path.split('/').nth(1).unwrap_or_default();
        let id = self.0.get(noun).map_or("", String::as_str);
        let path = path.replace("{id}", id).replace(":id", id);
        path.replace("{board_id}", RECIPES).replace(":token", "no-such-link")
    }
}
