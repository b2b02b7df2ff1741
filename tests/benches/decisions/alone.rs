//! One decision after another, on SQLite.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use countersign_tests::Harness;
use countersign_tests::harness::Database;
use countersign_tests::measure::{Times, ms};
use serde_json::json;

use super::work;

/// Decisions of each kind.
const ROUNDS: usize = 300;
/// The first ones, which are not counted.
const WARM_UP: usize = 30;
/// About what a decision adds: two events with their sealed parts, an approval, a publication, and a draft's row.
const RECORD: usize = 4096;

/// Approves through the service and over HTTP, and writes a bare record, each in turn.
pub async fn measure() {
    let h = Harness::builder().unobserved().database(Database::AlwaysEmbedded).start().await;
    let stage = h.stage().await;
    let reviewer = work::evidence(&h, &stage).await;
    let drafts = work::in_review(&stage, 2 * (WARM_UP + ROUNDS), 4).await;
    let mut bare = BareWrite::beside(&h.data_dir());
    let (mut service, mut http, mut writes) = (Times::default(), Times::default(), Times::default());
    for (round, pair) in drafts.chunks(2).enumerate() {
        let began = Instant::now();
        work::approve(&h, &reviewer, &pair[0]).await;
        let by_service = began.elapsed();
        let (path, body) = (format!("/drafts/{}/approve", pair[1].id), json!({"digest": pair[1].digest}));
        let began = Instant::now();
        stage.reviewer.post(&path, body).await.ok();
        let by_http = began.elapsed();
        let began = Instant::now();
        bare.write();
        let by_hand = began.elapsed();
        if round >= WARM_UP {
            service.push(by_service);
            http.push(by_http);
            writes.push(by_hand);
        }
    }
    println!("one after another on SQLite, median of {ROUNDS}; goal for the ratio: 0.12");
    println!(
        "{:<34}{:>8.0}/s {:>7.2} ms",
        "write and fdatasync of 4 KiB",
        writes.rate(),
        ms(writes.median())
    );
    for (name, times) in [("approve, through the service", &service), ("approve, over HTTP", &http)] {
        let ratio = times.rate() / writes.rate();
        let (middle, slow) = (ms(times.median()), ms(times.quantile(0.99)));
        println!("{name:<34}{:>8.0}/s {middle:>7.2} ms  p99 {slow:>6.2} ms  ratio {ratio:.3}", times.rate());
    }
    h.leave().await;
}

/// A file that records are appended to, each on the disk before the next.
struct BareWrite(File);

impl BareWrite {
    fn beside(data_dir: &Path) -> Self {
        let path = data_dir.join("bare-write");
        Self(OpenOptions::new().create(true).append(true).open(path).unwrap())
    }

    fn write(&mut self) {
        self.0.write_all(&[7; RECORD]).unwrap();
        self.0.sync_data().unwrap();
    }
}
