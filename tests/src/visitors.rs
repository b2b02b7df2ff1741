//! Everybody who may come to a door: each role alone, none, all of them, each token, and all whose proof does not hold.

use std::time::Duration;

use serde_json::json;

use crate::actor::{Actor, link_of};
use crate::harness::{Harness, Stage};
use crate::objects::Ids;

/// Every role.
pub const ROLES: [&str; 4] = ["author", "reviewer", "admin", "auditor"];
/// What a token may be given.
pub const SCOPES: [&str; 5] =
    ["drafts:read", "drafts:write", "publications:read", "audit:read", "audit:export"];
/// Longer than a session lasts, whether or not it is used.
const HALF_A_DAY: Duration = Duration::from_secs(13 * 60 * 60);
/// After this whoever comes from one address may sign in again as often as before.
const A_MINUTE: Duration = Duration::from_secs(60);

/// What somebody brings as proof of who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    Nothing,
    /// Something that does not hold; the code of the refusal.
    Dead(&'static str),
    /// A session's cookie.
    Session,
    /// The cookie of a session that came from a link, in which no password was set yet.
    Owing,
    /// A token with these scopes.
    Token(&'static [&'static str]),
}

const ENDED: Proof = Proof::Dead("session_ended");
const INVALID: Proof = Proof::Dead("token_invalid");

/// Somebody who comes to a door.
pub struct Visitor {
    /// For messages.
    pub name: String,
    /// Who comes.
    pub actor: Actor,
    /// What the API takes for proof.
    pub proof: Proof,
    /// What pages take for proof: no token.
    pub on_pages: Proof,
    /// The roles that the person has now.
    pub roles: &'static [&'static str],
    /// What is theirs; none for who has nothing.
    pub own: Option<Ids>,
}

impl Visitor {
    fn new(name: &str, actor: Actor, proof: Proof) -> Self {
        let on_pages = if actor.is_program() { Proof::Nothing } else { proof };
        Self { name: name.to_owned(), actor, proof, on_pages, roles: &[], own: None }
    }

    fn with(self, roles: &'static [&'static str], own: &Ids) -> Self {
        Self { roles, own: Some(own.clone()), ..self }
    }
}

/// Makes everybody. Sandbox or production: in rehearsal a password may be owed for ever.
pub async fn everybody(h: &Harness) -> (Stage, Vec<Visitor>) {
    let expired = h.person("Xenia Expired", &ROLES).await;
    let founder = h.founder().await;
    h.advance(HALF_A_DAY);
    founder.sign_in().await.is(201);
    let stage = h.stage().await;
    let mut visitors = vec![
        Visitor::new("nobody", h.anonymous(), Proof::Nothing),
        Visitor::new("a cookie that is none", h.anonymous().with_cookie("countersign=AAAA"), ENDED),
        Visitor::new("an expired session", expired, ENDED),
    ];
    visitors.extend(sessions(h, &stage).await);
    visitors.extend(dead_sessions(h, &stage).await);
    visitors.extend(programs(h, &stage).await);
    (stage, visitors)
}

/// Somebody who had every role and has things, and has these roles now.
async fn person(h: &Harness, stage: &Stage, name: &str, roles: &[&str]) -> (Actor, Ids) {
    h.advance(A_MINUTE);
    let person = h.person(name, &ROLES).await;
    let own = Ids::of(h, stage, &person).await;
    if roles.is_empty() {
        let without = format!("UPDATE operator SET roles = '' WHERE id = '{}'", person.id);
        assert_eq!(h.intruder().await.run(&without).await, 1);
    } else {
        change(h, &person, json!({ "roles": roles })).await;
    }
    (person, own)
}

async fn change(h: &Harness, person: &Actor, change: serde_json::Value) {
    let path = format!("/operators/{}", person.id);
    h.founder().await.patch(&path, "*", change).await.ok();
}

/// Each role alone, none, all.
async fn sessions(h: &Harness, stage: &Stage) -> Vec<Visitor> {
    let mut visitors = Vec::new();
    let alone = ROLES.iter().map(std::slice::from_ref).chain([&[][..], &ROLES[..]]);
    for roles in alone {
        let name = format!("With {} role {}", roles.len(), roles.first().unwrap_or(&"none"));
        let (actor, own) = person(h, stage, &name, roles).await;
        visitors.push(Visitor::new(&name, actor, Proof::Session).with(roles, &own));
    }
    let (owing, own) = person(h, stage, "Olga Owing", &ROLES).await;
    let link = h.founder().await.post(&format!("/operators/{}/link", owing.id), json!({})).await;
    let owing = owing.in_another_browser();
    owing.sign_in_by_link(&link_of(&link.is(201).json())).await.is(201);
    visitors.push(Visitor::new("owing a password", owing, Proof::Owing).with(&ROLES, &own));
    visitors
}

/// Who was disabled, and who signed out, with the cookie and the token that they had.
async fn dead_sessions(h: &Harness, stage: &Stage) -> Vec<Visitor> {
    let (disabled, own) = person(h, stage, "Dora Disabled", &ROLES).await;
    let script = h.token_of(&disabled, &SCOPES).await;
    change(h, &disabled, json!({ "disabled": true })).await;
    let (out, theirs) = person(h, stage, "Otis Out", &ROLES).await;
    let cookie = out.cookie().unwrap();
    out.delete("/session", None).await.is(204);
    vec![
        Visitor::new("a disabled person", disabled, ENDED).with(&ROLES, &own),
        Visitor::new("a disabled person's token", script, INVALID).with(&ROLES, &own),
        Visitor::new("who signed out", out.with_cookie(&cookie), ENDED).with(&ROLES, &theirs),
    ]
}

/// Tokens: each scope alone, of an owner who may little, and those that do not hold; also beside a session.
async fn programs(h: &Harness, stage: &Stage) -> Vec<Visitor> {
    let (owner, own) = person(h, stage, "Tove Tokens", &ROLES).await;
    let mut visitors = Vec::new();
    for scope in &SCOPES {
        let scopes = std::slice::from_ref(scope);
        let script = h.token_of(&owner, scopes).await;
        visitors
            .push(Visitor::new(&format!("token {scope}"), script, Proof::Token(scopes)).with(&ROLES, &own));
    }
    let both = owner.and_bearer(&h.token_of(&owner, &SCOPES[..1]).await);
    let both = Visitor::new("a session and a token", both, Proof::Token(&SCOPES[..1])).with(&ROLES, &own);
    visitors.push(Visitor { on_pages: Proof::Session, ..both });

    let garbage = owner.with_bearer("cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    // Somebody else: whoever ends all other sessions of theirs would end this one.
    let (elsewhere, theirs) = person(h, stage, "Elsa Elsewhere", &ROLES).await;
    let dead = Visitor::new("a session and a dead token", elsewhere.and_bearer(&garbage), INVALID);
    visitors.push(Visitor { on_pages: Proof::Session, ..dead.with(&ROLES, &theirs) });
    visitors.push(Visitor::new("a token that is none", garbage, INVALID));

    let made = owner.make_token("a script", &SCOPES).await.is(201).json();
    let revoked = owner.with_bearer(made["token"].as_str().unwrap());
    owner.delete(&format!("/tokens/{}", made["id"].as_str().unwrap()), None).await.is(204);
    visitors.push(Visitor::new("a revoked token", revoked, INVALID).with(&ROLES, &own));

    h.advance(A_MINUTE);
    let lost = h.person("Lola Lost", &ROLES).await;
    let (own, script) = (Ids::of(h, stage, &lost).await, h.token_of(&lost, &SCOPES).await);
    change(h, &lost, json!({ "roles": ["reviewer"] })).await;
    let name = "a token whose owner only reviews";
    // A token ends for good with a role that it needs.
    visitors.push(Visitor::new(name, script, INVALID).with(&["reviewer"], &own));
    visitors
}

#[cfg(test)]
mod tests {
    use countersign_api::operators::TokenScope;

    use super::*;

    #[test]
    fn every_scope_is_tried() {
        assert_eq!(TokenScope::ALL.map(TokenScope::as_str), SCOPES);
    }
}
