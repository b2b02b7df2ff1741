//! A reviewer takes an approval back while there is time.

use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::Harness;
use countersign_tests::at_commit::AtCommit;

#[tokio::test]
async fn undo_within_the_window_leads_back_to_review() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    h.advance(Duration::from_secs(9));
    h.run_workers().await;
    stage.reviewer.undo(&approved).await.ok();
    let after = stage.author.look(approved.id()).await;
    assert_eq!(after.state(), "in_review");

    h.publish().await;
    assert_eq!(h.creates(), 0);
    let log = h.log().await;
    assert_eq!(log.the("review.approval.voided").fact("why"), "undone");
    assert_eq!(log.of("publish.cancelled").len(), 1);

    // The same revision may be approved again, by a fresh approval.
    stage.reviewer.approve(&after).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn undo_after_sending_is_too_late() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    h.publish().await;
    stage.reviewer.undo(&approved).await.problem(409);
    h.the_pin();
    assert!(h.log().await.of("review.approval.voided").is_empty());
    h.finish().await;
}

#[tokio::test]
async fn undo_while_it_is_being_claimed_is_too_late() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    let intruder = h.intruder().await;
    h.advance(Duration::from_secs(10));
    let claim = AtCommit::hold_at(&h, Point::ClaimBeforeCommit);
    let undo = async {
        claim.has_come().await;
        let letting_go = async {
            // Where rows are locked one by one, it was read as waiting still.
            if intruder.is_postgres() {
                intruder.until_waiting(1).await;
            }
            claim.let_go();
        };
        tokio::join!(stage.reviewer.undo(&approved), letting_go).0
    };
    let (worked, answer) = tokio::join!(h.try_workers(), undo);
    worked.unwrap();
    h.hooks().clear();
    answer.refused(409, "too_late");
    h.the_pin();
    assert!(h.log().await.of("review.approval.voided").is_empty());
    h.finish().await;
}

#[tokio::test]
async fn an_author_cancels_instead() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    stage.author.undo(&approved).await.problem(403);
    stage.author.verb(&approved, "cancel").await.ok();
    let after = stage.author.look(approved.id()).await;
    assert_eq!(after.state(), "draft");
    assert_ne!(after.digest(), approved.digest(), "no page loaded before can approve it");
    h.publish().await;
    assert_eq!(h.creates(), 0);
    assert_eq!(h.log().await.the("review.approval.voided").fact("why"), "cancelled");
    h.finish().await;
}

#[tokio::test]
async fn an_approval_lapses() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    h.admin().await.post_empty("/publishing/pause").await.ok();
    h.advance(Duration::from_secs(31 * 24 * 3600));
    h.run_workers().await;
    let admin = h.admin().await;
    admin.sign_in().await.is(201);
    admin.post_empty("/publishing/resume").await.ok();
    h.run_workers().await;
    assert_eq!(h.creates(), 0);
    stage.author.sign_in().await.is(201);
    let after = stage.author.look(approved.id()).await;
    assert_eq!(after.state(), "in_review");
    assert_ne!(after.digest(), approved.digest());
    assert_eq!(h.log().await.the("review.approval.voided").fact("why"), "expired");
    h.finish().await;
}
