//! On PostgreSQL somebody else holds rows, or ends our connections: it is said, nothing is lost or done twice, and the
//! work goes on without a restart. Without a PostgreSQL there is nothing to try here.

use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::harness::{Database, Stage};
use countersign_tests::lock::Lock;
use countersign_tests::{Draft, Harness, database};

/// An installation on a PostgreSQL of its own; none where there is no such.
async fn on_postgres(patience: Duration) -> Option<Harness> {
    let url = database::fresh_postgres().await?;
    let builder = Harness::builder().database(Database::At(url));
    Some(builder.timing(move |timing| timing.database.busy = patience).start().await)
}

async fn publication_row(h: &Harness, draft: &Draft) -> Lock {
    let select = format!("SELECT 1 FROM publication WHERE id = '{}'", draft.publication());
    Lock::rows(&h.database_url(), &select).await
}

#[tokio::test]
async fn a_publications_row_in_other_hands() {
    let Some(h) = on_postgres(Duration::from_millis(200)).await else { return };
    let stage = h.stage().await;
    let (undone, sent) = (h.approved_draft(&stage).await, h.approved_draft(&stage).await);

    let lock = publication_row(&h, &undone).await;
    let refused = stage.reviewer.undo(&undone).await;
    refused.refused(503, "busy");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{refused:?}");
    assert_eq!(stage.reviewer.look(undone.id()).await.state(), "approved", "who reads is not disturbed");
    lock.let_go().await;
    stage.reviewer.undo(&undone).await.ok();
    assert_eq!(h.log().await.of("review.approval.voided").len(), 1);

    // What is due is passed over while somebody has it, and sent once afterwards.
    let lock = publication_row(&h, &sent).await;
    h.advance(Duration::from_secs(10));
    h.run_workers().await;
    assert_eq!(h.creates(), 0);
    lock.let_go().await;
    h.run_workers().await;
    h.the_pin();
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

/// Ends all of the product's connections once the work has come to `point`.
async fn cut_at(h: &Harness, point: Point) {
    let url = h.database_url();
    h.hooks().install(move |reached| {
        let url = url.clone();
        async move {
            if reached == point {
                database::Intruder::open(&url).await.terminate_others().await;
            }
            Ok(())
        }
    });
}

async fn ends_published(h: &Harness, stage: &Stage, draft: &Draft, point: Point) {
    for seconds in [0, 60, 60, 120, 600] {
        h.advance(Duration::from_secs(seconds));
        h.run_workers().await;
    }
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "published", "{point:?}: {publication}");
    assert_eq!(publication["pin_id"], h.the_pin().pin_id.as_str());
    assert_eq!(h.creates(), 1, "{point:?}");
}

#[tokio::test]
async fn connections_that_are_cut_while_a_pin_is_sent() {
    for point in [
        Point::ClaimBeforeCommit,
        Point::ClaimAfterCommit,
        Point::RedeemBeforeCommit,
        Point::SendAfterCall,
        Point::SettleBeforeCommit,
        Point::SettleAfterCommit,
    ] {
        let Some(h) = on_postgres(Duration::from_secs(5)).await else { return };
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        cut_at(&h, point).await;
        h.advance(Duration::from_secs(10));
        // Whether it is a fault or comes right at once is the workers' own affair.
        h.try_workers_through_waits().await.ok();
        h.hooks().clear();
        ends_published(&h, &stage, &draft, point).await;
        h.finish().await;
    }
}

#[tokio::test]
async fn connections_that_are_cut_while_somebody_approves() {
    let Some(h) = on_postgres(Duration::from_secs(5)).await else { return };
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    cut_at(&h, Point::ApproveBeforeCommit).await;
    stage.reviewer.try_approve(&draft).await.refused(503, "busy");
    h.hooks().clear();
    assert_eq!(stage.reviewer.look(draft.id()).await.state(), "in_review");
    let draft = stage.reviewer.approve(&draft).await;
    ends_published_after_undo(&h, &stage, &draft).await;
    assert_eq!(h.log().await.of("review.approved").len(), 1);
    h.finish().await;
}

async fn ends_published_after_undo(h: &Harness, stage: &Stage, draft: &Draft) {
    h.advance(Duration::from_secs(10));
    ends_published(h, stage, draft, Point::ApproveBeforeCommit).await;
}

#[tokio::test]
async fn a_database_that_comes_back_is_used_without_a_restart() {
    let Some(h) = on_postgres(Duration::from_secs(5)).await else { return };
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    for _ in 0..3 {
        assert!(intruder.terminate_others().await > 0);
        h.anonymous().page("/readyz").await.is(200);
    }
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
