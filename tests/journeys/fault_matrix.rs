//! Everything that can happen to the answer of a send, before and after Pinterest made the Pin: what proves nothing is
//! looked for on the board, and never sent twice.
//!
//! One cell is one Pin, named after its fault. What is proven by an answer stands in the files `outcome_*`.

use std::time::Duration;

use countersign_tests::harness::Stage;
use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness, Send};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A fault, the stable word for what it proves, and what the page says of it.
type Cell = (&'static str, Value, &'static str, &'static str);

const LATE: &str = "it did not come in time";
const RESET: &str = "the connection was reset";
const BROKE: &str = "the connection broke off";
const CUT: &str = "it was cut off";
const LONG: &str = "it was longer than any answer is";
const NO_ID: &str = "it did not name the Pin";
const NEITHER: &str = "it says neither yes nor no";
const ELSEWHERE: &str = "it led elsewhere";
const THEIRS: &str = "Pinterest had a fault of its own";
const FOREIGN: &str = "it was no answer of Pinterest’s";

/// The answer does not arrive, or not whole.
fn spoiled() -> Vec<Cell> {
    vec![
        ("Reset before the answer", json!({"fault": "reset"}), "reset", RESET),
        ("Reset in the headers", json!({"fault": "reset", "at": "head"}), "reset", RESET),
        ("Reset in the body", json!({"fault": "reset", "at": "body"}), "reset", RESET),
        ("Closed without an answer", json!({"fault": "timeout", "delay_ms": 1}), "broken", BROKE),
        ("Cut body", json!({"fault": "cut_body"}), "cut_body", CUT),
        ("Cut body of a refusal", json!({"fault": "cut_body", "status": 400}), "cut_body", CUT),
        ("100 MiB", json!({"fault": "oversized", "mebibytes": 100}), "too_large", LONG),
        ("Gzip bomb of 4 GiB", json!({"fault": "gzip_bomb", "mebibytes": 4096}), "too_large", LONG),
        (
            "Headers without end",
            json!({"fault": "html", "headers": {"x-filler": "a".repeat(600_000)}}),
            "broken",
            BROKE,
        ),
    ]
}

/// The answer is one of success, and does not say what was made.
fn meaningless() -> Vec<Cell> {
    let said = |status: u16, body: &str| json!({"fault": "status", "status": status, "body": body});
    vec![
        ("HTML with 200", json!({"fault": "html", "status": 200}), "no_id_in_answer", NO_ID),
        ("HTML with 201", json!({"fault": "html", "status": 201}), "no_id_in_answer", NO_ID),
        ("Empty 200", said(200, ""), "no_id_in_answer", NO_ID),
        ("200 without an id", said(200, r#"{"title": "Soup"}"#), "no_id_in_answer", NO_ID),
        ("200 with an id that is none", said(200, r#"{"id": "req-7f3a"}"#), "no_id_in_answer", NO_ID),
        ("201 with two ids", said(201, r#"{"id": "813", "id": "814"}"#), "no_id_in_answer", NO_ID),
        ("201 of another type", said(201, "[]"), "no_id_in_answer", NO_ID),
        ("Bad UTF-8", json!({"fault": "bad_utf8"}), "no_id_in_answer", NO_ID),
        ("202 with an id", said(202, r#"{"id": "813744021190"}"#), "unexpected_status", NEITHER),
        ("204", said(204, ""), "unexpected_status", NEITHER),
        ("206", said(206, r#"{"id": "813744021190"}"#), "unexpected_status", NEITHER),
    ]
}

/// The answer is one of failure, and leaves it open whether a Pin was made.
fn open() -> Vec<Cell> {
    let html = |status: u16| json!({"fault": "html", "status": status});
    let coded = |status: u16, code: i64| json!({"fault": "status", "status": status, "code": code});
    vec![
        ("408", coded(408, 408), "request_timeout", LATE),
        ("409", coded(409, 409), "conflict", "Pinterest spoke of a conflict"),
        ("500", coded(500, 12), "server_error", THEIRS),
        ("501", coded(501, 1), "server_error", THEIRS),
        ("502", html(502), "server_error", THEIRS),
        (
            "503 with Retry-After",
            json!({"fault": "status", "status": 503, "headers": {"Retry-After": "30"}}),
            "server_error",
            THEIRS,
        ),
        (
            "503 with two Retry-After",
            json!({"fault": "html", "status": 503, "headers": {"Retry-After": "1\n2"}}),
            "server_error",
            THEIRS,
        ),
        ("504", html(504), "server_error", THEIRS),
        ("599", coded(599, 1), "server_error", THEIRS),
        ("Code 2787 with 500", coded(500, 2787), "server_error", THEIRS),
        ("Code 2787 with 400", coded(400, 2787), "server_error", THEIRS),
        ("HTML with 400", html(400), "not_pinterests", FOREIGN),
        ("HTML with 401", html(401), "not_pinterests", FOREIGN),
        ("HTML with 403", html(403), "not_pinterests", FOREIGN),
        ("HTML with 404", html(404), "not_pinterests", FOREIGN),
        ("HTML with 407", html(407), "not_pinterests", FOREIGN),
        ("HTML with 429", html(429), "not_pinterests", FOREIGN),
        (
            "JSON of a proxy with 403",
            json!({"fault": "status", "status": 403, "body": r#"{"error": "blocked"}"#}),
            "not_pinterests",
            FOREIGN,
        ),
    ]
}

/// Redirects to `elsewhere`.
fn redirects(elsewhere: &str) -> Vec<Cell> {
    let to = |status: u16| json!({"fault": "status", "status": status, "headers": {"Location": elsewhere}});
    [("301", 301), ("302", 302), ("303", 303), ("307", 307), ("308", 308)]
        .into_iter()
        .map(|(name, status)| (name, to(status), "unexpected_redirect", ELSEWHERE))
        .collect()
}

/// Sends the cells' Pins one after the other; each is unknown at once, and says so.
async fn send_all(h: &Harness, stage: &Stage, cells: Vec<Cell>, when: &str) -> Vec<Send> {
    let (mut sends, mut wrong) = (Vec::new(), Vec::new());
    for (name, mut fault, why, reads) in cells {
        fault["operation"] = "pins/create".into();
        fault["when"] = when.into();
        let pins = usize::from(when == "after");
        let send = h.send(stage, name, fault).await;
        let became = send.became(h, stage).await;
        let has_answer = !became.publication["attempts"][0]["status"].is_null();
        let outcome = if has_answer { "api.response" } else { "api.unknown" };
        let outcome = if name == "HTML with 429" { "api.rate_limited" } else { outcome };
        let told = ["publish.started", "api.request", outcome, "publish.unknown"];
        let expected = Expected { state: "unknown", why, creates: 1, pins, told: &told, reads: &[reads] };
        wrong.extend(became.differs(&expected));
        if became.look_in_s != Some(5) {
            wrong.push(format!("{name}: the first look is in {:?} s", became.look_in_s));
        }
        sends.push(send);
    }
    assert_all(&wrong);
    sends
}

/// A place that counts who comes.
struct Elsewhere {
    listener: TcpListener,
    address: String,
}

impl Elsewhere {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v5/pins", listener.local_addr().unwrap());
        Self { listener, address }
    }

    /// That nobody came: whoever had would wait in the listener's queue.
    async fn is_untouched(&self) {
        let came = tokio::time::timeout(Duration::from_millis(1), self.listener.accept()).await;
        assert!(came.is_err(), "a redirect was followed");
    }
}

/// All looks at the board, the last included; those who look afterwards sign in again.
async fn look_to_the_end(h: &Harness, stage: &Stage) {
    h.with_fault(json!([]));
    for seconds in [5, 25, 90, 480, 1_200, 5_400] {
        h.advance(Duration::from_secs(seconds));
        h.run_workers().await;
    }
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
}

fn every_cell(elsewhere: &Elsewhere) -> Vec<Cell> {
    [spoiled(), meaningless(), open(), redirects(&elsewhere.address)].concat()
}

#[tokio::test]
async fn a_pin_that_was_made_is_found_whatever_the_answer_was() {
    let (h, elsewhere) = (Harness::start().await, Elsewhere::open().await);
    let stage = h.stage().await;
    let sends = send_all(&h, &stage, every_cell(&elsewhere), "after").await;
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    let mut wrong = Vec::new();
    for send in &sends {
        let became = send.became(&h, &stage).await;
        let pin = h.ledger().pins.into_iter().find(|pin| pin.title.as_ref() == Some(&send.name)).unwrap();
        if became.publication["state"] != "published" || became.publication["pin_id"] != pin.pin_id.as_str() {
            wrong.push(format!("{}: {}", send.name, became.publication));
        }
        let end = ["api.reconciled", "publish.succeeded"];
        if !became.told.iter().map(String::as_str).rev().take(2).eq(end.into_iter().rev()) {
            wrong.push(format!("{}: the log tells {:?}", send.name, became.told));
        }
        wrong.extend(became.reads_badly(&["Looked at the board: the Pin is there"]));
    }
    assert_all(&wrong);
    let taken = h.ledger().requests.iter().map(|request| request.taken_bytes).max().unwrap();
    assert!((8..32).contains(&(taken >> 20)), "{taken} of 100 MiB were taken");
    assert_eq!((h.creates(), h.ledger().pins.len()), (sends.len(), sends.len()));
    elsewhere.is_untouched().await;
    h.finish().await;
}

#[tokio::test]
async fn a_pin_that_was_not_made_is_for_a_person_whatever_the_answer_was() {
    let (h, elsewhere) = (Harness::start().await, Elsewhere::open().await);
    let stage = h.stage().await;
    let sends = send_all(&h, &stage, every_cell(&elsewhere), "before").await;
    look_to_the_end(&h, &stage).await;
    let mut wrong = Vec::new();
    for send in &sends {
        let became = send.became(&h, &stage).await;
        let is_for_a_person = became.publication["state"] == "needs_decision"
            && became.publication["why"] == "not_seen"
            && became.publication["evidence"]["looks"] == 6;
        if !is_for_a_person || became.look_in_s.is_some() {
            wrong.push(format!("{}: {}", send.name, became.publication));
        }
        let looks = became.told.iter().filter(|kind| *kind == "api.reconciled").count();
        if looks != 6 || became.told.last().map(String::as_str) != Some("publish.needs_decision") {
            wrong.push(format!("{}: the log tells {:?}", send.name, became.told));
        }
        wrong.extend(became.reads_badly(&["none seen", "6 times"]));
    }
    assert_all(&wrong);
    assert_eq!((h.creates(), h.ledger().pins.len()), (sends.len(), 0), "never an automatic second post");
    elsewhere.is_untouched().await;
    h.finish().await;
}

/// What keeps silent, or says one byte at a time, is given up after so many real milliseconds.
const PATIENCE: u64 = 3_000;

#[tokio::test]
async fn silence_is_given_up_and_the_pin_is_found_if_there_is_one() {
    let h = Harness::builder().impatient(PATIENCE).start().await;
    let stage = h.stage().await;
    let drip = json!({"fault": "slow", "drop_bytes": 1, "delay_ms": 600_000});
    let after = vec![
        ("Silence after it", json!({"fault": "timeout"}), "timeout", LATE),
        ("A byte a second", drip, "timeout", LATE),
    ];
    let before = vec![("Silence before it", json!({"fault": "timeout"}), "timeout", LATE)];
    let lost = send_all(&h, &stage, before, "before").await;
    let made = send_all(&h, &stage, after, "after").await;

    // Acted on when nobody waits for it any more: made all the same, and found.
    let late = json!({"operation": "pins/create", "fault": "slow", "delay_ms": PATIENCE + 1_000});
    let late = h.send(&stage, "Acted on late", late).await;
    assert_eq!(late.became(&h, &stage).await.publication["state"], "unknown");
    h.until(|h| h.ledger().pins.iter().any(|pin| pin.title.as_ref() == Some(&late.name))).await;

    look_to_the_end(&h, &stage).await;
    for send in made.iter().chain([&late]) {
        let became = send.became(&h, &stage).await;
        assert_eq!(
            (became.publication["state"].as_str(), became.pins),
            (Some("published"), 1),
            "{}",
            send.name
        );
    }
    let became = lost[0].became(&h, &stage).await;
    assert_eq!((became.publication["state"].as_str(), became.pins), (Some("needs_decision"), 0));
    assert_eq!(h.creates(), 4);
    h.finish().await;
}
