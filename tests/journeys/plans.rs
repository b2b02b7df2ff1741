//! Every list that can be asked for, so that the promises at the end look at how the database finds each.

use std::time::Duration;

use countersign_tests::harness::Database;
use countersign_tests::plans::{ALLOWED, Planner};
use countersign_tests::{Harness, Ids};

/// Lists and their filters, in pages and in the API; `{con}`, `{opr}`, `{drf}` and `{pub}` are things that are there.
const LISTS: &[&str] = &[
    "/",
    "/?tab=drafts&connection={con}",
    "/?tab=published&author={opr}",
    "/?tab=scheduled&from=2026-12-01&to=2026-12-31",
    "/?tab=published&q=plum",
    "/?tab=review&q=plum+tart",
    "/?tab=scheduled&q=plum",
    "/queue/tabs",
    "/review",
    "/audit",
    "/audit?type=review",
    "/audit?type=review.approved",
    "/audit?person={opr}",
    "/audit?stream=connection:{con}",
    "/audit?flow={pub}",
    "/audit?flow={drf}",
    "/audit?from=2026-12-01&to=2026-12-01",
    "/audit?type=review&from=2026-12-01",
    "/audit?stream=connection:{con}&type=api&person={opr}",
    "/api/v1/drafts",
    "/api/v1/drafts?state=in_review",
    "/api/v1/drafts?connection={con}",
    "/api/v1/drafts?author={opr}",
    "/api/v1/drafts?board=482190317265540201",
    "/api/v1/drafts?q=plum",
    "/api/v1/drafts?tab=published&q=tart&author={opr}",
    "/api/v1/publications",
    "/api/v1/publications?state=published",
];

/// What stands in each tab, and the page after the first.
async fn leaf(h: &Harness, ids: [(&str, String); 4]) {
    let reader = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let fill = |path: &str| ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
    for path in LISTS {
        reader.page(&fill(path)).await.is(200);
    }
    for list in LISTS.iter().filter(|path| path.starts_with("/api/")) {
        let join = if list.contains('?') { '&' } else { '?' };
        let first = reader.page(&format!("{}{join}limit=1", fill(list))).await.ok();
        if let Some(next) = first["next"].as_str() {
            reader.page(&format!("{}{join}limit=1&cursor={next}", fill(list))).await.is(200);
        }
    }
}

#[tokio::test]
async fn every_list_is_found_by_an_index() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let published = h.approved_draft(&stage).await;
    h.publish().await;
    Ids::of_things(&h, &stage).await;
    let ids = [
        ("{con}", stage.connection.clone()),
        ("{opr}", stage.author.id.clone()),
        ("{drf}", published.id().to_owned()),
        ("{pub}", published.publication()),
    ];
    leaf(&h, ids).await;
    // What waits too long lapses, and whose signature it was may be asked to leave.
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    h.finish().await;
}

#[tokio::test]
async fn a_list_that_lost_its_index_is_found_out() {
    let h = Harness::builder().database(Database::AlwaysEmbedded).start().await;
    let stage = h.stage().await;
    h.draft_in_review(&stage).await;
    stage.author.page("/?tab=published").await.is(200);
    let asked = h.statements().all();
    let of_tab = |shape: &&String| shape.contains("WHERE draft.tab = ? ORDER BY draft.updated_at DESC");
    let shape = asked.keys().find(of_tab).unwrap();
    let planner = Planner::open(&h.database_url()).await;
    assert_eq!(planner.faults(shape, &asked[shape]).await, []);
    let intruder = h.intruder().await;
    intruder.run("DROP INDEX draft_tab_updated").await;
    // A plan that was made is not made again because somebody else changed the schema.
    let planner = Planner::open(&h.database_url()).await;
    assert_ne!(planner.faults(shape, &asked[shape]).await, []);
    intruder.run("CREATE INDEX draft_tab_updated ON draft (tab, updated_at DESC, id DESC)").await;
    h.finish().await;
}

#[test]
fn what_is_allowed_says_why() {
    for allowed in ALLOWED {
        assert!(matches!(allowed.may, "sorts" | "walks") && allowed.why.len() > 10, "{}", allowed.holds);
    }
}
