//! The pictures in the README: a small team on an ordinary morning. They are made each time and kept beside the test;
//! with `COUNTERSIGN_SCREENSHOTS=1` those that the README shows are replaced.

use std::time::Duration;

use countersign_tests::forms::form_to;
use countersign_tests::harness::{RECIPES, WINTER_TABLE};
use countersign_tests::source::root;
use countersign_tests::{Actor, Draft, Harness};
use reqwest::multipart::{Form as Parts, Part};
use serde_json::json;

use crate::chrome::{Chrome, Scripts};

/// A small team, and the account that it publishes to.
struct Team<'a> {
    h: &'a Harness,
    connection: String,
    mira: Actor,
    tomas: Actor,
    jonas: Actor,
}

/// A Pin as somebody writes it: image, title, text, board, and when it may go out.
type Pin<'a> = (&'a str, &'a str, &'a str, &'a str, Option<&'a str>);

const TART: Pin<'_> = (
    "tart.jpg",
    "Lemon tart with thyme and a brown-butter crust",
    "Short crust, seven lemons, and thyme from the window sill. Serves eight.",
    RECIPES,
    Some("2026-12-04T09:00"),
);
const SOUP: Pin<'_> = (
    "soup.jpg",
    "Roast tomato soup, the slow way",
    "Two hours in the oven, ten minutes on the stove.",
    RECIPES,
    None,
);
const CHAIR: Pin<'_> = (
    "chair.jpg",
    "A reading corner in four square metres",
    "One chair, one lamp, and a shelf that turns the corner.",
    WINTER_TABLE,
    Some("2026-12-05T18:30"),
);
const CUPS: Pin<'_> = (
    "cups.jpg",
    "Four coffees and the cup each one wants",
    "From the espresso to the large one with milk.",
    RECIPES,
    Some("2026-12-07T07:00"),
);
const TILES: Pin<'_> = (
    "tiles.png",
    "Encaustic tiles: what to ask before you buy",
    "Five questions for the showroom.",
    WINTER_TABLE,
    None,
);

impl Team<'_> {
    async fn write(&self, author: &Actor, (image, title, text, board, due): Pin<'_>) -> Draft {
        self.h.advance(Duration::from_secs(7 * 60));
        let page = author.page(&format!("/drafts/new?connection={}", self.connection)).await.is(200).text();
        let slug = title.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-");
        let form = form_to(&page, "/drafts")
            .with("title", title)
            .with("description", text)
            .with("alt_text", title)
            .with("link", &format!("https://halden-kitchen.example/{slug}"))
            .with("publish_local", due.unwrap_or_default())
            .with("publish_zone", "Europe/Berlin")
            .choosing("board", board)
            .choosing("then", "save");
        let bytes = std::fs::read(root().join("review-fixtures/data/images").join(image)).unwrap();
        let file = Part::bytes(bytes).file_name(image.to_owned());
        let parts =
            form.fields.into_iter().fold(Parts::new(), |parts, (name, value)| parts.text(name, value));
        let answer = author.plain_post("/drafts").multipart(parts.part("image", file)).go().await;
        let location = answer.is(303).location();
        author.look(location.trim_start_matches("/drafts/").split(['?', '#']).next().unwrap()).await
    }

    async fn ask(&self, author: &Actor, pin: Pin<'_>) -> Draft {
        author.submit(&self.write(author, pin).await).await
    }

    async fn sign(&self, author: &Actor, pin: Pin<'_>) -> Draft {
        let draft = self.ask(author, pin).await;
        self.jonas.approve(&draft).await
    }
}

/// What there is on an ordinary morning: something in each tab. What waits for review is written last.
async fn furnish(team: &Team<'_>) {
    let (mira, tomas, jonas) = (&team.mira, &team.tomas, &team.jonas);
    team.sign(tomas, SOUP).await;
    team.h.publish().await;
    team.sign(mira, TILES).await;
    team.h.with_fault(json!({
        "operation": "pins/create", "fault": "status", "status": 404, "code": 40, "message": "Board not found.",
    }));
    team.h.publish().await;
    team.sign(mira, CUPS).await;
    team.sign(tomas, CHAIR).await;
    let (image, _, text, board, due) = SOUP;
    let poster = team.ask(tomas, (image, "Twelve soups for grey evenings", text, board, due)).await;
    jonas.request_changes(&poster, "Say which of them freeze well.").await.ok();
    team.write(mira, ("cups.jpg", "The hut weekend: a packing list", "", board, None)).await;
    team.ask(tomas, TILES).await;
    team.ask(tomas, CHAIR).await;
    team.ask(mira, SOUP).await;
    let tart = team.ask(mira, TART).await;
    let note = json!({"note": "The tart is from the shoot in November, so thyme instead of basil."});
    mira.post(&format!("/drafts/{}/comments", tart.id()), note).await.is(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ordinary_morning() {
    let h = Harness::builder().variable("COUNTERSIGN_TIME_ZONE", "Europe/Berlin").start().await;
    let mira = h.person("Mira Okafor", &["author", "admin"]).await;
    let connection = mira.connect("rehearsal", countersign_tests::harness::ACCOUNT).await;
    let tomas = h.person("Tomás Vidal", &["author"]).await;
    let jonas = h.person("Jonas Lindqvist", &["reviewer", "auditor"]).await;
    let team = Team { h: &h, connection, mira, tomas, jonas };
    furnish(&team).await;

    let browser = Chrome::start(Scripts::On).await;
    browser.sign_in(&h.base(), &team.jonas).await;
    let pages = [
        ("/review", TART.1, "review", 1180),
        ("/?tab=review", TART.1, "queue", 900),
        ("/audit", "Audit", "audit", 900),
    ];
    for (path, words, name, height) in pages {
        browser.resize(1280, height).await;
        browser.open(&format!("{}{path}", h.base())).await;
        browser.shows(words).await;
        browser.keep_screenshot(name).await;
    }
    browser.open(&format!("{}/?tab=published", h.base())).await;
    browser.follow(SOUP.1).await;
    browser.find("a[href*='/pin/']").await;
    browser.keep_screenshot("draft").await;
    browser.stop().await;
    h.finish().await;
}
