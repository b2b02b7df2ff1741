//! Pinterest cannot be reached: not one byte has left, so the same approval is tried again, after longer and longer waits.

use std::time::Duration;

use countersign_review_fixtures::Tier;
use countersign_tests::harness::Stage;
use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness, Send};

/// What the page says where nothing was sent.
const NETWORK: &str = "so nothing was sent. If it lasts, an admin looks at the network.";

/// That the send, which failed so many times before, is tried again within `most_s` seconds.
async fn differs(
    h: &Harness,
    stage: &Stage,
    send: &Send,
    why: &str,
    failed: usize,
    most_s: i64,
) -> Vec<String> {
    let once = ["publish.started", "api.request", "api.error", "publish.rescheduled"];
    let told = once.repeat(failed);
    let reads = [NETWORK, "Not taken, to be tried again"];
    let expected = Expected { state: "scheduled", why, creates: 0, pins: 0, told: &told, reads: &reads };
    let became = send.became(h, stage).await;
    let mut wrong = became.differs(&expected);
    if !(0..=most_s).contains(&became.due_in_s) {
        wrong.push(format!("{why}: tried again in {} s, expected at most {most_s}", became.due_in_s));
    }
    wrong
}

#[tokio::test]
async fn no_tls_and_no_listener_are_tried_again_and_nothing_was_sent() {
    let mut h = Harness::builder().tier(Tier::Trial).start().await;
    let stage = h.stage().await;
    let send = h.sign(&stage, "Out of reach").await;
    let mut wrong = Vec::new();

    h.seek_sandbox_at(Some(format!("https://{}/sandbox/v5", h.pinterests_place())));
    h.restart().await;
    h.publish().await;
    wrong.extend(differs(&h, &stage, &send, "tls", 1, 5).await);

    h.seek_sandbox_at(None);
    h.pinterest_goes_away().await;
    h.restart().await;
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    wrong.extend(differs(&h, &stage, &send, "connect", 2, 10).await);
    assert_all(&wrong);

    h.pinterest_comes_back().await;
    h.advance(Duration::from_secs(20));
    h.run_workers().await;
    let became = send.became(&h, &stage).await;
    assert_eq!(
        (became.publication["state"].as_str(), became.creates, became.pins),
        (Some("published"), 1, 1)
    );
    let log = h.log().await;
    assert!(log.of("api.error").iter().all(|event| event.fact("sent") == "none"));
    assert_eq!(log.of("review.approved").len(), 1, "under the same approval");
    h.finish().await;
}
