//! Somebody sets the machine's clock, or it jumps by itself: nothing is sent early or twice, nobody stays signed in for
//! longer, and the log says so where time ran backwards.

use std::time::Duration;

use countersign_api::timing::Timing;
use countersign_tests::harness::RECIPES;
use countersign_tests::{Draft, Harness, harness::Stage};
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// An approved draft that is due at 09:00 UTC, an hour after the harness' clock began.
async fn due_at_nine(stage: &Stage) -> Draft {
    let time = json!({"publish_at": {"local": "2026-12-01T09:00", "zone": "UTC"}});
    let draft = stage.author.draft(&stage.connection, RECIPES, time).await;
    let draft = stage.author.submit(&draft).await;
    stage.reviewer.approve(&draft).await
}

/// Workers that work by themselves and are patient: here seconds pass more quickly than a busy machine works.
async fn at_work() -> Harness {
    let patient = |timing: &mut Timing| {
        timing.audit.intent_write = HOUR;
        timing.publishing.lease_ttl = HOUR;
    };
    Harness::builder().working().timing(patient).start().await
}

/// Lets the workers work by themselves for a while, a second at a time, as long as nothing was sent.
async fn work_for(h: &Harness, seconds: u32) -> u32 {
    let mut tick = tokio::time::interval(Duration::from_millis(25));
    for passed in 0..seconds {
        if h.creates() > 0 {
            return passed;
        }
        h.advance(SECOND);
        // Everybody has their turn before the next second.
        tick.tick().await;
    }
    seconds
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_and_is_put_right_sends_nothing_early() {
    let h = at_work().await;
    let stage = h.stage().await;
    let draft = due_at_nine(&stage).await;
    work_for(&h, 3).await;

    h.set_clock(|now| now.plus(HOUR + HOUR / 2));
    assert_eq!(work_for(&h, 40).await, 40, "it is due by a clock that nobody can trust");
    h.set_clock(|now| now.minus(HOUR + HOUR / 2));
    assert_eq!(work_for(&h, 90).await, 90, "it is not due");
    assert_eq!(stage.author.look(draft.id()).await.state(), "approved");

    h.advance(HOUR);
    assert!(work_for(&h, 300).await < 300, "it is due");
    ends_with_one_pin(h, &stage, &draft).await;
}

#[tokio::test]
async fn a_clock_that_was_slow_and_is_put_right_sends_after_a_minute() {
    let h = at_work().await;
    let stage = h.stage().await;
    let draft = due_at_nine(&stage).await;
    work_for(&h, 3).await;
    h.set_clock(|now| now.plus(HOUR + HOUR / 2));
    let waited = work_for(&h, 300).await;
    assert!((55..300).contains(&waited), "a minute of doubt, then it goes: {waited} s");
    ends_with_one_pin(h, &stage, &draft).await;
}

#[tokio::test]
async fn a_clock_that_jumps_back_sends_nothing_twice() {
    let h = at_work().await;
    let stage = h.stage().await;
    let draft = due_at_nine(&stage).await;
    h.advance(HOUR);
    assert!(work_for(&h, 300).await < 300, "it is due");
    stage.author.sign_in().await.is(201);
    let publication = settled(&h, &stage, &draft).await;
    assert_eq!(publication["state"], "published", "{publication}");

    h.set_clock(|now| now.minus(2 * HOUR));
    h.reviewer_again().await;
    for _ in 0..3 {
        h.advance(HOUR);
        work_for_while_sent(&h).await;
    }
    assert_eq!(h.creates(), 1);
    let log = h.log().await;
    assert_eq!(log.of("system.clock_stepped").len(), 1, "{:?}", log.kinds());
    stage.author.sign_in().await.is(201);
    ends_with_one_pin(h, &stage, &draft).await;
}

async fn work_for_while_sent(h: &Harness) {
    let mut tick = tokio::time::interval(Duration::from_millis(25));
    for _ in 0..5 {
        h.advance(SECOND);
        tick.tick().await;
    }
}

/// The draft's publication once it is over.
async fn settled(h: &Harness, stage: &Stage, draft: &Draft) -> serde_json::Value {
    for _ in 0..200 {
        let publication = stage.author.publication(&draft.publication()).await;
        if publication["state"] != "sending" && publication["state"] != "claimed" {
            return publication;
        }
        h.until(|_| true).await;
    }
    panic!("it never settles")
}

async fn ends_with_one_pin(mut h: Harness, stage: &Stage, draft: &Draft) {
    // What is in flight is finished.
    h.restart().await;
    stage.author.sign_in().await.is(201);
    let publication = settled(&h, stage, draft).await;
    assert_eq!(publication["state"], "published", "{publication}");
    h.the_pin();
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_clock_that_jumps_back_keeps_nobody_signed_in() {
    let h = Harness::start().await;
    let reviewer = h.reviewer().await;
    h.advance(2 * HOUR);
    reviewer.get("/me").await.is(401);
    reviewer.sign_in().await.is(201);
    h.set_clock(|now| now.minus(20 * SECOND));
    reviewer.get("/me").await.is(200);
    h.set_clock(|now| now.minus(48 * HOUR));
    for _ in 0..4 {
        reviewer.get("/me").await.is(401);
        reviewer.page("/").await.is(303);
        h.advance(11 * HOUR);
    }
    reviewer.sign_in().await.is(201);
    reviewer.get("/me").await.is(200);
    h.finish().await;
}
