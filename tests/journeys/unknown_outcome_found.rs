//! The answer to a send is lost although Pinterest made the Pin: it is found on the board, and never sent twice.

use std::time::Duration;

use countersign_tests::Harness;
use serde_json::{Value, json};

/// Patience with silence, in real milliseconds: what keeps silent is given up quickly, what answers has time enough.
const PATIENCE: u64 = 3_000;

fn faults() -> Vec<Value> {
    vec![
        json!({"operation": "pins/create", "when": "after", "fault": "timeout"}),
        json!({"operation": "pins/create", "when": "after", "fault": "reset"}),
        json!({"operation": "pins/create", "when": "after", "fault": "cut_body"}),
        json!({"operation": "pins/create", "when": "after", "fault": "html", "status": 200}),
        json!({"operation": "pins/create", "when": "after", "fault": "status", "status": 500}),
        json!({"operation": "pins/create", "when": "after", "fault": "status", "status": 409}),
        json!({"operation": "pins/create", "when": "after", "fault": "status", "status": 301,
               "headers": {"location": "https://elsewhere.example/"}}),
    ]
}

#[tokio::test]
async fn the_pin_is_found_on_the_board() {
    for fault in faults() {
        let h = Harness::builder().impatient(PATIENCE).start().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        h.with_fault(fault.clone());
        h.publish().await;
        let id = draft.publication();
        assert_eq!(stage.author.publication(&id).await["state"], "unknown", "{fault}");
        assert_eq!(h.creates(), 1, "{fault}");

        h.advance(Duration::from_secs(5));
        h.run_workers().await;
        let publication = stage.author.publication(&id).await;
        assert_eq!(publication["state"], "published", "{fault}: {publication}");
        assert_eq!(publication["pin_id"], h.the_pin().pin_id.as_str(), "{fault}");
        assert_eq!(stage.author.look(draft.id()).await.state(), "published", "{fault}");
        assert_eq!(h.creates(), 1, "{fault}");
        let log = h.log().await;
        assert_eq!(log.of("publish.unknown").len(), 1, "{fault}");
        assert_eq!(log.of("publish.succeeded").len(), 1, "{fault}");
        let looked = log.the("api.reconciled");
        assert_eq!((looked.fact("result"), looked.fact("by")), ("found", "board"), "{fault}");
        h.finish().await;
    }
}

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
