//! Servers that share a PostgreSQL agree on the time, whatever their machines say. Without a PostgreSQL there is nothing
//! to agree on.

use std::time::Duration;

use countersign_api::clock::{Clock, SystemClock};
use countersign_api::db::Db;
use countersign_api::timing;
use countersign_api::worker::clock_follow::follow;
use countersign_tests::database;

#[tokio::test]
async fn two_servers_with_skewed_clocks_agree_after_a_look_at_the_database() {
    let Some(url) = database::fresh_postgres().await else { return };
    let db = Db::connect(&url, &timing::Database::default()).await.unwrap();
    let (ahead, behind) = (SystemClock::new(), SystemClock::new());
    assert!(ahead.correct(3_600_000_000) && behind.correct(-120_000_000));
    for clock in [&ahead, &behind] {
        follow(&db, clock).await.unwrap();
        // Where it agrees it is left alone.
        follow(&db, clock).await.unwrap();
    }
    let (one, other) = (ahead.now(), behind.now());
    assert!(one.since(other).max(other.since(one)) < Duration::from_secs(2), "{one:?} and {other:?}");
    let theirs = db.clock().await.unwrap().unwrap();
    assert!(theirs.since(one).max(one.since(theirs)) < Duration::from_secs(2), "{theirs:?} and {one:?}");
    db.close().await;
}
