//! The database may only be read, is of a newer version, or is damaged: it is said with cause and remedy, nothing is
//! changed, and what `/readyz` tells gives no path and no secret away.

use std::path::PathBuf;

use countersign_api::config::DATABASE_FILE;
use countersign_tests::harness::Database;
use countersign_tests::{Answer, Harness, diary};

/// That it is not ready because of this check, in words with this in it; the other checks are as they should be.
#[track_caller]
fn is_not_ready(answer: &Answer, check: &str, words: &str) {
    let body = answer.is(503).json();
    assert_eq!(body["status"], "not ready");
    for (name, told) in body["checks"].as_object().unwrap() {
        let told = told.as_str().unwrap();
        assert_eq!(told == "ok", name != check, "{body}");
        assert!(name != check || told.contains(words), "{body}");
    }
}

#[tokio::test]
async fn ready_means_that_each_check_is_well_and_tells_no_stranger_more() {
    let h = Harness::start().await;
    let body = h.anonymous().page("/readyz").await.is(200).json();
    assert_eq!(body["status"], "ready");
    let checks = body["checks"].as_object().unwrap();
    let mut names: Vec<&str> = checks.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["database", "disk", "keys", "migrations", "process", "spool"]);
    assert!(checks.values().all(|told| told == "ok"), "{body}");
    h.finish().await;
}

#[tokio::test]
async fn a_database_that_may_only_be_read() {
    let h = Harness::start().await;
    let intruder = h.intruder().await;
    if !intruder.is_postgres() {
        // Of SQLite the compiled program is asked, in tests/program: whoever holds the file open may write it.
        return h.finish().await;
    }
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let name = intruder.texts("SELECT current_database()::text").await.remove(0);
    intruder.run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    intruder.terminate_others().await;

    let refused = stage.reviewer.try_approve(&draft).await;
    let problem = refused.refused(503, "storage_read_only");
    assert!(refused.header("retry-after").parse::<u64>().is_ok(), "{refused:?}");
    let told = problem["detail"].as_str().unwrap();
    assert!(told.contains("can be read but not written") && told.contains("nothing was changed"), "{told}");
    let readyz = h.anonymous().page("/readyz").await;
    is_not_ready(&readyz, "database", "can be read but not written");
    assert!(!readyz.text().contains(&name) && !readyz.text().contains("postgres:"), "{}", readyz.text());
    assert_eq!(stage.reviewer.look(draft.id()).await.state(), "in_review");

    intruder.run(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).await;
    intruder.terminate_others().await;
    h.anonymous().page("/readyz").await.is(200);
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    h.the_pin();
    assert_eq!(h.log().await.of("review.approved").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let mut h = Harness::start().await;
    let intruder = h.intruder().await;
    intruder.run("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_1_later', 1)").await;
    is_not_ready(&h.anonymous().page("/readyz").await, "migrations", "newer version");
    h.stop().await;
    let refused = h.try_start().await.unwrap_err();
    for words in ["m20990101_1_later", "newer version of countersign", "backup"] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    intruder.run("DELETE FROM seaql_migrations WHERE version = 'm20990101_1_later'").await;
    h.start_again().await;
    h.finish().await;
}

#[tokio::test]
async fn a_postgresql_of_another_age() {
    let mut h = Harness::start().await;
    let intruder = h.intruder().await;
    if !intruder.is_postgres() {
        return h.finish().await;
    }
    // What it is asked for its version with is a function, and another one can stand before it.
    let database = intruder.texts("SELECT current_database()::text").await.remove(0);
    let path = format!("ALTER DATABASE {database} SET search_path");
    intruder.run("CREATE SCHEMA older").await;
    let older = "CREATE FUNCTION older.current_setting(name text) RETURNS text LANGUAGE sql AS \
                 $$ SELECT CASE name WHEN 'server_version_num' THEN '140012' ELSE '14.12' END $$";
    intruder.run(older).await;
    intruder.run(&format!("{path} = older, pg_catalog, public")).await;
    h.stop().await;
    let refused = h.try_start().await.unwrap_err();
    for words in ["PostgreSQL 14.12", "15 or newer", "Upgrade that server"] {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    intruder.run(&format!("{path} = public")).await;
    h.start_again().await;
    h.finish().await;
}

fn file(h: &Harness) -> PathBuf {
    h.data_dir().join(DATABASE_FILE)
}

/// Writes nonsense over the file of a server that has stopped, from the byte `from` on; what it was before.
async fn damage(h: &Harness, from: usize) -> Vec<u8> {
    let wal = h.data_dir().join(format!("{DATABASE_FILE}-wal"));
    h.until(|_| !wal.exists()).await;
    let kept = std::fs::read(file(h)).unwrap();
    let mut damaged = kept.clone();
    damaged[from..].fill(0xA5);
    std::fs::write(file(h), damaged).unwrap();
    kept
}

#[tokio::test]
async fn a_database_that_is_damaged() {
    let mut h = Harness::builder().database(Database::AlwaysEmbedded).start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    // The header, and every page but the first.
    for from in [0, 4096] {
        h.stop().await;
        let kept = damage(&h, from).await;
        let refused = h.try_start().await.unwrap_err();
        assert!(refused.contains("the database is damaged") && refused.contains("backup"), "{refused}");
        std::fs::write(file(&h), kept).unwrap();
        h.start_again().await;
    }
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

/// What is over is swept in parts, and whoever reads the log learns of each that failed.
#[tokio::test]
async fn each_part_of_a_sweep_that_fails_is_named() {
    let h = Harness::start().await;
    let intruder = h.intruder().await;
    let parts = [("oauth_flow", "consents"), ("asset", "uploads")];
    for (table, _) in parts {
        intruder.run(&format!("ALTER TABLE {table} RENAME TO {table}_away")).await;
    }
    let before = parts.map(|(_, what)| diary::count(&["ERROR", "sweep", what]));
    assert!(countersign_api::worker::sweep(h.app()).await.is_err());
    let told = parts.map(|(_, what)| diary::count(&["ERROR", "sweep", what]));
    assert_eq!(told, before.map(|count| count + 1));
    for (table, _) in parts {
        intruder.run(&format!("ALTER TABLE {table}_away RENAME TO {table}")).await;
    }
    h.sweep().await;
    h.finish().await;
}
