//! The main job as two people do it in their browsers.

use countersign_tests::harness::{ACCOUNT, RECIPES, WINTER_TABLE};
use countersign_tests::source::root;
use countersign_tests::{Actor, Harness};

use serde_json::json;

use crate::chrome::{Chrome, Scripts};

/// Signs in by the link that was printed for `role`.
async fn sign_in(h: &Harness, scripts: Scripts, role: &str) -> Chrome {
    let browser = Chrome::start(scripts).await;
    browser.open(&h.printed_link(role)).await;
    browser.is_accessible().await;
    let name = if role == "author" { "Ada" } else { "Rowan" };
    browser.press(&format!("Sign in as {name}")).await;
    browser.shows("Set a password").await;
    browser.is_accessible().await;
    browser
}

async fn connect(author: &Chrome, h: &Harness) {
    author.open(&format!("{}/connections", h.base())).await;
    author.is_accessible_at_all_widths().await;
    author.fill("expected_username", ACCOUNT).await;
    author.press("Connect").await;
    author.press("Approve").await;
    author.shows(ACCOUNT).await;
    author.is_accessible().await;
    author.open(&format!("{}/connections", h.base())).await;
    author.shows(ACCOUNT).await;
    author.is_accessible_at_all_widths().await;
}

async fn compose(author: &Chrome, h: &Harness, picture: &std::path::Path) {
    author.open(&h.base()).await;
    author.follow("New Pin").await;
    author.find("input[type=file]").await.send_keys(picture.display().to_string()).await.unwrap();
    author.fill("title", "Plum tart with almonds").await;
    author.fill("description", "Short crust, twelve plums, an hour of patience.").await;
    author.fill("alt_text", "A round tart on a blue table").await;
    author.fill("link", "https://halden.example/recipes/plum-tart").await;
    author.find(&format!("input[name=board][value='{RECIPES}']")).await.click().await.unwrap();
    author.is_accessible_at_all_widths().await;
}

/// Other people's drafts, so that the pages have something to show.
async fn furnish(mira: &Actor) {
    let connection = mira.get("/connections").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    let drafts = [
        ("soup.jpg", "Root vegetable soup", WINTER_TABLE),
        ("cups.jpg", "Six cups, one glaze", WINTER_TABLE),
        ("chair.jpg", "The chair by the window", RECIPES),
    ];
    for (number, (image, title, board)) in drafts.into_iter().enumerate() {
        let bytes = std::fs::read(root().join("review-fixtures/data/images").join(image)).unwrap();
        let asset = mira.upload(bytes, "image/jpeg", image).await.is(201).json();
        let link = format!("https://halden.example/journal/{number}");
        let words = json!({
            "title": title, "asset_id": asset["id"], "link": link, "alt_text": title,
            "description": "From the winter issue.",
        });
        let draft = mira.draft(&connection, board, words).await;
        mira.submit(&draft).await;
    }
}

async fn story(scripts: Scripts) {
    let mut h = Harness::start().await;
    // Somebody else works here, too. Making her used a printed link up; the next start prints fresh ones.
    let mira = h.person("Mira Holm", &["author"]).await;
    h.restart().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("plum-tart.jpg");
    std::fs::copy(root().join("review-fixtures/data/images/tart.jpg"), &picture).unwrap();

    let author = sign_in(&h, scripts, "author").await;
    connect(&author, &h).await;
    compose(&author, &h, &picture).await;
    author.press("Sign and ask for approval").await;
    author.shows("Waiting for review").await;
    author.is_accessible().await;
    furnish(&mira).await;
    author.open(&h.base()).await;
    author.is_accessible_at_all_widths().await;
    author.follow("Waiting for review").await;
    author.shows("Root vegetable soup").await;
    author.is_accessible_at_all_widths().await;

    let reviewer = sign_in(&h, scripts, "reviewer").await;
    reviewer.open(&format!("{}/review", h.base())).await;
    reviewer.follow("Plum tart with almonds").await;
    reviewer.is_accessible_at_all_widths().await;
    reviewer.press("Countersign").await;
    reviewer.shows("Countersigned. ").await;
    assert_eq!(h.creates(), 0);
    h.publish().await;

    author.open(&h.base()).await;
    author.follow("Published").await;
    author.follow("Plum tart with almonds").await;
    author.find(&format!("a[href*='/pin/{}']", h.the_pin().pin_id)).await;
    author.is_accessible().await;
    assert_eq!(h.creates(), 1);

    reviewer.open(&format!("{}/audit", h.base())).await;
    reviewer.is_accessible_at_all_widths().await;
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
