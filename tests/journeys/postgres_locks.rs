//! On PostgreSQL somebody else holds rows, or ends our connections: it is said, nothing is lost or done twice, and the
//! work goes on without a restart. Without a PostgreSQL there is nothing to try here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_api::connections;
use countersign_api::db::Reads as _;
use countersign_api::hooks::Point;
use countersign_tests::harness::{Database, Stage};
use countersign_tests::lock::Lock;
use countersign_tests::{Draft, Harness, database};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use tokio::sync::{Mutex, Notify};

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

/// What a database's or a role's defaults say, or a server's: a commit that returned is on the disk, and nobody waits for
/// ever.
#[tokio::test]
async fn the_promises_of_a_connection_hold_whatever_the_database_says() {
    let Some(mut h) = on_postgres(Duration::from_secs(5)).await else { return };
    let intruder = h.intruder().await;
    let name = intruder.texts("SELECT current_database()::text").await.remove(0);
    for setting in [
        "synchronous_commit = off",
        "lock_timeout = 0",
        "statement_timeout = 0",
        "idle_in_transaction_session_timeout = 0",
    ] {
        intruder.run(&format!("ALTER DATABASE {name} SET {setting}")).await;
    }
    h.restart().await;
    for (setting, value) in [
        ("synchronous_commit", "on"),
        ("lock_timeout", "5s"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ] {
        let ask = Statement::from_string(DatabaseBackend::Postgres, format!("SHOW {setting}"));
        let row = h.app().db.connection().query_one_raw(ask).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), value, "{setting}");
    }
    h.finish().await;
}

/// Takes the row of a publication whenever the work comes to `point`.
fn take_row_at(h: &Harness, point: Point, publication: &str) -> Arc<Mutex<Option<Lock>>> {
    let held = Arc::new(Mutex::new(None));
    let (holding, url) = (Arc::clone(&held), h.database_url());
    let select = format!("SELECT 1 FROM publication WHERE id = '{publication}'");
    h.hooks().install(move |reached| {
        let (holding, url, select) = (Arc::clone(&holding), url.clone(), select.clone());
        async move {
            if reached == point {
                *holding.lock().await = Some(Lock::rows(&url, &select).await);
            }
            Ok(())
        }
    });
    held
}

/// Renews the stage's tokens once somebody waits at the gate.
async fn renew_meanwhile(h: &Harness, stage: &Stage, held: &Mutex<Option<Lock>>) {
    h.intruder().await.until_waiting(1).await;
    connections::refresh(h.app(), &stage.connection.parse().unwrap(), 1).await.map(drop).unwrap();
    let lock = held.lock().await.take();
    lock.unwrap().let_go().await;
}

#[tokio::test]
async fn a_token_that_is_renewed_while_the_gate_waits_sends_nothing() {
    let Some(h) = on_postgres(Duration::from_secs(5)).await else { return };
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let held = take_row_at(&h, Point::ClaimAfterCommit, &draft.publication());
    h.advance(Duration::from_secs(10));
    let (worked, ()) = tokio::join!(h.try_workers(), renew_meanwhile(&h, &stage, &held));
    h.hooks().clear();
    worked.unwrap();
    assert_eq!(h.creates(), 0, "the token is used up");
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    h.the_pin();
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_token_that_is_renewed_while_the_gate_waits_deletes_nothing() {
    let Some(h) = on_postgres(Duration::from_secs(5)).await else { return };
    let stage = h.stage().await;
    let id = h.approved_draft(&stage).await.publication();
    h.publish().await;
    let select = format!("SELECT 1 FROM publication WHERE id = '{id}'");
    let held = Mutex::new(Some(Lock::rows(&h.database_url(), &select).await));
    let deleting = stage.reviewer.take_down(&id, "It has to go.");
    let (done, ()) = tokio::join!(deleting, renew_meanwhile(&h, &stage, &held));
    done.ok();
    assert_eq!(h.deletes(), 1);
    let log = h.log().await;
    let intent =
        log.of("api.request").into_iter().find(|event| event.fact("operation") == "pins/delete").unwrap();
    assert_eq!(intent.header["facts"]["generation"], 2, "with the new token, at once");
    h.finish().await;
}

#[tokio::test]
async fn a_pause_that_is_about_to_be_committed_stops_what_was_claimed() {
    let Some(h) = on_postgres(Duration::from_secs(30)).await else { return };
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let (pauser, intruder) = (h.admin().await, h.intruder().await);
    let (has_come, may_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (is_claimed, letting_go) = (Arc::new(AtomicBool::new(false)), Arc::clone(&may_go));
    h.hooks().install(move |point| {
        let (pauser, is_claimed) = (pauser.clone(), Arc::clone(&is_claimed));
        let (has_come, may_go) = (Arc::clone(&has_come), Arc::clone(&may_go));
        async move {
            match point {
                Point::ClaimAfterCommit => {
                    is_claimed.store(true, Ordering::SeqCst);
                    tokio::spawn(async move { pauser.post_empty("/publishing/pause").await.ok() });
                    has_come.notified().await;
                }
                Point::TellBeforeCommit if is_claimed.swap(false, Ordering::SeqCst) => {
                    has_come.notify_one();
                    may_go.notified().await;
                }
                _ => {}
            }
            Ok(())
        }
    });
    tokio::join!(h.publish(), async {
        intruder.until_waiting(1).await;
        letting_go.notify_one();
    });
    h.hooks().clear();
    assert_eq!(h.creates(), 0);
    h.finish().await;
}

#[tokio::test]
async fn a_recovery_code_is_used_while_the_second_factor_is_taken_away() {
    let Some(h) = on_postgres(Duration::from_secs(30)).await else { return };
    let (author, admin, intruder) = (h.author().await, h.admin().await, h.intruder().await);
    let factor = author.turn_on_second_factor(h.app().now()).await;
    let select = format!("SELECT 1 FROM recovery_code WHERE operator_id = '{}'", author.id);
    let held = Lock::rows(&h.database_url(), &select).await;
    let (path, browser) = (format!("/operators/{}/totp", author.id), author.in_another_browser());
    let signing_in = async {
        intruder.until_waiting(1).await;
        browser.sign_in_with(&factor.codes[0]).await
    };
    let letting_go = async {
        intruder.until_waiting(2).await;
        held.let_go().await;
    };
    let (taken_away, entered, ()) = tokio::join!(admin.delete(&path, None), signing_in, letting_go);
    taken_away.is(204);
    entered.refused(401, "sign_in_failed");
    author.in_another_browser().sign_in().await.is(201);
    h.finish().await;
}
