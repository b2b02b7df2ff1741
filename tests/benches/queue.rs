//! Whether the queue stays quick as drafts pile up: its pages at 1,000 and at 100,000 drafts, beside an answer of the
//! same server that needs neither session nor database.
//!
//! `cargo bench -p countersign-tests --bench queue` starts the optimised server as the journeys do, fills its database,
//! and asks one page after another over HTTP, each in turn with the baseline. Goal: a page takes at most 1.2 times as
//! long among 100,000 drafts as among 1,000.
#![expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::time::{Duration, Instant};

use countersign_tests::database::Intruder;
use countersign_tests::harness::Database;
use countersign_tests::{Actor, Draft, Harness};

const FEW: u32 = 1_000;
const MANY: u32 = 100_000;
/// How often each page is asked for; the first ones, which warm up, are not counted.
const ROUNDS: usize = 200;
const WARM_UP: usize = 20;
/// Answers at once, whatever there is.
const BASELINE: &str = "/healthz";
/// The last two look for a word that a dozen drafts have at most, and for one that all have.
const PAGES: &[&str] = &[
    "/",
    "/?tab=review",
    "/?tab=scheduled",
    "/?tab=published",
    "/queue/tabs",
    "/?tab=published&q=number1000",
    "/?tab=published&q=almonds",
];

#[tokio::main]
async fn main() {
    let h = Harness::builder().database(Database::AlwaysEmbedded).start().await;
    let stage = h.stage().await;
    let (template, intruder) = (h.draft_in_review(&stage).await, h.intruder().await);
    fill(&intruder, &template, &stage.reviewer, 1..=FEW).await;
    let few = measure(&stage.author).await;
    fill(&intruder, &template, &stage.reviewer, FEW + 1..=MANY).await;
    let many = measure(&stage.author).await;
    println!("median of {ROUNDS}; goal for the ratio: 1.2");
    println!("{:<28}{FEW:>10}{MANY:>10}   ratio   baseline", "drafts");
    for (page, (few, many)) in PAGES.iter().zip(few.iter().zip(&many)) {
        let (ratio, baseline) = (many.page.as_secs_f64() / few.page.as_secs_f64(), ms(many.baseline));
        println!("{page:<28}{:>7.2} ms{:>7.2} ms{ratio:>8.2}{baseline:>8.2} ms", ms(few.page), ms(many.page));
    }
    h.leave().await;
}

/// What one page takes, and the baseline in the same run.
struct Measured {
    page: Duration,
    baseline: Duration,
}

async fn measure(reader: &Actor) -> Vec<Measured> {
    let mut all = Vec::new();
    for page in PAGES {
        let (mut pages, mut baselines) = (Vec::new(), Vec::new());
        for round in 0..WARM_UP + ROUNDS {
            let (page, baseline) = (ask(reader, page).await, ask(reader, BASELINE).await);
            if round >= WARM_UP {
                pages.push(page);
                baselines.push(baseline);
            }
        }
        all.push(Measured { page: median(pages), baseline: median(baselines) });
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

/// Copies the template once for each number, with revision, author and words, among them one of its own. Of ten copies five are published, two are
/// drafts, and one each waits for review, has changes requested, and is scheduled a year ahead; those that need one have
/// an approval and a publication. Each was changed a second after the one before.
async fn fill(
    intruder: &Intruder,
    template: &Draft,
    reviewer: &Actor,
    numbers: std::ops::RangeInclusive<u32>,
) {
    let (first, last) = (numbers.start(), numbers.end());
    let numbers = format!(
        "WITH RECURSIVE numbers(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM numbers WHERE i < {last})"
    );
    let (template, reviewer) = (template.id(), &reviewer.id);
    let signed = "i % 10 IN (0, 1, 2, 3, 4, 9)";
    let year = 365_i64 * 86_400 * 1_000_000;
    let statements = [
        format!(
            "{numbers} INSERT INTO draft (id, connection_id, environment, state, tab, revision, digest, version, \
             author_id, origin, title, board_id, link_host, asset_id, due_at, publication_id, created_at, updated_at) \
             SELECT printf('drf_%032x', i), connection_id, environment, \
             CASE WHEN i % 10 < 5 THEN 'published' WHEN i % 10 < 7 THEN 'draft' WHEN i % 10 = 7 THEN 'in_review' \
             WHEN i % 10 = 8 THEN 'changes_requested' ELSE 'approved' END, \
             CASE WHEN i % 10 < 5 THEN 'published' WHEN i % 10 < 7 THEN 'drafts' WHEN i % 10 = 7 THEN 'review' \
             WHEN i % 10 = 8 THEN 'changes' ELSE 'scheduled' END, \
             revision, digest, version, author_id, origin, title || ', ' || i, board_id, link_host, asset_id, \
             CASE WHEN i % 10 = 9 THEN created_at + {year} + i * 1000000 END, \
             CASE WHEN {signed} THEN printf('pub_%032x', i) END, \
             created_at, updated_at + i * 1000000 FROM draft, numbers WHERE id = '{template}'"
        ),
        format!(
            "{numbers} INSERT INTO draft_revision (draft_id, revision, salt, digest, content, asset_id, author_id, \
             fields, created_at) SELECT printf('drf_%032x', i), revision, salt, digest, content, asset_id, author_id, \
             fields, created_at FROM draft_revision, numbers WHERE draft_id = '{template}'"
        ),
        format!(
            "{numbers} INSERT INTO draft_author (draft_id, operator_id) SELECT printf('drf_%032x', i), operator_id \
             FROM draft_author, numbers WHERE draft_id = '{template}'"
        ),
        format!(
            "{numbers} INSERT INTO draft_word (word, draft_id) SELECT word, printf('drf_%032x', i) \
             FROM draft_word, numbers WHERE draft_id = '{template}'"
        ),
        format!(
            "{numbers} INSERT INTO draft_word (word, draft_id) SELECT 'number' || i, printf('drf_%032x', i) \
             FROM numbers"
        ),
        format!(
            "{numbers} INSERT INTO approval (id, draft_id, revision, digest, reviewer_id, rule, is_own_draft, \
             decided_at, lapses_at, event_id, mac, mac_key_id) SELECT printf('apr_%032x', i), \
             printf('drf_%032x', i), revision, digest, '{reviewer}', 'second_person', 0, created_at, \
             created_at + 2 * {year}, printf('evt_%032x', i), zeroblob(32), 'key_0' \
             FROM draft, numbers WHERE id = '{template}' AND {signed}"
        ),
        format!(
            "{numbers} INSERT INTO publication (id, approval_id, approved_by, draft_id, connection_id, environment, \
             state, due_at, lapses_at, fingerprint, board_id, attempts, looks, pin_id, published_at, ended_at, \
             created_at, updated_at) SELECT printf('pub_%032x', i), printf('apr_%032x', i), '{reviewer}', \
             printf('drf_%032x', i), connection_id, environment, \
             CASE WHEN i % 10 = 9 THEN 'scheduled' ELSE 'published' END, created_at + {year} + i * 1000000, \
             created_at + 2 * {year}, 'f', board_id, i % 10 <> 9, 0, \
             CASE WHEN i % 10 <> 9 THEN '' || (482190000000000000 + i) END, \
             CASE WHEN i % 10 <> 9 THEN created_at END, CASE WHEN i % 10 <> 9 THEN created_at END, created_at, \
             updated_at + i * 1000000 FROM draft, numbers WHERE id = '{template}' AND {signed}"
        ),
    ];
    for statement in statements {
        assert!(intruder.run(&statement).await > 0);
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
