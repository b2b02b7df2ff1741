//! Pinterest answers while the database is away: the answer is kept in the spool, and settled when the database is back,
//! whatever happened to the process in between.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_api::{connections, publisher};
use countersign_tests::harness::Stage;
use countersign_tests::lock::{Away, Lock, send_and_lock};
use countersign_tests::{Draft, Harness, diary, oracle};
use serde_json::Value;
use tokio::sync::Mutex;

/// Patience with the lock, in real time.
const PATIENCE: Duration = Duration::from_millis(200);

async fn harness() -> Harness {
    Harness::builder().timing(|timing| timing.database.busy = PATIENCE).start().await
}

/// A Pin that was created while the database was away, and the process then killed; the answer is in the spool.
async fn answered_in_vain() -> (Harness, Stage, Draft) {
    let mut h = harness().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    send_and_lock(&h, Away::Long, None).await;
    h.kill().await;
    assert_eq!(oracle::kept(&h.data_dir()).len(), 1);
    (h, stage, draft)
}

fn spool(h: &Harness) -> PathBuf {
    h.data_dir().join("spool")
}

fn the_file(h: &Harness) -> PathBuf {
    spool(h).join(oracle::kept(&h.data_dir()).pop().unwrap())
}

fn looks_at_boards(h: &Harness) -> usize {
    let requests = h.ledger().requests;
    requests.iter().filter(|request| request.method == "GET" && request.path.contains("/boards/")).count()
}

async fn publication(stage: &Stage, draft: &Draft) -> Value {
    let author = stage.author.in_another_browser();
    author.sign_in().await.is(201);
    author.publication(&draft.publication()).await
}

#[tokio::test]
async fn it_is_settled_at_the_next_start_without_a_look_at_the_board() {
    let (mut h, stage, draft) = answered_in_vain().await;
    h.start_again().await;
    let published = publication(&stage, &draft).await;
    assert_eq!(published["state"], "published", "{published}");
    assert_eq!(published["pin_id"], h.the_pin().pin_id.as_str());
    assert_eq!((h.creates(), looks_at_boards(&h)), (1, 0));
    let log = h.log().await;
    assert_eq!(log.of("publish.succeeded").len(), 1);
    assert!(log.of("publish.unknown").is_empty() && log.of("api.reconciled").is_empty(), "{:?}", log.kinds());
    assert!(oracle::kept(&h.data_dir()).is_empty());
    h.finish().await;
}

#[tokio::test]
async fn one_whose_writer_died_before_it_had_its_name_is_found_at_the_next_start() {
    let (mut h, stage, draft) = answered_in_vain().await;
    let file = the_file(&h);
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    fs::rename(&file, spool(&h).join(format!(".{name}.4711.0"))).unwrap();
    h.start_again().await;
    assert_eq!(publication(&stage, &draft).await["state"], "published");
    assert_eq!((h.creates(), looks_at_boards(&h)), (1, 0));
    h.finish().await;
}

#[tokio::test]
async fn it_is_kept_after_a_moment_and_not_only_when_every_try_has_failed() {
    let mut h = harness().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let (held, url) = (Arc::new(Mutex::new(None)), h.database_url());
    let holding = Arc::clone(&held);
    h.hooks().install(move |point| {
        let (holding, url) = (Arc::clone(&holding), url.clone());
        async move {
            if point == Point::SendAfterCall {
                *holding.lock().await = Some(Lock::take(&url).await);
            }
            Ok(())
        }
    });
    h.advance(Duration::from_secs(10));
    let kept = async {
        h.until(|h| h.creates() == 1 && held.try_lock().is_ok_and(|held| held.is_some())).await;
        // Less than the tries take together.
        h.advance(Duration::from_secs(1));
        h.until(|h| oracle::kept(&h.data_dir()).len() == 1).await;
    };
    tokio::select! {
        worked = h.try_workers() => panic!("nothing can be written: {worked:?}"),
        () = kept => {}
    }
    h.kill().await;
    h.hooks().clear();
    let lock = held.lock().await.take();
    lock.unwrap().let_go().await;
    h.start_again().await;
    assert_eq!(publication(&stage, &draft).await["state"], "published");
    assert!(h.log().await.of("publish.unknown").is_empty(), "it was known all the time");
    h.finish().await;
}

#[tokio::test]
async fn a_death_in_the_middle_of_settling_it_leaves_it_for_the_next_start() {
    let (mut h, stage, draft) = answered_in_vain().await;
    for point in [Point::SettleBeforeCommit, Point::SettleAfterCommit, Point::SpoolBeforeForget] {
        h.hooks().crash_at(point);
        h.start_again().await;
        assert_eq!(oracle::kept(&h.data_dir()).len(), 1, "{point:?}");
        h.kill().await;
    }
    h.hooks().clear();
    h.start_again().await;
    assert_eq!(publication(&stage, &draft).await["state"], "published");
    assert_eq!(h.log().await.of("publish.succeeded").len(), 1);
    assert!(h.log().await.of("publish.unknown").is_empty() && h.log().await.of("api.reconciled").is_empty());
    h.finish().await;
}

#[tokio::test]
async fn its_file_is_closed_to_others_and_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;
    let (mut h, _, _) = answered_in_vain().await;
    let file = the_file(&h);
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&spool(&h)), mode(&file)), (0o700, 0o600));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("countersign spool 1\nsha256 "), "{text}");
    for canary in h.captured().canaries() {
        assert!(!text.contains(&canary.text), "{} stands in the spool", canary.name);
    }
    assert!(!text.contains("Plum tart"), "nothing of the answer but its id: {text}");
    h.start_again().await;
    h.finish().await;
}

#[tokio::test]
async fn after_the_reaper_it_is_evidence_once_and_never_a_second_outcome() {
    let (mut h, stage, draft) = answered_in_vain().await;
    let (file, hidden) = (the_file(&h), h.data_dir().join("hidden"));
    // Another replica's reaper, which does not see this folder, is quicker.
    fs::rename(&file, &hidden).unwrap();
    h.start_again().await;
    assert_eq!(publication(&stage, &draft).await["state"], "unknown");
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    assert_eq!(publication(&stage, &draft).await["state"], "published");

    fs::rename(&hidden, &file).unwrap();
    h.hooks().crash_at(Point::SpoolBeforeForget);
    assert!(h.try_workers().await.is_err());
    h.hooks().clear();
    assert_eq!(oracle::kept(&h.data_dir()).len(), 1, "it goes once its evidence is told");
    h.run_workers().await;
    let log = h.log().await;
    let late: Vec<_> =
        log.of("api.reconciled").into_iter().filter(|event| event.fact("by") == "late_answer").collect();
    assert_eq!(late.len(), 1, "{:?}", log.kinds());
    let published = publication(&stage, &draft).await;
    assert_eq!(published["evidence"]["candidates"], serde_json::json!([]), "nobody has to choose");
    assert_eq!(log.of("publish.succeeded").len(), 1);
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn after_the_reaper_and_before_a_look_it_names_the_pin() {
    let (mut h, stage, draft) = answered_in_vain().await;
    let (file, hidden) = (the_file(&h), h.data_dir().join("hidden"));
    fs::rename(&file, &hidden).unwrap();
    h.start_again().await;
    fs::rename(&hidden, &file).unwrap();
    h.run_workers().await;
    let published = publication(&stage, &draft).await;
    assert_eq!(
        (&published["state"], &published["pin_id"]),
        (&"published".into(), &h.the_pin().pin_id.into())
    );
    let log = h.log().await;
    let told = log.the("api.reconciled");
    assert_eq!((told.fact("result"), told.fact("by")), ("found", "late_answer"));
    h.finish().await;
}

#[tokio::test]
async fn what_cannot_be_used_is_set_aside_and_the_server_starts() {
    let (mut h, stage, draft) = answered_in_vain().await;
    let file = the_file(&h);
    let whole = fs::read_to_string(&file).unwrap();
    let foreign = spool(&h).join("send.att_00000000000000000000000000000000.result");
    fs::write(&foreign, &whole).unwrap();
    fs::write(spool(&h).join("send.att_nonsense.result"), [0xff, 0x00, 0x7f]).unwrap();
    fs::write(spool(&h).join("tokens.grt_nonsense-2.result"), "countersign spool 1\n").unwrap();
    // Somebody made a success of it, with a Pin of their own.
    fs::write(&file, whole.replace("\"pin_id\":\"", "\"pin_id\":\"9")).unwrap();
    h.start_again().await;
    let names: Vec<String> = fs::read_dir(spool(&h))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.iter().all(|name| name.ends_with(".result.bad")), "{names:?}");
    let ready = h.anonymous().page("/readyz").await;
    let told = ready.is(200).json()["checks"]["spool"].as_str().unwrap_or_default().to_owned();
    assert!(told.contains("4 results"), "{told}");
    assert!(diary::tells("it is set aside in the spool"));

    // It is as if no answer had come: the Pin is found on its board.
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    let published = publication(&stage, &draft).await;
    assert_eq!(
        (&published["state"], &published["pin_id"]),
        (&"published".into(), &h.the_pin().pin_id.into())
    );
    h.finish().await;
}

#[tokio::test]
async fn what_has_to_stay_is_an_error_in_the_log_once_and_told_to_watchers_all_the_time() {
    let h = harness().await;
    // What cannot be read now may be read another time.
    let names = ["send.att_told_once.result", "tokens.grt_told_once-2.result"];
    for name in names {
        fs::create_dir_all(spool(&h).join(name)).unwrap();
    }
    for _ in 0..3 {
        h.run_workers().await;
        let ready = h.anonymous().page("/readyz").await;
        let told = ready.is(200).json()["checks"]["spool"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains("2 results wait"), "{told}");
    }
    for name in names {
        assert_eq!(diary::count(&["ERROR", name, "it stays in the spool"]), 1, "{name}");
        fs::remove_dir(spool(&h).join(name)).unwrap();
    }
    h.finish().await;
}

#[tokio::test]
async fn where_it_cannot_be_kept_the_board_is_looked_at() {
    let mut h = harness().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    fs::write(spool(&h), "no folder").unwrap();
    send_and_lock(&h, Away::Long, None).await;
    assert!(diary::tells("THE SPOOL CANNOT BE WRITTEN"));
    assert_eq!(h.anonymous().page("/readyz").await.status, 503);
    h.kill().await;
    h.start_again().await;
    assert_eq!(publication(&stage, &draft).await["state"], "unknown");
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    let published = publication(&stage, &draft).await;
    assert_eq!(
        (&published["state"], &published["pin_id"]),
        (&"published".into(), &h.the_pin().pin_id.into())
    );
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

/// The database comes back in the middle of a turn, after a pair of tokens could not be written down.
#[tokio::test]
async fn what_waits_in_the_spool_is_not_told_as_lost_by_a_turn_that_could_not_settle_it() {
    let (mut h, stage, _) = answered_in_vain().await;
    let file = the_file(&h);
    let settled = fs::read(&file).unwrap();
    h.start_again().await;
    h.hooks().crash_at(Point::RefreshAfterKeep);
    assert!(connections::refresh(h.app(), &stage.connection.parse().unwrap(), 1).await.is_err());
    // Longer than anybody waits for the outcome. The file of what is settled only has to go, which needs no lock.
    h.advance(Duration::from_secs(3600));
    fs::write(&file, settled).unwrap();
    let lock = Arc::new(Mutex::new(Some(Lock::take(&h.database_url()).await)));
    let held = Arc::clone(&lock);
    h.hooks().install(move |point| {
        let held = Arc::clone(&held);
        async move {
            if point == Point::SpoolBeforeForget
                && let Some(lock) = held.lock().await.take()
            {
                lock.let_go().await;
            }
            Ok(())
        }
    });
    publisher::maintain(h.app()).await.unwrap_err();
    h.hooks().clear();
    assert!(lock.lock().await.is_none(), "the database was back before the turn ended");
    h.run_workers().await;
    let log = h.log().await;
    assert!(log.of("api.unknown").is_empty(), "{:?}", log.kinds());
    assert_eq!(log.the("oauth.token.refreshed").header["facts"]["generation"], 2);
    assert_eq!(log.of("oauth.token.exchange_started").len(), 2, "the consent's, and one renewal");
    h.finish().await;
}
