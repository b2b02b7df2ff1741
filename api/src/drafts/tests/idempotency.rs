use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::*;
use crate::{
    drafts::{
        idempotency::{Answer, IdempotencyError, once, sweep},
        store::fixture,
    },
    error::{Kind, Refusal},
};

/// Counts how often the work was done.
#[derive(Clone, Default)]
struct Work(Arc<AtomicUsize>);

impl Work {
    fn answering(&self, status: u16) -> impl Future<Output = Answer> + Send + 'static {
        let times = self.0.clone();
        async move { Answer { status, body: format!("{}", times.fetch_add(1, Ordering::SeqCst) + 1) } }
    }

    fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Bench {
    async fn once(
        &self,
        key: &str,
        request: &str,
        status: u16,
        work: &Work,
    ) -> Result<Answer, IdempotencyError> {
        once(self.app(), self.ada.id(), key, request.as_bytes(), work.answering(status)).await
    }
}

#[tokio::test]
async fn the_same_request_under_the_same_key_takes_effect_once() {
    let (bench, work) = (Bench::new().await, Work::default());
    let first = bench.once("k", "a", 201, &work).await.unwrap();
    assert_eq!(first, Answer { status: 201, body: "1".to_owned() });
    assert_eq!(bench.once("k", "a", 201, &work).await.unwrap(), first);
    assert_eq!(work.times(), 1);
    let other = bench.once("k", "b", 201, &work).await.unwrap_err();
    assert_eq!((other.kind(), other.code()), (Kind::Conflict, "idempotency_key_reused"));
    let ben = once(bench.app(), bench.ben.id(), "k", b"b", work.answering(201)).await.unwrap();
    assert_eq!(ben.body, "2");
    bench.once("another", "a", 201, &work).await.unwrap();
    assert_eq!(work.times(), 3);
}

#[tokio::test]
async fn a_refusal_frees_the_key_and_an_unknown_outcome_does_not() {
    let (bench, work) = (Bench::new().await, Work::default());
    for status in [422, 409, 503] {
        bench.once("k", "a", status, &work).await.unwrap();
    }
    assert_eq!(work.times(), 3);
    bench.once("k", "a", 500, &work).await.unwrap();
    let waiting = bench.once("k", "a", 201, &work).await.unwrap_err();
    assert_eq!((waiting.code(), work.times()), ("idempotency_key_unanswered", 4));
}

#[tokio::test]
async fn of_many_at_once_one_does_the_work() {
    let (bench, work) = (Bench::new().await, Work::default());
    let calls = (0..8).map(|_| bench.once("k", "a", 201, &work));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(work.times(), 1);
    for answer in answers {
        assert!(matches!(answer, Ok(Answer { status: 201, .. }) | Err(IdempotencyError::Unanswered)));
    }
}

#[tokio::test]
async fn the_work_goes_on_when_the_client_hangs_up() {
    let bench = Bench::new().await;
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let work = {
        let (begun, go) = (begun.clone(), go.clone());
        async move {
            begun.notify_one();
            go.notified().await;
            Answer { status: 201, body: "done".to_owned() }
        }
    };
    tokio::select! {
        _ = once(bench.app(), bench.ada.id(), "k", b"a", work) => panic!("it cannot be done yet"),
        () = begun.notified() => {}
    }
    go.notify_one();
    loop {
        match bench.once("k", "a", 500, &Work::default()).await {
            Err(IdempotencyError::Unanswered) => tokio::task::yield_now().await,
            answer => break assert_eq!(answer.unwrap().body, "done"),
        }
    }
}

#[tokio::test]
async fn a_key_is_kept_for_a_day() {
    let (bench, work) = (Bench::new().await, Work::default());
    bench.once("k", "a", 201, &work).await.unwrap();
    bench.once("old", "a", 201, &work).await.unwrap();
    bench.test.clock.advance(Duration::from_secs(24 * 3600));
    bench.once("k", "b", 201, &work).await.unwrap();
    assert_eq!(work.times(), 3);
    assert_eq!(sweep(bench.app()).await.unwrap(), 1);
    assert_eq!(fixture::number(bench.app(), "SELECT count(*) FROM idempotency_key").await, 1);
}

#[tokio::test]
async fn a_key_is_visible_ascii() {
    let (bench, work) = (Bench::new().await, Work::default());
    for key in ["", "a b", "é", &"k".repeat(256)] {
        let refused = bench.once(key, "a", 201, &work).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Malformed);
    }
    assert_eq!(work.times(), 0);
}
