//! Every page stands here with who may open it, or press its button; each is tried by everybody, with every kind of
//! thing.
//!
//! What is not listed fails the first test, so a new page cannot be forgotten. A new one is a line of the table.

use std::collections::BTreeSet;

use countersign::pages::PAGES;
use countersign_tests::doors::{Door, Thing, Who, door};
use countersign_tests::visitors::{Proof, Visitor};
use countersign_tests::walk::{Way, everybody_tries};
use countersign_tests::watch::Watch;
use countersign_tests::{Answer, Harness, Ids};
use reqwest::Method;

use Who::{Anybody, InPerson, Readers, Roles};

const READERS: Who = Readers("");
const AUTHOR: Who = Roles(&["author"], "");
const REVIEWER: Who = Roles(&["reviewer"], "");
const ADMIN: Who = Roles(&["admin"], "");
const AUDITOR: Who = Roles(&["auditor"], "");
const COMMENTS: Who = Roles(&["author", "reviewer"], "");
const PAUSES: Who = Roles(&["reviewer", "admin"], "");

/// Ends the session that asks, so it comes last.
const SIGN_OUT: &str = "/sign-out";

/// All pages. Buttons are pressed with nothing typed, so whoever may press one is led on, or told what is missing.
pub(super) fn table() -> Vec<Door> {
    [queue(), verbs(), others(), admins(), own()].concat()
}

/// A page that is shown.
fn get(path: &'static str, who: Who) -> Door {
    door("GET", path, who)
}

/// A button.
fn post(path: &'static str, who: Who) -> Door {
    door("POST", path, who).reaches(&[200, 204, 303, 400, 409, 412, 422])
}

fn queue() -> Vec<Door> {
    vec![
        get("/", READERS),
        get("/queue/tabs", READERS),
        get("/drafts", READERS).reaches(&[303]),
        post("/drafts", AUTHOR),
        get("/drafts/new", AUTHOR),
        get("/drafts/:id", READERS),
        post("/drafts/:id", AUTHOR),
        get("/drafts/:id/edit", AUTHOR).reaches(&[200, 303]),
        post("/drafts/:id/autosave", AUTHOR),
        get("/drafts/:id/state", READERS),
    ]
}

fn verbs() -> Vec<Door> {
    vec![
        post("/drafts/:id/submit", AUTHOR),
        post("/drafts/:id/withdraw", AUTHOR),
        post("/drafts/:id/cancel", AUTHOR),
        post("/drafts/:id/reschedule", AUTHOR),
        post("/drafts/:id/duplicate", AUTHOR),
        post("/drafts/:id/approve", REVIEWER),
        post("/drafts/:id/request-changes", REVIEWER),
        post("/drafts/:id/reject", REVIEWER),
        post("/drafts/:id/undo", REVIEWER),
        post("/drafts/:id/comments", COMMENTS),
        post("/drafts/:id/discard", AUTHOR),
    ]
}

fn others() -> Vec<Door> {
    vec![
        get("/review", READERS),
        get("/publications/:id", READERS),
        get("/publications/:id/state", READERS),
        post("/publications/:id/resolve", REVIEWER),
        post("/publications/:id/take-down", REVIEWER),
        get("/audit", AUDITOR),
        post("/audit/self-check", AUDITOR),
        get("/audit/:id", AUDITOR),
        get("/assets/:id/content", READERS),
        get("/assets/:id/thumbnail", READERS),
        get("/connections", READERS),
        get("/settings", READERS),
        get("/privacy-policy", Anybody),
        post("/theme", Anybody),
    ]
}

fn admins() -> Vec<Door> {
    vec![
        get("/operators", ADMIN),
        post("/operators", ADMIN),
        post("/operators/:id", ADMIN).on_nothing(&[404, 422]),
        post("/operators/:id/link", ADMIN),
        get("/operators/:id/disable", ADMIN),
        post("/operators/:id/disable", ADMIN).on_own(&[]),
        get("/operators/:id/second-factor", ADMIN).reaches(&[409]),
        post("/operators/:id/second-factor", ADMIN),
        post("/operators/:id/enable", ADMIN),
        post("/connections", ADMIN),
        post("/connections/:id/confirm", ADMIN),
        post("/connections/:id/reconnect", ADMIN),
        get("/connections/:id/disconnect", ADMIN),
        post("/connections/:id/disconnect", ADMIN).with_a("spares"),
        post("/connections/:id/boards", AUTHOR),
        post("/publishing/pause", PAUSES),
        post("/publishing/resume", ADMIN),
        get("/tokens", ADMIN),
        post("/tokens", ADMIN),
        post("/tokens/:id/revoke", ADMIN),
        // What comes back from Pinterest belongs to the session that asked for it; see `connect_account`.
        get("/oauth/callback", Anybody).reaches(&[303, 400]),
        door("HEAD", "/oauth/callback", Anybody).reaches(&[405]),
    ]
}

fn own() -> Vec<Door> {
    vec![
        get("/sign-in", Anybody).reaches(&[200, 303]),
        post("/sign-in", Anybody).reaches(&[401, 429]),
        get("/sign-in/:token", Anybody).reaches(&[404]),
        post("/sign-in/:token", Anybody).reaches(&[404, 429]),
        get("/account", READERS),
        get("/account/password", InPerson),
        post("/account/password", InPerson),
        get("/account/second-factor", READERS),
        post("/account/second-factor", READERS),
        post("/account/second-factor/confirm", READERS),
        post("/account/second-factor/codes", READERS),
        post("/account/second-factor/off", READERS),
        post("/account/sessions/revoke", READERS),
        // Whoever comes twice has ended it before.
        post("/account/sessions/:id/revoke", READERS).on_own(&[303, 404]).on_foreign(&[404]),
        post("/account/shortcuts", READERS),
        post(SIGN_OUT, InPerson),
    ]
}

#[test]
fn every_page_is_listed() {
    let there: BTreeSet<(String, &str)> =
        PAGES.iter().map(|(method, path)| (method.to_uppercase(), *path)).collect();
    let table = table();
    let listed: BTreeSet<(String, &str)> =
        table.iter().map(|door| (door.method.to_owned(), door.path)).collect();
    assert_eq!(listed.len(), table.len(), "each page once");
    let unlisted: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(unlisted.is_empty(), "say in this file who may open {unlisted:?}");
    assert!(gone.is_empty(), "these are no pages any more: {gone:?}");
}

/// By pages.
struct Pages;

impl Way for Pages {
    fn proof(&self, visitor: &Visitor) -> Proof {
        visitor.on_pages
    }

    /// Opens the page, or presses the button with the session's own token and nothing typed.
    async fn attempt(&self, visitor: &Visitor, ids: &Ids, door: &Door) -> Answer {
        let path = door.at(ids);
        if door.method != "POST" {
            let method = Method::from_bytes(door.method.as_bytes()).unwrap();
            return visitor.actor.request(method, &path).go().await;
        }
        let csrf = visitor.actor.csrf().unwrap_or_default();
        visitor.actor.plain_post(&path).form(&[("csrf", csrf.as_str())]).go().await
    }

    /// A page turns somebody away to the door, to the password that is owed, or with a refusal. A script, which can
    /// follow no redirect, is told to sign in.
    fn instead_of_refusal(
        &self,
        proof: Proof,
        (status, _): (u16, &str),
        door: &Door,
        answer: &Answer,
    ) -> Option<String> {
        let leads_to = |path: &str| answer.status == 303 && answer.location().starts_with(path);
        let is_refused = match (status, proof) {
            (401, _) => answer.status == 401 || (leads_to("/sign-in") && !is_asked_by_a_script(door)),
            (_, Proof::Owing) => leads_to("/account/password"),
            _ => answer.status == 403,
        };
        (!is_refused).then(|| format!("{} {}", answer.status, answer.header("location")))
    }

    fn instead_of_entry(&self, door: &Door, thing: Thing, answer: &Answer) -> Option<String> {
        let expected = door.answers(thing);
        let is_as_listed = expected.contains(&answer.status);
        (!is_as_listed)
            .then(|| format!("none of {expected:?}, but {} {}", answer.status, answer.header("location")))
    }
}

fn is_asked_by_a_script(door: &Door) -> bool {
    door.path == "/queue/tabs" || door.path.ends_with("/state") || door.path.ends_with("/autosave")
}

/// How many cells there are for one visitor, as the list of pages has it.
fn expected_cells() -> usize {
    let things = |path: &str| if path.contains(":id") { Thing::ALL.len() } else { 1 };
    let would_end_the_visit = 1;
    PAGES.iter().map(|(_, path)| things(path)).sum::<usize>() - would_end_the_visit
}

#[tokio::test]
async fn everybody_comes_in_where_they_may_and_nowhere_else() {
    everybody_tries(&Pages, &table(), expected_cells()).await;
}

#[tokio::test]
async fn no_button_works_without_the_sessions_token() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let things = Ids::of_things(&h, &stage).await;
    let watch = Watch::begin(&h).await;
    let signs_in = |path: &str| path.starts_with("/sign-in");
    for door in table().iter().filter(|door| door.method == "POST" && !signs_in(door.path)) {
        for fields in [vec![], vec![("csrf", "")], vec![("csrf", "not-the-token")]] {
            let answer = everything.plain_post(&door.at(&things)).form(&fields).go().await;
            // A script that saves in the background asks for a sign-in instead.
            let refused = if is_asked_by_a_script(door) { 401 } else { 403 };
            assert_eq!(answer.status, refused, "{} {fields:?}: {}", door.path, answer.text());
        }
    }
    watch.nothing_but_refusals(&h, "a form without the session's token").await;
    everything.get("/me").await.ok();
    h.finish().await;
}
