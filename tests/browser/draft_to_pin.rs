//! The main job as two people do it in their browsers.

use countersign_tests::{Harness, pictures};
use thirtyfour::prelude::*;

use crate::chrome::{Chrome, Scripts};

/// Signs in by the link that was printed for `role`.
async fn sign_in(h: &Harness, scripts: Scripts, role: &str) -> Chrome {
    let browser = Chrome::start(scripts).await;
    browser.open(&h.printed_link(role)).await;
    browser.is_accessible().await;
    browser.press("Sign in").await;
    browser
}

async fn connect(author: &Chrome, h: &Harness) {
    author.open(&format!("{}/connections", h.base())).await;
    author.is_accessible().await;
    author.press("Connect an account").await;
    author.press("Approve").await;
    author.shows("halden_kitchen").await;
    author.keep_screenshot("connections").await;
}

async fn compose(author: &Chrome, h: &Harness, picture: &std::path::Path) {
    author.open(&format!("{}/drafts/new", h.base())).await;
    author.find("input[type=file]").await.send_keys(picture.display().to_string()).await.unwrap();
    author.fill("title", "Plum tart with almonds").await;
    author.fill("description", "Short crust, twelve plums, an hour of patience.").await;
    author.fill("alt_text", "A round tart on a blue table").await;
    author.fill("link", "https://halden.example/recipes/plum-tart").await;
    author.is_accessible_at_all_widths().await;
    author.keep_screenshot("composer").await;
}

async fn story(scripts: Scripts) {
    let h = Harness::start().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("plum-tart.png");
    std::fs::write(&picture, pictures::png(1000, 1500, 40)).unwrap();

    let author = sign_in(&h, scripts, "author").await;
    connect(&author, &h).await;
    compose(&author, &h, &picture).await;
    author.press("Sign and ask for approval").await;
    author.shows("Waiting for review").await;
    author.is_accessible().await;
    author.open(&h.base()).await;
    author.is_accessible_at_all_widths().await;
    author.keep_screenshot("queue").await;

    let reviewer = sign_in(&h, scripts, "reviewer").await;
    reviewer.open(&format!("{}/review", h.base())).await;
    reviewer.shows("Plum tart with almonds").await;
    reviewer.is_accessible_at_all_widths().await;
    reviewer.keep_screenshot("review").await;
    reviewer.press("Countersign").await;
    assert_eq!(h.creates(), 0);
    h.publish().await;

    author.open(&h.base()).await;
    author.press("Published").await;
    author.press("Plum tart with almonds").await;
    author.shows(&h.the_pin().pin_id).await;
    author.is_accessible().await;
    author.keep_screenshot("published").await;
    assert_eq!(h.creates(), 1);

    reviewer.open(&format!("{}/audit", h.base())).await;
    reviewer.is_accessible_at_all_widths().await;
    reviewer.keep_screenshot("audit").await;
    author.stop().await;
    reviewer.stop().await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_javascript() {
    story(Scripts::On).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_javascript() {
    story(Scripts::Off).await;
}
