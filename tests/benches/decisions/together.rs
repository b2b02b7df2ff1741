//! Many who write at once, on SQLite: each makes a draft, sends it to review, comments on it, and approves it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_tests::harness::{Database, Stage};
use countersign_tests::measure::{Times, ms};
use countersign_tests::{Answer, Harness};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::work;

const WRITERS: usize = 64;
/// What each writer does: so many drafts, four writes for each.
const DRAFTS: usize = 8;
const VERBS: [&str; 4] = ["create a draft", "submit it", "comment on it", "approve it"];

/// Lets all of them write, and tells how long each verb took and how often the database was busy.
pub async fn measure() {
    let h = Harness::builder().unobserved().database(Database::AlwaysEmbedded).start().await;
    let stage = Arc::new(h.stage().await);
    let fields = work::fields(&stage).await;
    let began = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (stage, fields) = (Arc::clone(&stage), fields.clone());
        writers.spawn(async move { write(&stage, &fields, writer * DRAFTS).await });
    }
    let written: Vec<Written> = writers.join_all().await.into_iter().flatten().collect();
    let took = began.elapsed();
    let busy = written.iter().filter(|write| write.status == 503).count();
    let wrong: Vec<u16> = written.iter().map(|write| write.status).filter(|status| *status >= 400).collect();
    assert!(wrong.len() == busy, "refused with {:?}", wrong.first());
    let rate = written.len() as f64 / took.as_secs_f64();
    println!("{WRITERS} writers on SQLite over HTTP, {} writes, {rate:.0}/s", written.len());
    for (verb, name) in VERBS.iter().enumerate() {
        tell(name, written.iter().filter(|write| write.verb == verb).map(|write| write.took).collect());
    }
    tell("all; goal for p99: 200 ms", written.iter().map(|write| write.took).collect());
    println!("told that the database is busy: {busy}; goal: 0");
    h.leave().await;
}

/// One write.
struct Written {
    verb: usize,
    status: u16,
    took: Duration,
}

async fn write(stage: &Stage, fields: &Value, first: usize) -> Vec<Written> {
    let mut written = Vec::new();
    for number in first..first + DRAFTS {
        let made = timed(&mut written, 0, work::create(&stage.author, fields, number)).await;
        let Some(id) = made.id() else { continue };
        let path = |verb: &str| format!("/drafts/{id}/{verb}");
        timed(&mut written, 1, stage.author.post_empty(&path("submit"))).await;
        let comment = json!({"note": "The light is better in the second picture."});
        timed(&mut written, 2, stage.reviewer.post(&path("comments"), comment)).await;
        let digest = json!({"digest": made.json()["digest"]});
        timed(&mut written, 3, stage.reviewer.post(&path("approve"), digest)).await;
    }
    written
}

async fn timed(written: &mut Vec<Written>, verb: usize, write: impl Future<Output = Answer>) -> Answer {
    let began = Instant::now();
    let answer = write.await;
    written.push(Written { verb, status: answer.status, took: began.elapsed() });
    answer
}

/// The id of what was made; none where it was not.
trait Made {
    fn id(&self) -> Option<String>;
}

impl Made for Answer {
    fn id(&self) -> Option<String> {
        (self.status == 201).then(|| self.json()["id"].as_str().unwrap().to_owned())
    }
}

fn tell(name: &str, times: Times) {
    let (middle, slow, most) = (times.median(), times.quantile(0.99), times.quantile(1.0));
    println!("{name:<34}median {:>6.1} ms  p99 {:>6.1} ms  most {:>6.1} ms", ms(middle), ms(slow), ms(most));
}
