//! Every page, as whoever may do everything sees it, as each role does, and as who is not signed in: accessible in both
//! themes from a phone to a desk, light, and asking nobody but us.

use std::time::Duration;

use countersign::pages::PAGES;
use countersign_tests::harness::Stage;
use countersign_tests::{Draft, Harness, Ids};
use serde_json::json;

use crate::accessibility::{VIEWS, View};
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

/// The pages of a Pin that is there and of one that was taken down.
async fn pins(h: &Harness, stage: &Stage) -> Vec<String> {
    let there = h.approved_draft(stage).await;
    let gone = h.approved_draft(stage).await;
    for _ in 0..4 {
        h.publish().await;
    }
    stage.reviewer.take_down(&gone.publication(), "It was the wrong recipe.").await.ok();
    let pages = [&there, &gone]
        .map(|draft| [format!("/drafts/{}", draft.id()), format!("/publications/{}", draft.publication())]);
    pages.into_iter().flatten().collect()
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
    all.extend(pins(h, &stage).await);
    all.push("/no/such/page".to_owned());
    all
}

/// Opens a page as at a first visit and looks for all that can be wrong with it; each fault begins with the address.
async fn look(browser: &Chrome, base: &str, address: &str, views: &[View]) -> Vec<String> {
    browser.resize(1280, 900).await;
    browser.open(&format!("{base}{address}")).await;
    let mut faults = browser.faults_in_weight(base).await;
    faults.extend(browser.faults(views).await);
    faults.extend(browser.faults_when_enlarged().await);
    faults.into_iter().map(|fault| format!("{address} {fault}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_holds_in_both_themes_and_at_all_widths() {
    let h = Harness::start().await;
    let addresses = addresses(&h).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let browser = Chrome::start(Scripts::On).await;
    browser.forget_files().await;
    let mut faults = Vec::new();
    for address in ["/sign-in", "/sign-in/no-such-link", "/privacy-policy", "/no/such/page"] {
        faults.extend(look(&browser, &h.base(), address, &VIEWS).await);
    }
    browser.resize(1280, 900).await;
    browser.sign_in(&h.base(), &everything).await;
    for address in &addresses {
        faults.extend(look(&browser, &h.base(), address, &VIEWS).await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.stop().await;
    h.finish().await;
}

/// What people of one role see otherwise than who may do everything, and a page that they may not open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_each_role_hold() {
    const DIFFERENT: [View; 2] = [View { theme: "light", width: 320 }, View { theme: "dark", width: 1280 }];
    let h = Harness::start().await;
    let stage = h.stage().await;
    let published = h.approved_draft(&stage).await;
    h.publish().await;
    let waiting = h.draft_in_review(&stage).await;
    let addresses = [
        "/".to_owned(),
        format!("/review?draft={}", waiting.id()),
        format!("/drafts/{}", waiting.id()),
        format!("/drafts/{}", published.id()),
        format!("/publications/{}", published.publication()),
        "/connections".to_owned(),
        "/operators".to_owned(),
        "/settings".to_owned(),
    ];
    let people = [&stage.author, &stage.reviewer, &h.admin().await, &h.auditor().await];
    let mut faults = Vec::new();
    let browser = Chrome::start(Scripts::On).await;
    browser.forget_files().await;
    for person in people {
        browser.resize(1280, 900).await;
        browser.driver.delete_all_cookies().await.unwrap();
        browser.sign_in(&h.base(), person).await;
        for address in &addresses {
            let found = look(&browser, &h.base(), address, &DIFFERENT).await;
            faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", person.name)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.stop().await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_moves_for_who_asks_for_less_motion() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let browser = Chrome::start(Scripts::On).await;
    browser.sign_in(&h.base(), &stage.reviewer).await;
    let mut faults = Vec::new();
    for address in ["/".to_owned(), format!("/review?draft={}", draft.id()), "/settings".to_owned()] {
        browser.open(&format!("{}{address}", h.base())).await;
        faults.extend(browser.faults_in_motion().await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    browser.stop().await;
    h.finish().await;
}
