//! Whether pages and lists stay quick as the years pass: among 1,000 drafts and events and among 1,000,000, beside an
//! answer of the same server that needs neither session nor database.
//!
//! `cargo bench -p countersign-tests --bench pages` starts the optimised server as the journeys do, fills its database,
//! and asks for one page after another over HTTP, each in turn with the baseline; a number behind it is taken for the
//! million. Goals: a page takes at most 1.2 times as long among many as among few; a list of 50 drafts comes at 0.04 times
//! the rate of the baseline, asked for by one and by 16 at once.
//!
//! A page of the audit log is told in the log, so it costs a write.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to tell")]

use std::time::{Duration, Instant};

use countersign_tests::harness::Database;
use countersign_tests::many::Many;
use countersign_tests::measure::{Times, ms};
use countersign_tests::{Actor, Harness};
use tokio::task::JoinSet;

const FEW: u32 = 1_000;
const MANY: u32 = 1_000_000;
/// How often each page is asked for; the first ones, which warm up, are not counted.
const ROUNDS: usize = 100;
const WARM_UP: usize = 10;
/// Answers at once, whatever there is.
const BASELINE: &str = "/healthz";
const FIFTY: &str = "/api/v1/drafts?limit=50";
/// `{drf}`, `{pub}`, `{con}` and `{opr}` are a draft, its publication, its account and its author.
const PAGES: &[&str] = &[
    "/",
    "/?tab=review",
    "/?tab=changes",
    "/?tab=scheduled",
    "/?tab=published",
    "/?tab=published&author={opr}",
    "/?tab=published&q=number501",
    "/?tab=published&q=hundredth",
    "/?tab=published&q=almonds",
    "/?tab=published&q=n",
    "/?tab=review&q=almonds",
    "/queue/tabs",
    "/review",
    "/drafts/{drf}",
    "/api/v1/drafts/{drf}/history",
    "/api/v1/drafts/{drf}/comments",
    FIFTY,
    "/api/v1/drafts?state=in_review",
    "/api/v1/drafts?author={opr}",
    "/api/v1/publications",
    "/api/v1/publications?state=published",
    "/publications/{pub}",
    "/audit",
    "/audit?type=review",
    "/audit?type=review.submitted",
    "/audit?person={opr}",
    "/audit?stream=connection:{con}",
    "/audit?flow={pub}",
    "/audit?flow={drf}",
    "/audit?from=2025-12-02&to=2025-12-02",
    "/operators",
    "/connections",
    "/settings",
    "/account",
    "/api/v1/tokens",
];

#[tokio::main]
async fn main() {
    let many = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(MANY);
    let h = Harness::builder().unobserved().database(Database::AlwaysEmbedded).start().await;
    let stage = h.stage().await;
    let template = h.draft_in_review(&stage).await;
    let reader = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let number = |kind: &str| format!("{kind}_{:032x}", 500);
    let ids = [
        ("{drf}", number("drf")),
        ("{pub}", number("pub")),
        ("{con}", stage.connection.clone()),
        ("{opr}", stage.author.id.clone()),
    ];
    let fill = |page: &&str| ids.iter().fold((*page).to_owned(), |page, (name, id)| page.replace(name, id));
    let pages: Vec<String> = PAGES.iter().map(fill).collect();
    let rows = Many::open(&h.database_url()).await;
    rows.drafts(template.id(), &stage.reviewer.id, 1..=FEW).await;
    rows.events(1..=FEW).await;
    let few = measure(&reader, &pages).await;
    rate(&reader).await;
    rows.drafts(template.id(), &stage.reviewer.id, FEW + 1..=many).await;
    rows.events(FEW + 1..=many).await;
    let all = measure(&reader, &pages).await;
    println!("median of {ROUNDS}; goal for the ratio: 1.2");
    println!("{:<46}{FEW:>10}{many:>10}   ratio   baseline", "drafts and events");
    for ((page, few), (times, baseline)) in PAGES.iter().zip(&few).zip(&all) {
        let (before, after) = (few.0.median(), times.median());
        let ratio = after.as_secs_f64() / before.as_secs_f64();
        let baseline = ms(baseline.median());
        println!("{page:<46}{:>7.2} ms{:>7.2} ms{ratio:>8.2}{baseline:>8.2} ms", ms(before), ms(after));
    }
    rate(&reader).await;
    h.leave().await;
}

/// Asks for each page and the baseline in turn.
async fn measure(reader: &Actor, pages: &[String]) -> Vec<(Times, Times)> {
    let mut all = Vec::new();
    for page in pages {
        let (mut times, mut baselines) = (Times::default(), Times::default());
        for round in 0..WARM_UP + ROUNDS {
            let (of_page, of_baseline) = (ask(reader, page).await, ask(reader, BASELINE).await);
            if round >= WARM_UP {
                times.push(of_page);
                baselines.push(of_baseline);
            }
        }
        all.push((times, baselines));
    }
    all
}

async fn ask(reader: &Actor, path: &str) -> Duration {
    let began = Instant::now();
    let answer = reader.page(path).await;
    let took = began.elapsed();
    answer.is(200);
    took
}

/// Tells how many lists of 50 drafts, and baselines, are answered a second, for one and for 16 who ask.
async fn rate(reader: &Actor) {
    let list = reader.page(FIFTY).await.ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 50);
    for at_once in [1, 16] {
        let list = asked(reader, FIFTY, at_once).await;
        let baseline = asked(reader, BASELINE, at_once).await;
        let ratio = list / baseline;
        println!(
            "50 drafts for {at_once:>2} at once: {list:.0}/s, baseline {baseline:.0}/s, ratio {ratio:.3}; goal 0.04"
        );
    }
}

async fn asked(reader: &Actor, path: &'static str, at_once: usize) -> f64 {
    let each = 640 / at_once;
    let began = Instant::now();
    let mut askers = JoinSet::new();
    for _ in 0..at_once {
        let reader = reader.clone();
        askers.spawn(async move {
            for _ in 0..each {
                reader.page(path).await.is(200);
            }
        });
    }
    askers.join_all().await;
    (each * at_once) as f64 / began.elapsed().as_secs_f64()
}
