//! The answer to a send is lost and no Pin is ever seen: a person decides, nothing is posted again by itself.

use std::time::Duration;

use countersign_tests::Harness;
use serde_json::{Value, json};

fn faults() -> Vec<Value> {
    vec![
        json!({"operation": "pins/create", "when": "before", "fault": "timeout"}),
        json!({"operation": "pins/create", "when": "before", "fault": "reset"}),
        json!({"operation": "pins/create", "when": "before", "fault": "status", "status": 503}),
        json!({"operation": "pins/create", "when": "before", "fault": "status", "status": 408}),
        json!({"operation": "pins/create", "when": "before", "fault": "html", "status": 200}),
    ]
}

#[tokio::test]
async fn after_the_last_look_a_person_decides() {
    for fault in faults() {
        let h = Harness::builder().impatient(3_000).start().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        h.with_fault(fault.clone());
        h.publish().await;
        let id = draft.publication();
        assert_eq!(stage.author.publication(&id).await["state"], "unknown", "{fault}");
        for minutes in [1, 2, 10, 30, 60, 60, 60] {
            h.advance(Duration::from_secs(minutes * 60));
            h.run_workers().await;
        }
        stage.author.sign_in().await.is(201);
        let publication = stage.author.publication(&id).await;
        assert_eq!(publication["state"], "needs_decision", "{fault}: {publication}");
        assert_eq!(h.creates(), 1, "{fault}: never an automatic second post");
        assert!(h.ledger().pins.is_empty(), "{fault}");
        let log = h.log().await;
        assert!(log.has("api.reconciled", "not_seen"), "{fault}");
        assert_eq!(log.of("publish.needs_decision").len(), 1, "{fault}");
        h.finish().await;
    }
}

#[tokio::test]
async fn what_is_proven_not_accepted_is_sent_again_under_the_same_approval() {
    let faults = [
        json!({"operation": "pins/create", "fault": "status", "status": 429, "code": 8, "message": "Rate limit",
               "headers": {"X-RateLimit-Reset": "30"}}),
        json!({"operation": "pins/create", "fault": "status", "status": 401, "code": 2, "message": "Authentication"}),
    ];
    for fault in faults {
        let h = Harness::start().await;
        let stage = h.stage().await;
        h.approved_draft(&stage).await;
        h.with_fault(fault.clone());
        h.publish().await;
        assert!(h.creates() <= 2);
        for _ in 0..4 {
            h.advance(Duration::from_secs(31));
            h.run_workers().await;
        }
        h.the_pin();
        assert_eq!(h.creates(), 2, "{fault}");
        assert_eq!(h.log().await.of("review.approved").len(), 1);
        h.finish().await;
    }
}

#[tokio::test]
async fn a_refusal_ends_the_publication_and_the_draft_is_open_again() {
    let faults = [
        (400, 1, "Invalid request"),
        (403, 29, "You are not permitted to access that resource."),
        (404, 40, "Board not found."),
        (422, 0, "Unprocessable"),
        (413, 0, "Too large"),
    ];
    for (status, code, message) in faults {
        let h = Harness::start().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        let fault = json!({"operation": "pins/create", "fault": "status", "status": status, "code": code,
                           "message": message});
        h.with_fault(fault);
        h.publish().await;
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "refused", "{status}: {publication}");
        let after = stage.author.look(draft.id()).await;
        assert_eq!(after.state(), "draft", "{status}");
        assert_ne!(after.digest(), draft.digest(), "{status}");
        h.advance(Duration::from_secs(3600));
        h.run_workers().await;
        assert_eq!(h.creates(), 1, "{status}");
        h.finish().await;
    }
}

#[tokio::test]
async fn pinterest_being_away_before_a_byte_left_is_no_attempt_that_counts() {
    let mut h = Harness::builder().tier(countersign_review_fixtures::Tier::Trial).start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.pinterest_goes_away().await;
    h.publish().await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert!(matches!(publication["state"].as_str(), Some("scheduled" | "held")), "{publication}");
    h.pinterest_comes_back().await;
    for _ in 0..6 {
        h.advance(Duration::from_secs(10 * 60));
        h.run_workers().await;
    }
    h.the_pin();
    h.finish().await;
}
