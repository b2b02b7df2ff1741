//! Every page stands here with who may open it; each is tried as everybody.
//!
//! What is not listed fails the first test, so a new page cannot be forgotten.

use std::collections::BTreeSet;

use countersign::pages::PAGES;
use countersign_tests::{Actor, Answer, Harness, Ids};
use reqwest::Method;

/// Who may open a page, or press its button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Also who is not signed in.
    Anybody,
    /// Whoever is signed in.
    SignedIn,
    /// These roles.
    Roles(&'static [&'static str]),
}

impl Who {
    /// Whether it lets a person in who has this role alone.
    fn lets(self, role: &str) -> bool {
        match self {
            Anybody | SignedIn => true,
            Roles(roles) => roles.contains(&role),
        }
    }
}

use Who::{Anybody, Roles, SignedIn};

const AUTHOR: Who = Roles(&["author"]);
const REVIEWER: Who = Roles(&["reviewer"]);
const ADMIN: Who = Roles(&["admin"]);
const AUDITOR: Who = Roles(&["auditor"]);

const TABLE: &[(&str, &str, Who)] = &[
    ("get", "/", SignedIn),
    ("get", "/queue/tabs", SignedIn),
    ("get", "/drafts", SignedIn),
    ("post", "/drafts", AUTHOR),
    ("get", "/drafts/new", AUTHOR),
    ("get", "/drafts/:id", SignedIn),
    ("post", "/drafts/:id", AUTHOR),
    ("get", "/drafts/:id/edit", AUTHOR),
    ("post", "/drafts/:id/autosave", AUTHOR),
    ("get", "/drafts/:id/state", SignedIn),
    ("post", "/drafts/:id/submit", AUTHOR),
    ("post", "/drafts/:id/withdraw", AUTHOR),
    ("post", "/drafts/:id/cancel", AUTHOR),
    ("post", "/drafts/:id/reschedule", AUTHOR),
    ("post", "/drafts/:id/duplicate", AUTHOR),
    ("post", "/drafts/:id/discard", AUTHOR),
    ("post", "/drafts/:id/approve", REVIEWER),
    ("post", "/drafts/:id/request-changes", REVIEWER),
    ("post", "/drafts/:id/reject", REVIEWER),
    ("post", "/drafts/:id/undo", REVIEWER),
    ("post", "/drafts/:id/comments", Roles(&["author", "reviewer"])),
    ("get", "/review", SignedIn),
    ("get", "/publications/:id", SignedIn),
    ("get", "/publications/:id/state", SignedIn),
    ("post", "/publications/:id/resolve", REVIEWER),
    ("get", "/audit", AUDITOR),
    ("post", "/audit/self-check", AUDITOR),
    ("get", "/audit/:id", AUDITOR),
    ("get", "/assets/:id/content", SignedIn),
    ("get", "/assets/:id/thumbnail", SignedIn),
    ("get", "/sign-in", Anybody),
    ("post", "/sign-in", Anybody),
    ("get", "/sign-in/:token", Anybody),
    ("post", "/sign-in/:token", Anybody),
    ("post", "/sign-out", SignedIn),
    ("get", "/account", SignedIn),
    ("get", "/account/password", SignedIn),
    ("post", "/account/password", SignedIn),
    ("get", "/account/second-factor", SignedIn),
    ("post", "/account/second-factor", SignedIn),
    ("post", "/account/second-factor/confirm", SignedIn),
    ("post", "/account/second-factor/codes", SignedIn),
    ("post", "/account/second-factor/off", SignedIn),
    ("post", "/account/sessions/revoke", SignedIn),
    ("post", "/account/sessions/:id/revoke", SignedIn),
    ("post", "/account/shortcuts", SignedIn),
    ("get", "/operators", ADMIN),
    ("post", "/operators", ADMIN),
    ("post", "/operators/:id", ADMIN),
    ("post", "/operators/:id/link", ADMIN),
    ("get", "/operators/:id/disable", ADMIN),
    ("post", "/operators/:id/disable", ADMIN),
    ("get", "/operators/:id/second-factor", ADMIN),
    ("post", "/operators/:id/second-factor", ADMIN),
    ("post", "/operators/:id/enable", ADMIN),
    ("get", "/connections", SignedIn),
    ("post", "/connections", ADMIN),
    ("post", "/connections/:id/confirm", ADMIN),
    ("post", "/connections/:id/reconnect", ADMIN),
    ("get", "/connections/:id/disconnect", ADMIN),
    ("post", "/connections/:id/disconnect", ADMIN),
    ("post", "/connections/:id/boards", AUTHOR),
    ("get", "/oauth/callback", Anybody),
    ("head", "/oauth/callback", Anybody),
    ("post", "/publishing/pause", Roles(&["reviewer", "admin"])),
    ("post", "/publishing/resume", ADMIN),
    ("get", "/settings", SignedIn),
    ("get", "/tokens", ADMIN),
    ("post", "/tokens", ADMIN),
    ("post", "/tokens/:id/revoke", ADMIN),
    ("get", "/privacy-policy", Anybody),
    ("post", "/theme", Anybody),
];

#[test]
fn every_page_is_listed() {
    let there: BTreeSet<(&str, &str)> = PAGES.iter().copied().collect();
    let listed: BTreeSet<(&str, &str)> = TABLE.iter().map(|(method, path, _)| (*method, *path)).collect();
    let unlisted: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(unlisted.is_empty(), "say in this file who may open {unlisted:?}");
    assert!(gone.is_empty(), "these are no pages any more: {gone:?}");
}

/// Opens the page, or presses a button with the session's own token and nothing typed.
async fn attempt(actor: &Actor, ids: &Ids, method: &str, path: &str) -> Answer {
    let path = ids.fill(path);
    if method != "post" {
        let method = if method == "head" { Method::HEAD } else { Method::GET };
        return actor.request(method, &path).go().await;
    }
    let csrf = actor.csrf().unwrap_or_default();
    actor.plain_post(&path).form(&[("csrf", csrf.as_str())]).go().await
}

/// Ends the session that asks.
const ENDS_THE_SESSION: &str = "/sign-out";

#[tokio::test]
async fn nobody_gets_in_without_signing_in() {
    let h = Harness::start().await;
    let (nobody, ids) = (h.anonymous(), Ids::of_nothing());
    for (method, path, who) in TABLE {
        let answer = attempt(&nobody, &ids, method, path).await;
        assert!(answer.status < 500, "{method} {path}: {}", answer.text());
        if *who == Anybody {
            continue;
        }
        let is_sent_to_the_door = answer.status == 303 && answer.location().starts_with("/sign-in");
        assert!(
            is_sent_to_the_door || matches!(answer.status, 401 | 403),
            "{method} {path}: {}",
            answer.status
        );
    }
    h.finish().await;
}

#[tokio::test]
async fn each_role_may_open_its_own_and_nothing_else() {
    let h = Harness::start().await;
    let people = [
        ("author", h.author().await),
        ("reviewer", h.reviewer().await),
        ("admin", h.admin().await),
        ("auditor", h.auditor().await),
    ];
    let ids = Ids::of_nothing();
    for (role, person) in &people {
        for (method, path, who) in TABLE.iter().filter(|(_, path, _)| *path != ENDS_THE_SESSION) {
            // Whoever signs in anew gets another session.
            if path.starts_with("/sign-in") {
                continue;
            }
            let may = who.lets(role);
            let answer = attempt(person, &ids, method, path).await;
            let (status, text) = (answer.status, answer.text());
            assert_eq!(status == 403, !may, "{role}: {method} {path}: {status} {text}");
            assert!(status != 401 && status < 500, "{role}: {method} {path}: {status} {text}");
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
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let before = done(&h).await;
    for (method, path, who) in TABLE {
        for (role, person) in people.iter().filter(|(role, _)| !who.lets(role)) {
            let answer = attempt(person, &ids, method, path).await;
            assert_eq!(answer.status, 403, "{role}: {method} {path}: {}", answer.text());
        }
        if *method == "post" && *who != Anybody {
            // Also for who may, no button works without the session's own token.
            let answer = everything.plain_post(&ids.fill(path)).form(&[("csrf", "not-the-token")]).go().await;
            assert!(matches!(answer.status, 401 | 403), "{path}: {}", answer.text());
            let answer = attempt(&h.anonymous(), &ids, method, path).await;
            assert!(matches!(answer.status, 303 | 401 | 403), "{path}: {}", answer.text());
        }
    }
    assert_eq!(done(&h).await, before);
    h.finish().await;
}

#[tokio::test]
async fn no_button_works_without_the_sessions_token() {
    let h = Harness::start().await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let ids = Ids::of_nothing();
    for (_, path, _) in TABLE.iter().filter(|(method, _, who)| *method == "post" && *who != Anybody) {
        for fields in [vec![], vec![("csrf", "")], vec![("csrf", "not-the-token")]] {
            let answer = everything.plain_post(&ids.fill(path)).form(&fields).go().await;
            // A script that saves in the background asks for a sign-in instead.
            let refused = if path.ends_with("/autosave") { 401 } else { 403 };
            assert_eq!(answer.status, refused, "{path} {fields:?}: {}", answer.text());
        }
    }
    everything.get("/me").await.ok();
    h.finish().await;
}
