//! What scripts add: keys, autosave, pages that keep themselves current, and an offer to undo that runs out.

use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Draft, Harness};
use serde_json::json;

use crate::chrome::{Chrome, Scripts};

/// As many as a reviewer signs in one go.
const MANY: usize = 20;

async fn waiting(h: &Harness, stage: &Stage, count: usize) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for number in 1..=count {
        let fields =
            json!({"title": format!("Tart number {number}"), "description": format!("Recipe {number}.")});
        let draft = stage.author.draft(&stage.connection, RECIPES, fields).await;
        drafts.push(stage.author.submit(&draft).await);
        h.advance(std::time::Duration::from_secs(1));
    }
    drafts
}

/// The draft that is open on the desk.
async fn open_draft(browser: &Chrome) -> String {
    let form = browser.find("form[action$='/approve']").await;
    form.attr("action").await.unwrap().unwrap()
}

/// Presses a key on the desk, and waits until another draft is open, or none.
async fn press_and_go_on(browser: &Chrome, key: &str) {
    let open = open_draft(browser).await;
    browser.key(key).await;
    browser.is_gone(&format!("form[action='{open}']")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_keys_as_approvals() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    waiting(&h, &stage, MANY).await;
    let browser = Chrome::start(Scripts::On).await;
    browser.sign_in(&h.base(), &stage.reviewer).await;
    browser.open(&format!("{}/review", h.base())).await;

    // j and k move through the list and open what they come to.
    let first = open_draft(&browser).await;
    press_and_go_on(&browser, "j").await;
    let second = open_draft(&browser).await;
    press_and_go_on(&browser, "k").await;
    assert_eq!(open_draft(&browser).await, first);
    assert_ne!(first, second);

    // The question mark helps; in a field all of them are letters.
    browser.key("?").await;
    browser.find("#keys[open]").await;
    browser.is_accessible().await;
    browser.key("Escape").await;
    browser.is_gone("#keys[open]").await;
    let comment = browser.find("textarea[name='comment'], textarea[name='text']").await;
    comment.send_keys("a?jkr").await.unwrap();
    assert_eq!(comment.value().await.unwrap().as_deref(), Some("a?jkr"));
    assert!(h.log().await.of("review.approved").is_empty());

    // One key, one approval.
    browser.open(&format!("{}/review", h.base())).await;
    for _ in 0..MANY {
        press_and_go_on(&browser, "a").await;
    }
    assert_eq!(h.log().await.of("review.approved").len(), MANY);
    browser.stop().await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_is_saved_by_itself_and_survives() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let edit = format!("{}/drafts/{}/edit", h.base(), draft.id());
    let browser = Chrome::start(Scripts::On).await;
    browser.sign_in(&h.base(), &stage.author).await;
    browser.open(&edit).await;
    browser.fill("title", "Plum tart, half written").await;
    browser.shows("Saved at").await;
    browser.open(&edit).await;
    let title = browser.find("[name='title']").await;
    assert_eq!(title.value().await.unwrap().as_deref(), Some("Plum tart, half written"));
    assert_eq!(stage.author.look(draft.id()).await.revision(), draft.revision(), "it is no revision yet");
    browser.is_accessible().await;
    browser.stop().await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_follows_the_pin_and_the_undo_runs_out() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = waiting(&h, &stage, 1).await.remove(0);
    let browser = Chrome::start(Scripts::On).await;
    browser.sign_in(&h.base(), &stage.reviewer).await;
    browser.open(&format!("{}/review", h.base())).await;
    press_and_go_on(&browser, "a").await;

    // The seconds run down; while there are some, it can be undone.
    browser.shows("Undo, 10 s").await;
    browser.shows("Undo, 8 s").await;
    browser.find("[data-undo]").await.click().await.unwrap();
    browser.find(&format!("form[action='/drafts/{}/approve']", draft.id())).await;
    assert_eq!(stage.reviewer.look(draft.id()).await.state(), "in_review");

    // Approved again and published, while somebody looks at the page and touches nothing.
    press_and_go_on(&browser, "a").await;
    let author = Chrome::start(Scripts::On).await;
    author.sign_in(&h.base(), &stage.author).await;
    author.open(&format!("{}/drafts/{}", h.base(), draft.id())).await;
    author.find("#live[data-poll]").await;
    h.publish().await;
    author.find(&format!("a[href*='/pin/{}']", h.the_pin().pin_id)).await;
    author.find("#live:not([data-poll])").await;

    // Meanwhile the offer on the desk has gone.
    browser.is_gone("[data-undo]").await;
    browser.shows("Countersigned. Sent, or being sent.").await;
    browser.find(&format!(".toast a[href='/drafts/{}']", draft.id())).await;
    author.stop().await;
    browser.stop().await;
    h.finish().await;
}
