//! Many who approve at once, on PostgreSQL, where each transaction that tells of something waits for the log's head.

use std::sync::Arc;
use std::time::Instant;

use countersign_tests::Harness;
use countersign_tests::harness::Database;
use countersign_tests::measure::{Times, ms};
use tokio::task::JoinSet;

use super::cluster::Cluster;
use super::work;

const WRITERS: usize = 16;
/// What each writer approves.
const DRAFTS: usize = 60;

/// Lets all of them approve through the service.
pub async fn measure() {
    let Some(cluster) = Cluster::find() else {
        println!("PostgreSQL was not measured: there is neither COUNTERSIGN_BENCH_POSTGRES nor an initdb");
        return;
    };
    let h =
        Harness::builder().unobserved().database(Database::At(cluster.fresh_database().await)).start().await;
    let stage = h.stage().await;
    let reviewer = work::evidence(&h, &stage).await;
    let mut drafts = work::in_review(&stage, WRITERS * DRAFTS, WRITERS).await;
    let (h, began) = (Arc::new(h), Instant::now());
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (h, reviewer, own) = (Arc::clone(&h), reviewer.clone(), drafts.split_off(drafts.len() - DRAFTS));
        writers.spawn(async move {
            let mut times = Vec::new();
            for draft in own {
                let began = Instant::now();
                work::approve(&h, &reviewer, &draft).await;
                times.push(began.elapsed());
            }
            times
        });
    }
    let times: Times = writers.join_all().await.into_iter().flatten().collect();
    let rate = times.count() as f64 / began.elapsed().as_secs_f64();
    println!("{WRITERS} writers on PostgreSQL through the service; goal: 300/s");
    let (middle, slow) = (ms(times.median()), ms(times.quantile(0.99)));
    println!("{:<34}{rate:>8.0}/s median {middle:>6.1} ms  p99 {slow:>6.1} ms", "approve");
    println!("{:<34}{:>8.0}/s", "one write and fdatasync there", cluster.bare_rate());
    Arc::into_inner(h).unwrap().leave().await;
}
