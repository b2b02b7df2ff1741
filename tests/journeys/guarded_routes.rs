//! Every operation of the API stands here with who may use it; each is tried as everybody.
//!
//! What is not listed fails the first test, so a new operation cannot be forgotten.

use std::collections::BTreeSet;

use countersign_tests::{Actor, Answer, Harness, Ids};
use reqwest::Method;
use serde_json::{Value, json};

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Also who is not signed in.
    Anybody,
    /// Whoever is signed in in person, whatever the roles; no token.
    InPerson,
    /// Whoever is signed in, and tokens.
    SignedIn,
    /// All four roles, and tokens with this scope.
    Readers(&'static str),
    /// These roles, and tokens with this scope ("" for none).
    Roles(&'static [&'static str], &'static str),
}

impl Who {
    /// Whether it lets a person in who has this role alone.
    fn lets_role(self, role: &str) -> bool {
        match self {
            Anybody | InPerson | SignedIn | Readers(_) => true,
            Roles(roles, _) => roles.contains(&role),
        }
    }

    /// Whether it lets a token in that has this scope alone.
    fn lets_scope(self, scope: &str) -> bool {
        match self {
            Anybody | SignedIn => true,
            InPerson => false,
            // Who may write drafts may read them.
            Readers(needed) => needed == scope || (needed, scope) == ("drafts:read", "drafts:write"),
            Roles(_, needed) => needed == scope,
        }
    }
}

use Who::{Anybody, InPerson, Readers, Roles, SignedIn};

const AUTHOR: Who = Roles(&["author"], "drafts:write");
const REVIEWER: Who = Roles(&["reviewer"], "");
const ADMIN: Who = Roles(&["admin"], "");

/// Method, path, body, who.
fn table() -> Vec<Row> {
    let invite = json!({"name": "X", "email": "not an address", "roles": ["author"]});
    let board = json!({"name": "X", "privacy": "PUBLIC"});
    let digest = json!({"digest": "0".repeat(64)});
    let note = json!({"note": "x"});
    let resolve = json!({"outcome": "abandon", "reason": "x"});
    let password = json!({"current": "not the password", "new": "short"});
    let factor = json!({"password": "not the password", "totp": "123456"});
    let time = json!({"publish_at": {"local": "2027-01-01T09:00", "zone": "UTC"}});
    vec![
        ("POST", "/session", Some(json!({"email": "x@halden.example", "password": "x"})), Anybody),
        ("DELETE", "/session", None, InPerson),
        ("GET", "/sessions", None, InPerson),
        ("DELETE", "/sessions", None, InPerson),
        ("DELETE", "/sessions/{id}", None, InPerson),
        ("GET", "/me", None, SignedIn),
        ("PUT", "/me/password", Some(password), InPerson),
        ("POST", "/me/totp", Some(json!({"password": "not the password"})), InPerson),
        ("POST", "/me/totp/confirm", Some(json!({"code": "123456"})), InPerson),
        ("DELETE", "/me/totp", Some(factor.clone()), InPerson),
        ("POST", "/me/totp/recovery-codes", Some(factor), InPerson),
        ("GET", "/operators", None, ADMIN),
        ("POST", "/operators", Some(invite), ADMIN),
        ("PATCH", "/operators/{id}", Some(json!({"name": "X"})), ADMIN),
        ("POST", "/operators/{id}/link", None, ADMIN),
        ("DELETE", "/operators/{id}/totp", None, ADMIN),
        ("GET", "/tokens", None, ADMIN),
        ("POST", "/tokens", Some(json!({"name": "X", "scopes": ["nonsense"]})), ADMIN),
        ("DELETE", "/tokens/{id}", None, ADMIN),
        ("GET", "/connections", None, Readers("drafts:read")),
        ("POST", "/connections", Some(json!({"environment": "production"})), ADMIN),
        ("GET", "/connections/{id}", None, Readers("drafts:read")),
        ("DELETE", "/connections/{id}", None, ADMIN),
        ("POST", "/connections/{id}/confirm", None, ADMIN),
        ("POST", "/connections/{id}/reconnect", None, ADMIN),
        ("GET", "/connections/{id}/boards", None, Readers("drafts:read")),
        ("POST", "/connections/{id}/boards", Some(board), Roles(&["author"], "")),
        ("GET", "/connections/{id}/boards/{board_id}/sections", None, Readers("drafts:read")),
        ("POST", "/assets", None, AUTHOR),
        ("GET", "/assets/{id}/content", None, Readers("drafts:read")),
        ("GET", "/drafts", None, Readers("drafts:read")),
        ("POST", "/drafts", Some(json!({"connection_id": "con_0"})), AUTHOR),
        ("GET", "/drafts/counts", None, Readers("drafts:read")),
        ("GET", "/drafts/{id}", None, Readers("drafts:read")),
        ("PATCH", "/drafts/{id}", Some(json!({"title": "X"})), AUTHOR),
        ("DELETE", "/drafts/{id}", None, AUTHOR),
        ("POST", "/drafts/{id}/duplicate", None, AUTHOR),
        ("GET", "/drafts/{id}/history", None, Readers("drafts:read")),
        ("GET", "/drafts/{id}/comments", None, Readers("drafts:read")),
        (
            "POST",
            "/drafts/{id}/comments",
            Some(json!({"text": "x"})),
            Roles(&["author", "reviewer"], "drafts:write"),
        ),
        ("POST", "/drafts/{id}/submit", None, AUTHOR),
        ("POST", "/drafts/{id}/withdraw", None, AUTHOR),
        ("POST", "/drafts/{id}/approve", Some(digest), REVIEWER),
        ("POST", "/drafts/{id}/undo", None, REVIEWER),
        ("POST", "/drafts/{id}/request-changes", Some(note.clone()), REVIEWER),
        ("POST", "/drafts/{id}/reject", Some(note), REVIEWER),
        ("POST", "/drafts/{id}/reschedule", Some(time), AUTHOR),
        ("POST", "/drafts/{id}/cancel", None, AUTHOR),
        ("GET", "/publications", None, Readers("publications:read")),
        ("GET", "/publications/{id}", None, Readers("publications:read")),
        ("POST", "/publications/{id}/resolve", Some(resolve), REVIEWER),
        ("GET", "/publishing", None, Readers("publications:read")),
        ("POST", "/publishing/pause", None, Roles(&["reviewer", "admin"], "")),
        ("POST", "/publishing/resume", None, ADMIN),
        ("GET", "/audit/events", None, Roles(&["auditor"], "audit:read")),
        ("GET", "/audit/events/{id}", None, Roles(&["auditor"], "audit:read")),
    ]
}

/// A method and a path, parameters without their names.
fn key(method: &str, path: &str) -> String {
    let parts: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    format!("{} {}", method.to_uppercase(), parts.join("/"))
}

#[test]
fn every_operation_is_listed() {
    let document: Value = serde_json::from_str(&countersign_api::http::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let documented: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| key(method, path)))
        .collect();
    let listed: BTreeSet<String> = table().iter().map(|(method, path, ..)| key(method, path)).collect();
    let unlisted: Vec<_> = documented.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&documented).collect();
    assert!(unlisted.is_empty(), "say in this file who may use {unlisted:?}");
    assert!(gone.is_empty(), "these are no operations any more: {gone:?}");
}

/// A line of the table.
type Row = (&'static str, &'static str, Option<Value>, Who);

async fn attempt(actor: &Actor, ids: &Ids, (method, path, body, _): &Row) -> Answer {
    let call = actor.call(Method::from_bytes(method.as_bytes()).unwrap(), &ids.fill(path));
    let call = if matches!(*method, "PATCH" | "DELETE") { call.if_match("\"1\"") } else { call };
    match body {
        Some(body) => call.json(body.clone()).go().await,
        None if *path == "/assets" => {
            let file = reqwest::multipart::Part::bytes(vec![0; 9]).file_name("x.png");
            call.multipart(reqwest::multipart::Form::new().text("label", "x").part("file", file)).go().await
        }
        None => call.go().await,
    }
}

/// Ends the session that asks, so it is tried with one of its own.
const ENDS_THE_SESSION: &str = "/session";

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let h = Harness::start().await;
    let nobody = h.anonymous();
    let wrong = nobody.with_bearer("cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for row in table().iter().filter(|row| row.3 != Anybody) {
        for actor in [&nobody, &wrong] {
            let answer = attempt(actor, &Ids::of_nothing(), row).await;
            assert_eq!(answer.status, 401, "{} {}: {}", row.0, row.1, answer.text());
            answer.problem(401);
        }
    }
    h.finish().await;
}

#[tokio::test]
async fn each_role_may_do_its_own_and_nothing_else() {
    let h = Harness::start().await;
    let people = [
        ("author", h.author().await),
        ("reviewer", h.reviewer().await),
        ("admin", h.admin().await),
        ("auditor", h.auditor().await),
    ];
    let ids = Ids::of_nothing();
    for (role, person) in &people {
        for row in table().iter().filter(|row| row.1 != ENDS_THE_SESSION) {
            let may = row.3.lets_role(role);
            let answer = attempt(person, &ids, row).await;
            let is_refused = answer.status == 403;
            assert_eq!(is_refused, !may, "{role}: {} {}: {} {}", row.0, row.1, answer.status, answer.text());
            assert!(
                answer.status != 401 && answer.status < 500,
                "{role}: {} {}: {}",
                row.0,
                row.1,
                answer.text()
            );
        }
    }
    h.finish().await;
}

/// What a token may be given.
const SCOPES: [&str; 4] = ["drafts:read", "drafts:write", "publications:read", "audit:read"];

#[tokio::test]
async fn each_scope_opens_its_own_and_nothing_else() {
    let h = Harness::start().await;
    let ids = Ids::of_nothing();
    for scope in SCOPES {
        let script = h.token(&[scope]).await;
        for row in table().iter().filter(|row| row.1 != ENDS_THE_SESSION) {
            let may = row.3.lets_scope(scope);
            let answer = attempt(&script, &ids, row).await;
            let is_refused = answer.status == 403;
            assert_eq!(is_refused, !may, "{scope}: {} {}: {} {}", row.0, row.1, answer.status, answer.text());
            assert!(answer.status < 500, "{scope}: {} {}: {}", row.0, row.1, answer.text());
        }
    }
    h.finish().await;
}

/// What the log has but refusals.
async fn done(h: &Harness) -> Vec<String> {
    let log = h.log().await;
    log.kinds().into_iter().filter(|kind| *kind != "access.refused").map(str::to_owned).collect()
}

#[tokio::test]
async fn things_that_are_there_are_as_closed_and_nothing_is_done_to_them() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let ids = Ids::of_things(&h, &stage).await;
    let people = [
        ("author", stage.author.clone()),
        ("reviewer", stage.reviewer.clone()),
        ("admin", h.admin().await),
        ("auditor", h.auditor().await),
    ];
    let mut scripts = Vec::new();
    for scope in SCOPES {
        scripts.push((scope, h.token(&[scope]).await));
    }
    let before = done(&h).await;
    for row in table().iter().filter(|row| row.1 != ENDS_THE_SESSION) {
        let people = people.iter().filter(|(role, _)| !row.3.lets_role(role));
        let scripts = scripts.iter().filter(|(scope, _)| !row.3.lets_scope(scope));
        for (who, actor) in people.chain(scripts) {
            let answer = attempt(actor, &ids, row).await;
            assert_eq!(answer.status, 403, "{who}: {} {}: {}", row.0, row.1, answer.text());
        }
        if row.3 != Anybody {
            attempt(&h.anonymous(), &ids, row).await.problem(401);
        }
    }
    assert_eq!(done(&h).await, before);
    h.finish().await;
}
