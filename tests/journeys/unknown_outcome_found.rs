//! The answer to a send is lost although Pinterest made the Pin: it is found on the board, and never sent twice.

use std::time::Duration;

use countersign_tests::Harness;
use serde_json::json;

#[tokio::test]
async fn a_pin_that_is_listed_late_is_found_late() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "hide", "times": 3},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    for seconds in [5, 30, 120, 600] {
        h.advance(Duration::from_secs(seconds));
        h.run_workers().await;
    }
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "published", "{publication}");
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn one_with_the_same_words_waits_while_the_outcome_is_unknown() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let first = h.approved_draft(&stage).await;
    let twin = h.approved_draft(&stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "hide", "times": 2},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    h.advance(Duration::from_secs(20));
    h.run_workers().await;
    assert_eq!(h.creates(), 1, "the twin waits");
    for seconds in [30, 120, 600] {
        h.advance(Duration::from_secs(seconds));
        h.run_workers().await;
    }
    for draft in [&first, &twin] {
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "published", "{publication}");
    }
    assert_eq!(h.creates(), 2);
    assert_eq!(h.ledger().pins.len(), 2);
    h.finish().await;
}
