//! The schema's steps are interrupted at every table and index that they make: what was there before is all that is
//! there afterwards, the operator is told so, and the next start takes all of them.

use std::time::Duration;

use countersign_api::config::Storage;
use countersign_api::db::Db;
use countersign_api::timing;
use countersign_tests::database::{self, Intruder};
use countersign_tests::lock::Lock;

async fn empty(folder: &std::path::Path) -> String {
    match database::fresh_postgres().await {
        Some(url) => url,
        None => Storage::sqlite_in(folder),
    }
}

/// The tables and indexes that there are, but for those that a database makes by itself.
async fn objects(intruder: &Intruder) -> Vec<String> {
    let sql = match intruder.is_postgres() {
        true => {
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
             AND relname NOT LIKE '%\\_pkey' AND relname NOT LIKE '%\\_key' ORDER BY 1"
        }
        false => {
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
    };
    intruder.texts(sql).await
}

#[tokio::test]
async fn every_step_is_taken_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (model, tried) = (folder.path().join("model"), folder.path().join("tried"));
    std::fs::create_dir(&model).unwrap();
    std::fs::create_dir(&tried).unwrap();
    let timing = timing::Database::default();
    let url = empty(&model).await;
    let db = Db::connect(&url, &timing).await.unwrap();
    db.migrate().await.unwrap();
    let names = objects(&Intruder::open(&url).await).await;
    assert!(names.len() > 60, "{names:?}");
    db.close().await;

    let url = empty(&tried).await;
    let db = Db::connect(&url, &timing).await.unwrap();
    let intruder = Intruder::open(&url).await;
    // The first belongs to the list of steps; PostgreSQL takes anything of the second's name for what is wanted.
    let is_tried = |name: &&String| *name != "seaql_migrations" && *name != "publication_throttled";
    for name in names.iter().filter(is_tried) {
        intruder.run(&format!("CREATE TABLE {name} (in_the_way INTEGER)")).await;
        let refused = db.migrate().await.expect_err(name).to_string();
        assert!(refused.contains("Nothing was changed") && refused.contains(name.as_str()), "{refused}");
        assert_eq!(objects(&intruder).await, [name.as_str()], "something is left behind");
        intruder.run(&format!("DROP TABLE {name}")).await;
    }
    db.migrate().await.unwrap();
    assert_eq!(objects(&intruder).await, names);
    assert!(db.migration_status().await.unwrap().iter().all(|(_, is_applied)| *is_applied));
    db.close().await;
}

/// A PostgreSQL server that ends the connection in the middle, as it does when it is stopped.
#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle() {
    let Some(url) = database::fresh_postgres().await else { return };
    let db = Db::connect(&url, &timing::Database::default()).await.unwrap();
    let intruder = Intruder::open(&url).await;
    // The step that makes this table waits for whoever is making it already.
    let lock = Lock::after(&url, "CREATE TABLE publication (id INTEGER)").await;
    let (refused, ()) = tokio::join!(db.migrate(), async {
        intruder.until_waiting(1).await;
        intruder.terminate_others().await;
    });
    assert!(refused.unwrap_err().to_string().contains("Nothing was changed"));
    lock.let_go().await;
    assert!(objects(&intruder).await.is_empty());
    db.migrate().await.unwrap();
    db.close().await;
}

/// Somebody else takes the steps, for longer than a statement may wait for a lock otherwise.
#[tokio::test]
async fn whoever_migrates_already_is_waited_for() {
    let Some(url) = database::fresh_postgres().await else { return };
    let busy = Duration::from_millis(100);
    let db = Db::connect(&url, &timing::Database { busy, ..timing::Database::default() }).await.unwrap();
    let lock = Lock::after(&url, "SELECT pg_advisory_xact_lock(727274)").await;
    let waiting = async {
        let mut migrating = std::pin::pin!(db.migrate());
        let early = tokio::time::timeout(busy * 5, &mut migrating).await;
        assert!(early.is_err(), "it did not wait: {early:?}");
        lock.let_go().await;
        migrating.await
    };
    waiting.await.unwrap();
    db.close().await;
}

/// Several servers that start at the same moment.
#[tokio::test]
async fn several_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = empty(folder.path()).await;
    let timing = timing::Database::default();
    let (one, two) = (Db::connect(&url, &timing).await.unwrap(), Db::connect(&url, &timing).await.unwrap());
    let (first, second) = tokio::join!(one.migrate(), two.migrate());
    first.unwrap();
    second.unwrap();
    one.close().await;
    two.close().await;
}
