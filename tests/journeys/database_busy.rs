//! Another process holds the database for longer than anybody waits: it is said, and nothing is lost or done twice.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::forms::form_to;
use countersign_tests::harness::Database;
use countersign_tests::lock::{Away, Lock, send_and_lock};
use countersign_tests::{Harness, oracle};
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

    let composer = form_to(stage.author.page("/drafts/new").await.is(200).text(), "/drafts");
    let composer = composer.with("title", "Pickled plums, typed for an hour").choosing("then", "save");

    let lock = Lock::take(&h.database_url()).await;
    let refused = stage.reviewer.try_approve(&draft).await;
    let problem = refused.refused(503, "busy");
    assert_eq!(problem["detail"], "The database is busy, or does not answer just now.");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{refused:?}");
    let page = stage.reviewer.press(&desk, &verdict).await;
    assert!(page.is(503).header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{page:?}");
    stage.author.create_draft(json!({"connection_id": stage.connection})).await.problem(503);
    let page =
        stage.author.press("/drafts/new", &composer).await.is(503).says("Pickled plums, typed for an hour");
    let again = form_to(page, "/drafts");
    assert_eq!(again.value("title"), Some("Pickled plums, typed for an hour"), "one button sends it again");
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

#[tokio::test]
async fn an_answer_of_pinterests_that_cannot_be_written_down_is_not_lost() {
    // The database comes back while it is waited for, or only after that was given up: then the spool has the answer.
    for away in [Away::Seconds(6), Away::Long] {
        let h = impatient().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        assert!(send_and_lock(&h, away, None).await);
        assert_eq!((h.creates(), oracle::kept(&h.data_dir()).len()), (1, usize::from(away == Away::Long)));
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"] == "published", away != Away::Long, "{publication}");
        h.run_workers().await;
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "published", "{publication}");
        assert_eq!(publication["pin_id"], h.the_pin().pin_id.as_str());
        assert_eq!(h.creates(), 1);
        assert!(h.log().await.of("publish.unknown").is_empty(), "it was known all the time");
        h.finish().await;
    }
}

#[tokio::test]
async fn a_start_that_cannot_write_is_refused_and_the_next_one_works() {
    let mut h = impatient().await;
    let url = h.database_url();
    h.stop().await;
    let lock = Lock::take(&url).await;
    let refused = h.try_start().await.unwrap_err();
    assert!(refused.contains("the database"), "{refused}");
    lock.let_go().await;
    h.start_again().await;
    assert_eq!(h.log().await.of("system.started").len(), 2);
    h.finish().await;
}

/// The embedded database has one writer: whoever waited for it has waited for the lock, too.
#[tokio::test]
async fn whoever_waited_for_the_writer_does_not_wait_as_long_again_for_its_lock() {
    let (busy, patience) = (Duration::from_millis(2_000), Duration::from_millis(2_200));
    let builder = Harness::builder().database(Database::AlwaysEmbedded).timing(move |timing| {
        timing.database.busy = busy;
        timing.database.acquire = patience;
    });
    let h = builder.start().await;
    let stage = h.stage().await;
    let (one, other) = (h.draft_in_review(&stage).await, h.draft_in_review(&stage).await);
    let lock = Lock::take(&h.database_url()).await;
    let both = async { tokio::join!(stage.reviewer.try_approve(&one), stage.reviewer.try_approve(&other)) };
    let answered = tokio::time::timeout(busy + Duration::from_millis(1_500), both).await;
    lock.let_go().await;
    let (one, other) = answered.expect("one of them waits twice");
    one.refused(503, "busy");
    other.refused(503, "busy");
    h.finish().await;
}

/// Lets a second of the product's clock pass, again and again, while somebody waits for an answer.
async fn in_passing_time<T>(h: &Harness, waiting: impl Future<Output = T>) -> T {
    let (mut waiting, mut tick) = (std::pin::pin!(waiting), tokio::time::interval(SECOND));
    loop {
        tokio::select! {
            done = &mut waiting => return done,
            _ = tick.tick() => h.advance(Duration::from_secs(1)),
        }
    }
}

/// How long a second of the product's clock takes here.
const SECOND: Duration = Duration::from_millis(40);
/// Less real time than the database itself lets anybody wait for the lock.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test]
async fn what_the_log_does_not_take_in_time_is_not_asked_of_pinterest() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let published = h.approved_draft(&stage).await.publication();
    h.publish().await;
    let asked = h.ledger().requests.len();
    let boards = format!("/connections/{}/boards", stage.connection);
    let lock = Lock::take(&h.database_url()).await;
    let looking = tokio::time::timeout(SOON, in_passing_time(&h, stage.author.get(&boards))).await;
    let deleting = in_passing_time(&h, stage.reviewer.take_down(&published, "It has to go."));
    let deleting = tokio::time::timeout(SOON, deleting).await;
    lock.let_go().await;
    looking.expect("it waits for the database").problem(503);
    deleting.expect("it waits for the database").problem(503);
    assert_eq!(h.ledger().requests.len(), asked);
    stage.author.get(&boards).await.ok();
    stage.reviewer.take_down(&published, "It has to go.").await.ok();
    h.finish().await;
}

#[tokio::test]
async fn a_send_that_the_log_does_not_take_in_time_begins_later() {
    // On PostgreSQL giving it back needs no lock, so it would be due and tried again meanwhile.
    let h = Harness::builder().database(Database::AlwaysEmbedded).start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let (held, url) = (Arc::new(Mutex::new(None)), h.database_url());
    let holding = Arc::clone(&held);
    h.hooks().install(move |point| {
        let (holding, url) = (Arc::clone(&holding), url.clone());
        async move {
            if point == Point::ClaimAfterCommit {
                *holding.lock().await = Some(Lock::take(&url).await);
            }
            Ok(())
        }
    });
    h.advance(Duration::from_secs(10));
    let letting_go = async {
        let (mut tick, mut passed) = (tokio::time::interval(SECOND), 0);
        while passed < 20 {
            tick.tick().await;
            if held.lock().await.is_some() {
                h.advance(Duration::from_secs(1));
                passed += 1;
            }
        }
        h.hooks().clear();
        if let Some(lock) = held.lock().await.take() {
            lock.let_go().await;
        }
    };
    let (worked, ()) = tokio::join!(h.try_workers(), letting_go);
    worked.unwrap();
    assert_eq!(h.creates(), 0, "its intent came too late");
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    h.the_pin();
    h.finish().await;
}
