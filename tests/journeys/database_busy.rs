//! Another process holds the database for longer than anybody waits: it is said, and nothing is lost or done twice.

use std::sync::Arc;
use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::Harness;
use countersign_tests::forms::form_to;
use countersign_tests::lock::Lock;
use serde_json::json;
use tokio::sync::Mutex;

/// Patience with the lock, in real time.
const PATIENCE: Duration = Duration::from_millis(200);

async fn impatient() -> Harness {
    Harness::builder().timing(|timing| timing.database.busy = PATIENCE).start().await
}

#[tokio::test]
async fn who_writes_is_asked_to_come_back_and_who_reads_is_not_disturbed() {
    let h = impatient().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let desk = format!("/review?draft={}", draft.id());
    let verdict = form_to(stage.reviewer.page(&desk).await.is(200).text(), "/approve");

    let lock = Lock::take(&h.database_url()).await;
    let refused = stage.reviewer.try_approve(&draft).await;
    let problem = refused.refused(503, "busy");
    assert_eq!(problem["detail"], "The database does not take the change just now.");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{refused:?}");
    let page = stage.reviewer.press(&desk, &verdict).await;
    assert!(page.is(503).header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{page:?}");
    stage.author.create_draft(json!({"connection_id": stage.connection})).await.problem(503);
    assert_eq!(stage.reviewer.look(draft.id()).await.state(), "in_review");
    stage.author.page("/").await.is(200);
    lock.let_go().await;

    // The same requests once more are the first that count.
    assert_eq!(stage.author.all("/drafts").await.len(), 1);
    stage.reviewer.press(&desk, &verdict).await.is(303);
    h.publish().await;
    h.the_pin();
    assert_eq!(h.log().await.of("review.approved").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_written_down_and_nothing_is_forgotten() {
    let h = impatient().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.advance(Duration::from_secs(10));
    let lock = Lock::take(&h.database_url()).await;
    // Whether it is a fault or nothing was found to do is the workers' own affair.
    h.try_workers().await.ok();
    assert_eq!(h.creates(), 0);
    lock.let_go().await;
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    h.the_pin();
    assert_eq!(stage.author.look(draft.id()).await.state(), "published");
    h.finish().await;
}

/// Sends the stage's Pin, with the database locked from the moment of Pinterest's answer on for this many seconds of our
/// clock, which runs meanwhile.
async fn send_and_lock(h: &Harness, seconds: u32) {
    let lock = Arc::new(Mutex::new(None));
    let (holding, database) = (Arc::clone(&lock), h.database_url());
    h.hooks().install(move |point| {
        let (holding, database) = (Arc::clone(&holding), database.clone());
        async move {
            if point == Point::SendAfterCall {
                *holding.lock().await = Some(Lock::take(&database).await);
            }
            Ok(())
        }
    });
    h.advance(Duration::from_secs(10));
    let mut work = std::pin::pin!(h.try_workers());
    let (mut tick, mut passed) = (tokio::time::interval(Duration::from_millis(40)), 0);
    loop {
        tokio::select! {
            _ = &mut work => break,
            _ = tick.tick() => {
                let is_held = lock.lock().await.is_some();
                passed += u32::from(is_held);
                h.advance(Duration::from_secs(1));
                if passed == seconds && let Some(held) = lock.lock().await.take() {
                    held.let_go().await;
                }
            }
        }
    }
    h.hooks().clear();
    if let Some(held) = lock.lock().await.take() {
        held.let_go().await;
    }
}

#[tokio::test]
async fn an_answer_of_pinterests_that_cannot_be_written_down_is_not_lost() {
    for (seconds, is_written_late) in [(6, true), (u32::MAX, false)] {
        let h = impatient().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        send_and_lock(&h, seconds).await;
        assert_eq!(h.creates(), 1);
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"] == "published", is_written_late, "{publication}");
        // Where it was given up, the Pin is found on the board.
        for minutes in [2, 1, 2, 10, 30] {
            h.advance(Duration::from_secs(minutes * 60));
            h.run_workers().await;
        }
        stage.author.sign_in().await.is(201);
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "published", "{publication}");
        assert_eq!(publication["pin_id"], h.the_pin().pin_id.as_str());
        assert_eq!(h.creates(), 1);
        assert_eq!(h.log().await.of("publish.unknown").is_empty(), is_written_late);
        h.finish().await;
    }
}
