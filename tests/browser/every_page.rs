//! axe-core on every page that somebody can open who may do everything, in both themes, on a desk and on a phone.

use std::time::Duration;

use countersign::pages::PAGES;
use countersign_tests::harness::Stage;
use countersign_tests::{Draft, Harness, Ids};
use serde_json::json;

use crate::chrome::{Chrome, Scripts};

/// What is no page of its own: parts of pages, files, and the doors that stories go through.
const NO_PAGES: &[&str] = &[
    "/queue/tabs",
    "/drafts",
    "/drafts/:id/state",
    "/publications/:id/state",
    "/assets/:id/content",
    "/assets/:id/thumbnail",
    "/sign-in",
    "/sign-in/:token",
    "/oauth/callback",
];

/// A draft whose send was refused, and one of whose send nobody knows.
async fn troubles(h: &Harness, stage: &Stage) -> [Draft; 2] {
    let refused = h.approved_draft(stage).await;
    h.with_fault(json!({
        "operation": "pins/create", "fault": "status", "status": 404, "code": 40, "message": "Board not found.",
    }));
    h.publish().await;
    let unknown = h.approved_draft(stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "hide", "times": 1000},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    for minutes in [1, 2, 10, 30, 60, 60, 60] {
        h.advance(Duration::from_secs(minutes * 60));
        h.run_workers().await;
    }
    for person in [&stage.author, &stage.reviewer, &h.admin().await, &h.founder().await] {
        person.sign_in().await.is(201);
    }
    [refused, unknown]
}

/// All addresses, each of them with something to show.
async fn addresses(h: &Harness) -> Vec<String> {
    let stage = h.stage().await;
    let troubles = troubles(h, &stage).await;
    let ids = Ids::of_things(h, &stage).await;
    let pages = PAGES.iter().filter(|(method, path)| *method == "get" && !NO_PAGES.contains(path));
    let mut all: Vec<String> = pages.map(|(_, path)| ids.fill(path)).collect();
    all.extend(
        ["drafts", "changes", "scheduled", "attention", "published"].map(|tab| format!("/?tab={tab}")),
    );
    all.extend(troubles.iter().map(|draft| format!("/drafts/{}", draft.id())));
    all.extend(troubles.iter().map(|draft| format!("/publications/{}", draft.publication())));
    all.push("/no/such/page".to_owned());
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_accessible_in_both_themes() {
    let h = Harness::start().await;
    let addresses = addresses(&h).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let browser = Chrome::start(Scripts::On).await;
    browser.sign_in(&h.base(), &everything).await;
    let mut found = Vec::new();
    for theme in ["Light", "Dark"] {
        browser.press(theme).await;
        for address in &addresses {
            browser.open(&format!("{}{address}", h.base())).await;
            for width in [1280, 375] {
                browser.resize(width, 900).await;
                let violations = browser.violations().await;
                found.extend(
                    violations
                        .into_iter()
                        .map(|violation| format!("{address} {theme} {width}: {violation:#}")),
                );
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.stop().await;
    h.finish().await;
}
