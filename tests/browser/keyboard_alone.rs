//! From the sign-in to the countersigned Pin without a mouse, with scripts and without.

use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::source::root;
use countersign_tests::{Actor, Harness};
use serde_json::json;

use crate::chrome::{Chrome, Scripts};
use crate::keyboard::Named::{Enter, Escape, Space, Tab};
use crate::keyboard::saying;

const TITLE: &str = "Lemon tart by keyboard";

/// The first stop of every page jumps over the frame, to what is the page's own.
async fn skips_the_frame(browser: &Chrome) {
    browser.hits(Tab).await;
    assert!(browser.is_on(&saying("Skip to content")).await, "the first stop is the way to the content");
    browser.hits(Enter).await;
    browser.hits(Tab).await;
    assert!(browser.is_on("ancestor::main").await, "it leads into the content, on {}", browser.url().await);
}

async fn sign_in(h: &Harness, scripts: Scripts, person: &Actor) -> Chrome {
    let browser = Chrome::start(scripts).await;
    browser.open(&format!("{}/sign-in", h.base())).await;
    browser.tabs_and_types("email", &person.email).await;
    browser.tabs_and_types("password", &person.password).await;
    browser.hits(Enter).await;
    browser.shows(&person.name).await;
    browser
}

async fn compose(author: &Chrome) {
    author.tabs_and_presses("New Pin").await;
    author.shows("Alternative text").await;
    skips_the_frame(author).await;
    // The window in which a file is chosen is the system's own.
    let image = root().join("review-fixtures/data/images/tart.jpg");
    author.find("input[type=file]").await.send_keys(image.display().to_string()).await.unwrap();
    author.tabs_and_types("alt_text", "A lemon tart on a blue table").await;
    author.tabs_and_types("title", TITLE).await;
    author.tabs_and_types("link", "https://halden.example/recipes/lemon-tart").await;
    author.tabs_to("@name='board'").await;
    author.hits(Space).await;
    author.tabs_and_presses("Sign and ask for approval").await;
    author.shows("Waiting for review").await;
}

/// Countersigns what is open: by its key, or without scripts by its button.
async fn countersign(reviewer: &Chrome) {
    match reviewer.has_scripts() {
        true => reviewer.key("a").await,
        false => {
            reviewer.tabs_to("self::button and starts-with(normalize-space(.), 'Countersign')").await;
            reviewer.hits(Enter).await;
        }
    }
    reviewer.shows("Countersigned. ").await;
}

/// What opens on top is closed by Escape: the help on keys, and the menu of a narrow page, which needs no script.
async fn escape_closes(browser: &Chrome) {
    if browser.has_scripts() {
        browser.key("?").await;
        browser.find("#keys[open]").await;
        browser.hits(Escape).await;
        browser.is_gone("#keys[open]").await;
    }
    browser.resize(400, 900).await;
    browser.tabs_and_presses("Menu").await;
    browser.tabs_to(&saying("Settings")).await;
    browser.hits(Escape).await;
    browser.is_gone("#nav:popover-open").await;
    browser.resize(1280, 900).await;
}

async fn waiting(stage: &Stage) {
    let other = json!({"title": "Plum tart that waits", "description": "Twelve plums."});
    let other = stage.author.draft(&stage.connection, RECIPES, other).await;
    stage.author.submit(&other).await;
}

async fn story(scripts: Scripts) {
    let h = Harness::start().await;
    let stage = h.stage().await;
    // What waits longer stands first and is open at first.
    waiting(&stage).await;
    h.advance(std::time::Duration::from_secs(1));
    let author = sign_in(&h, scripts, &stage.author).await;
    compose(&author).await;
    author.stop().await;

    let reviewer = sign_in(&h, scripts, &stage.reviewer).await;
    escape_closes(&reviewer).await;
    reviewer.tabs_and_presses("Review").await;
    reviewer.shows("Checks").await;
    skips_the_frame(&reviewer).await;
    reviewer.open(&format!("{}/review", h.base())).await;
    reviewer.tabs_and_presses(TITLE).await;
    reviewer.has(&format!("//a[@aria-current and normalize-space(.)='{TITLE}']")).await;
    countersign(&reviewer).await;
    let next = reviewer.find("ol[data-list] a.t:focus").await;
    assert_eq!(next.text().await.unwrap(), "Plum tart that waits", "the focus is on the next one");
    assert_eq!(h.log().await.of("review.approved").len(), 1);
    reviewer.stop().await;
    h.publish().await;
    assert_eq!(h.the_pin().title.as_deref(), Some(TITLE));
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
