//! The process dies at every gap between two durable steps; after a restart there is one Pin, or a person is asked.

use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::Harness;
use countersign_tests::harness::Stage;

/// Stops the process at `point`, starts again, and lets all looks at the board pass.
async fn die_at(h: &mut Harness, stage: &Stage, point: Point) {
    h.hooks().crash_at(point);
    h.advance(Duration::from_secs(10));
    let died = h.try_workers().await;
    assert!(died.is_err(), "{point:?} is never reached");
    h.kill().await;
    h.hooks().clear();
    h.start_again().await;
    for minutes in [1, 1, 2, 10, 30, 60, 60, 60] {
        h.advance(Duration::from_secs(minutes * 60));
        h.run_workers().await;
    }
    stage.author.sign_in().await.is(201);
}

#[tokio::test]
async fn before_anything_left_it_is_sent_once_later() {
    for point in [Point::ClaimBeforeCommit, Point::ClaimAfterCommit, Point::RedeemBeforeCommit] {
        let mut h = Harness::start().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        die_at(&mut h, &stage, point).await;
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "published", "{point:?}: {publication}");
        h.the_pin();
        assert_eq!(h.creates(), 1, "{point:?}");
        h.finish().await;
    }
}

#[tokio::test]
async fn after_the_intent_nothing_is_ever_sent_again() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    die_at(&mut h, &stage, Point::RedeemAfterCommit).await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "needs_decision", "{publication}");
    assert_eq!(h.creates(), 0);
    assert_eq!(h.log().await.of("api.unknown").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn after_the_answer_the_pin_is_found_on_the_board() {
    for point in [Point::SendAfterCall, Point::SettleBeforeCommit] {
        let mut h = Harness::start().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        die_at(&mut h, &stage, point).await;
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "published", "{point:?}: {publication}");
        assert_eq!(publication["pin_id"], h.the_pin().pin_id.as_str(), "{point:?}");
        assert_eq!(h.creates(), 1, "{point:?}");
        h.finish().await;
    }
}

#[tokio::test]
async fn after_settling_nothing_is_left_to_do() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    die_at(&mut h, &stage, Point::SettleAfterCommit).await;
    assert_eq!(stage.author.look(draft.id()).await.state(), "published");
    h.the_pin();
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_restart_between_approval_and_due_time_loses_nothing() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.restart().await;
    stage.author.get("/me").await.ok();
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
