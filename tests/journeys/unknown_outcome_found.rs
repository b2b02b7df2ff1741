//! The answer to a send is lost although Pinterest made the Pin: it is found on the board, and never sent twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_api::timing::Timing;
use countersign_tests::Harness;
use countersign_tests::harness::WINTER_TABLE;
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

/// Lets time pass, a second at once, until `is_so`; workers work by themselves meanwhile.
async fn pass_until(h: &Harness, is_so: impl Fn() -> bool) {
    let mut tick = tokio::time::interval(Duration::from_millis(25));
    for _ in 0..400 {
        if is_so() {
            return;
        }
        h.advance(Duration::from_secs(1));
        tick.tick().await;
    }
    panic!("it never came to that");
}

/// A board that takes long to list keeps neither kept results nor leases nor other accounts' Pins waiting.
#[tokio::test]
async fn a_look_that_takes_long_holds_up_nothing_else() {
    let patient = |timing: &mut Timing| {
        timing.audit.intent_write = Duration::from_secs(3600);
        timing.publishing.lease_ttl = Duration::from_secs(3600);
    };
    let h = Harness::builder().working().timing(patient).start().await;
    let (stage, admin) = (h.stage().await, h.admin().await);
    let (looks, go_on) = (Arc::new(AtomicBool::new(false)), Arc::new(tokio::sync::Notify::new()));
    let (looking, waiting) = (Arc::clone(&looks), Arc::clone(&go_on));
    h.hooks().install(move |point| {
        let is_it = point == Point::ReconcileBeforeCall && !looking.swap(true, Ordering::SeqCst);
        let waiting = Arc::clone(&waiting);
        async move {
            if is_it {
                waiting.notified().await;
            }
            Ok(())
        }
    });
    h.with_fault(json!({"operation": "pins/create", "when": "after", "fault": "reset"}));
    let lost = h.approved_draft(&stage).await;
    pass_until(&h, || looks.load(Ordering::SeqCst)).await;

    // What a pause has held is let go by the worker that looks after everything else.
    stage.reviewer.post_empty("/publishing/pause").await.ok();
    let other = stage.author.draft(&stage.connection, WINTER_TABLE, json!({"title": "Something else"})).await;
    let other = stage.reviewer.approve(&stage.author.submit(&other).await).await;
    let intruder = h.intruder().await;
    let held = "SELECT count(*) FROM publication WHERE state = 'held'";
    let mut tick = tokio::time::interval(Duration::from_millis(25));
    while intruder.number(held).await == 0 {
        h.advance(Duration::from_secs(1));
        tick.tick().await;
    }
    admin.post_empty("/publishing/resume").await.ok();
    pass_until(&h, || h.creates() == 2).await;

    go_on.notify_one();
    let mut h = h;
    h.restart().await;
    assert_eq!(stage.author.publication(&other.publication()).await["state"], "published");
    let found = async || stage.author.publication(&lost.publication()).await["state"] == "published";
    while !found().await {
        h.advance(Duration::from_secs(1));
        tick.tick().await;
    }
    assert_eq!((h.creates(), h.ledger().pins.len()), (2, 2));
    h.finish().await;
}
