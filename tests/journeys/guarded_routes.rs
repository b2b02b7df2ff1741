//! Every operation of the API stands here with who may use it; each is tried by everybody, with every kind of thing.
//!
//! What is not listed fails the first test, so a new operation cannot be forgotten. A new one is a line of the table.

use std::collections::BTreeSet;

use countersign_tests::documented::Document;
use countersign_tests::doors::{Door, Thing, Who, door};
use countersign_tests::visitors::{Proof, Visitor};
use countersign_tests::walk::{Way, everybody_tries};
use countersign_tests::{Answer, Ids};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use Who::{Anybody, InPerson, Readers, Roles, SignedIn};

const AUTHOR: Who = Roles(&["author"], "drafts:write");
const REVIEWER: Who = Roles(&["reviewer"], "");
const ADMIN: Who = Roles(&["admin"], "");
const AUDITOR: Who = Roles(&["auditor"], "audit:read");
const COMMENTS: Who = Roles(&["author", "reviewer"], "drafts:write");
const PAUSES: Who = Roles(&["reviewer", "admin"], "");
const DRAFTS: Who = Readers("drafts:read");
const PUBLICATIONS: Who = Readers("publications:read");

/// Ends the session that asks, so it comes last.
const SIGN_OUT: &str = "/session";

/// All operations. What is answered where it is not 200 says that the door was open: 412 for a draft of which another
/// version was seen, 409 for what its state does not allow, 415 and 422 for what was sent.
pub(super) fn table() -> Vec<Door> {
    [people(), accounts(), drafts(), verbs(), rest()].concat()
}

fn people() -> Vec<Door> {
    vec![
        door("POST", "/session", Anybody)
            .sends(|_| json!({"email": "x@halden.example", "password": "x"}))
            .reaches(&[401, 429]),
        door("GET", "/sessions", InPerson),
        door("DELETE", "/sessions/{id}", InPerson).on_own(&[204]).on_foreign(&[404]),
        door("DELETE", "/sessions", InPerson).reaches(&[204]),
        door("GET", "/me", SignedIn),
        door("POST", "/me/totp", InPerson)
            .sends(|_| json!({"password": "not the password"}))
            .reaches(&[422, 429]),
        door("POST", "/me/totp/confirm", InPerson).sends(|_| json!({"code": "123456"})).reaches(&[409]),
        door("DELETE", "/me/totp", InPerson)
            .sends(|_| json!({"password": "not the password", "totp": "123456"}))
            .reaches(&[409]),
        door("POST", "/me/totp/recovery-codes", InPerson)
            .sends(|_| json!({"password": "not the password", "totp": "123456"}))
            .reaches(&[409]),
        door("PUT", "/me/password", InPerson)
            .sends(|_| json!({"current": "not the password", "new": "short"}))
            .reaches(&[422, 429]),
        door("GET", "/operators", ADMIN),
        door("POST", "/operators", ADMIN)
            .sends(|_| json!({"name": "X", "email": "not an address", "roles": ["author"]}))
            .reaches(&[422]),
        // A name that somebody has already is refused.
        door("PATCH", "/operators/{id}", ADMIN).sends(|_| json!({"name": "X"})).reaches(&[200, 422]),
        door("POST", "/operators/{id}/link", ADMIN).reaches(&[201]),
        door("DELETE", "/operators/{id}/totp", ADMIN).reaches(&[409]),
        door("GET", "/tokens", ADMIN),
        door("POST", "/tokens", ADMIN)
            .sends(|_| json!({"name": "X", "scopes": ["nonsense"]}))
            .reaches(&[422]),
        door("DELETE", "/tokens/{id}", ADMIN).reaches(&[204, 409]),
    ]
}

fn accounts() -> Vec<Door> {
    vec![
        door("GET", "/connections", DRAFTS),
        door("POST", "/connections", ADMIN).sends(|_| json!({"environment": "production"})).reaches(&[409]),
        door("GET", "/connections/{id}", DRAFTS),
        door("DELETE", "/connections/{id}", ADMIN).with_a("spares").reaches(&[204]),
        door("POST", "/connections/{id}/confirm", ADMIN).reaches(&[409]),
        door("POST", "/connections/{id}/reconnect", ADMIN),
        door("GET", "/connections/{id}/boards", DRAFTS),
        door("POST", "/connections/{id}/boards", Roles(&["author"], ""))
            .sends(|_| json!({"name": "X", "privacy": "PUBLIC"}))
            .reaches(&[201, 422]),
        door("GET", "/connections/{id}/boards/{board_id}/sections", DRAFTS),
        door("POST", "/assets", AUTHOR).reaches(&[415]),
        door("GET", "/assets/{id}/content", DRAFTS),
    ]
}

fn drafts() -> Vec<Door> {
    vec![
        door("GET", "/drafts", DRAFTS),
        door("POST", "/drafts", AUTHOR).sends(|_| json!({"connection_id": "con_0"})).reaches(&[422]),
        door("GET", "/drafts/counts", DRAFTS),
        door("GET", "/drafts/{id}", DRAFTS),
        door("PATCH", "/drafts/{id}", AUTHOR).sends(|_| json!({"title": "X"})).reaches(&[412]),
        door("DELETE", "/drafts/{id}", AUTHOR).reaches(&[412]),
        door("POST", "/drafts/{id}/duplicate", AUTHOR).reaches(&[201]),
        door("GET", "/drafts/{id}/history", DRAFTS),
        door("GET", "/drafts/{id}/comments", DRAFTS),
        door("POST", "/drafts/{id}/comments", COMMENTS).sends(|_| json!({"note": "x"})).reaches(&[201]),
    ]
}

fn verbs() -> Vec<Door> {
    vec![
        door("POST", "/drafts/{id}/submit", AUTHOR).reaches(&[412]),
        door("POST", "/drafts/{id}/withdraw", AUTHOR).reaches(&[412]),
        door("POST", APPROVE, REVIEWER)
            .sends(|ids| json!({"digest": ids.digest()}))
            .on_own(&[403])
            .on_foreign(&[200, 409]),
        door("POST", "/drafts/{id}/undo", REVIEWER).reaches(&[412]),
        door("POST", "/drafts/{id}/request-changes", REVIEWER)
            .sends(|_| json!({"note": "x"}))
            .reaches(&[412]),
        door("POST", "/drafts/{id}/reject", REVIEWER).sends(|_| json!({"note": "x"})).reaches(&[412]),
        door("POST", "/drafts/{id}/reschedule", AUTHOR)
            .sends(|_| json!({"publish_at": {"local": "2027-01-01T09:00", "zone": "UTC"}}))
            .reaches(&[412]),
        door("POST", "/drafts/{id}/cancel", AUTHOR).reaches(&[412]),
    ]
}

fn rest() -> Vec<Door> {
    vec![
        door("GET", "/publications", PUBLICATIONS),
        door("GET", "/publications/{id}", PUBLICATIONS),
        door("POST", "/publications/{id}/resolve", REVIEWER)
            .sends(|_| json!({"outcome": "abandon", "reason": "x"}))
            .reaches(&[409]),
        door("POST", "/publications/{id}/take-down", REVIEWER)
            .sends(|_| json!({"reason": "x"}))
            .reaches(&[409]),
        door("GET", "/publishing", PUBLICATIONS),
        door("POST", "/publishing/pause", PAUSES),
        door("POST", "/publishing/resume", ADMIN),
        door("GET", "/audit/events", AUDITOR),
        door("GET", "/audit/events/{id}", AUDITOR),
        door("DELETE", SIGN_OUT, InPerson).reaches(&[204]),
    ]
}

/// Needs what the reviewer saw in the body, and so no `If-Match`; nobody approves what is their own.
const APPROVE: &str = "/drafts/{id}/approve";

/// A method and a path, parameters without their names.
fn key(method: &str, path: &str) -> String {
    let parts: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    format!("{method} {}", parts.join("/"))
}

#[test]
fn every_operation_is_listed() {
    let document = Document::read();
    let documented: BTreeSet<String> =
        document.operations().iter().map(|(method, path, _)| key(method, path)).collect();
    let listed: BTreeSet<String> = table().iter().map(|door| key(door.method, door.path)).collect();
    assert_eq!(listed.len(), table().len(), "each operation once");
    let unlisted: Vec<_> = documented.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&documented).collect();
    assert!(unlisted.is_empty(), "say in this file who may use {unlisted:?}");
    assert!(gone.is_empty(), "these are no operations any more: {gone:?}");
}

/// By the API.
struct Api;

impl Way for Api {
    fn proof(&self, visitor: &Visitor) -> Proof {
        visitor.proof
    }

    /// Of a draft a version was seen that there is not.
    async fn attempt(&self, visitor: &Visitor, ids: &Ids, door: &Door) -> Answer {
        let method = Method::from_bytes(door.method.as_bytes()).unwrap();
        let call = visitor.actor.call(method, &door.at(ids));
        let call = if door.path == APPROVE { call } else { call.if_match("\"9999\"") };
        match door.body(ids) {
            Some(body) => call.json(body).go().await,
            None if door.path == "/assets" => {
                let file = Part::bytes(vec![0; 9]).file_name("x.png");
                call.multipart(Form::new().text("label", "x").part("file", file)).go().await
            }
            None => call.go().await,
        }
    }

    fn instead_of_refusal(
        &self,
        _: Proof,
        (status, code): (u16, &str),
        _: &Door,
        answer: &Answer,
    ) -> Option<String> {
        let is_refused = answer.status == status && answer.problem(status)["code"] == code;
        (!is_refused).then(|| format!("not {status} {code}, but {} {}", answer.status, answer.text()))
    }

    /// Nobody approves what is their own.
    fn instead_of_entry(&self, door: &Door, thing: Thing, answer: &Answer) -> Option<String> {
        let expected = door.answers(thing);
        let is_own_draft = || answer.problem(403)["code"] == "own_draft";
        let is_as_listed = expected.contains(&answer.status) && (answer.status != 403 || is_own_draft());
        (!is_as_listed).then(|| format!("none of {expected:?}, but {} {}", answer.status, answer.text()))
    }
}

/// How many cells there are for one visitor, as the document has it.
fn expected_cells() -> usize {
    let document = Document::read();
    let things = |path: &str| if path.contains("{id}") { Thing::ALL.len() } else { 1 };
    document.operations().iter().map(|(_, path, _)| things(path)).sum()
}

#[tokio::test]
async fn everybody_comes_in_where_they_may_and_nowhere_else() {
    everybody_tries(&Api, &table(), expected_cells()).await;
}
