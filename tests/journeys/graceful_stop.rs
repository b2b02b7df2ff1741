//! A stop finishes what is in flight, and nothing is claimed any more.

use countersign_tests::Harness;
use serde_json::json;

#[tokio::test]
async fn a_slow_send_is_finished_and_settled() {
    let mut h = Harness::builder().working().start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!({"operation": "pins/create", "when": "after", "fault": "slow", "delay_ms": 1500}));
    h.advance(std::time::Duration::from_secs(10));
    h.until(|h| h.creates() == 1).await;
    h.stop().await;

    h.start_again().await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "published", "{publication}");
    h.the_pin();
    assert_eq!(h.creates(), 1);
    let log = h.log().await;
    assert_eq!(log.of("system.stopped").len(), 1);
    assert_eq!(log.of("system.started").len(), 2);
    h.finish().await;
}

#[tokio::test]
async fn sessions_and_work_outlast_a_restart() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    h.restart().await;
    stage.reviewer.approve(&stage.reviewer.look(draft.id()).await).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
