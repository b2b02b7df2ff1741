//! A time in a zone means "not before": it is kept, bound by the approval, and honoured.

use std::time::Duration;

use countersign_tests::Harness;
use countersign_tests::harness::RECIPES;
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn nothing_leaves_before_the_time_and_one_pin_after_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    // It is 08:00 UTC on 1 December, 09:00 in Berlin.
    let time = json!({"publish_at": {"local": "2026-12-01T12:00", "zone": "Europe/Berlin"}});
    let draft = stage.author.draft(&stage.connection, RECIPES, time).await;
    assert_eq!(draft.json["publish_at"]["local"], "2026-12-01T12:00");
    assert_eq!(draft.json["publish_at"]["zone"], "Europe/Berlin");
    let draft = stage.author.submit(&draft).await;
    let approved = stage.reviewer.approve(&draft).await;
    assert!(approved.json["publication"]["due_at"].as_str().unwrap().starts_with("2026-12-01T11:00"));
    assert_eq!(stage.author.all("/drafts?tab=scheduled").await.len(), 1);

    h.advance(3 * HOUR - Duration::from_secs(1));
    h.run_workers().await;
    assert_eq!(h.creates(), 0);
    h.advance(Duration::from_secs(1));
    h.run_workers().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn a_time_that_has_passed_means_once_approved() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let time = json!({"publish_at": {"local": "2026-12-01T08:05", "zone": "UTC"}});
    let draft = stage.author.draft(&stage.connection, RECIPES, time).await;
    let draft = stage.author.submit(&draft).await;
    h.advance(Duration::from_secs(600));
    stage.reviewer.approve(&draft).await;
    h.run_workers().await;
    assert_eq!(h.creates(), 0, "the undo window counts from the approval");
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn a_zone_that_does_not_exist_and_a_time_that_does_not_are_refused() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    for publish_at in [
        json!({"local": "2026-12-01T12:00", "zone": "Europe/Atlantis"}),
        json!({"local": "tomorrow", "zone": "UTC"}),
        json!({"local": "2026-13-01T12:00", "zone": "UTC"}),
        json!({"local": "2027-03-28T02:30", "zone": "Europe/Berlin"}),
    ] {
        let fields = json!({"connection_id": stage.connection, "publish_at": publish_at});
        let problem = stage.author.create_draft(fields).await.problem(422);
        assert!(problem.to_string().contains("publish_at"), "{problem}");
    }
    assert!(stage.author.all("/drafts").await.is_empty());
    h.finish().await;
}
