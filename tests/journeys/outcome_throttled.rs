//! Too many calls: Pinterest says how long to wait, the same approval is sent again after that, and nothing failed.

use std::time::Duration;

use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

/// A refusal of a limit with these headers; the simulator's own ones are left out where they are empty.
fn limited(headers: Value) -> Value {
    json!({"operation": "pins/create", "fault": "status", "status": 429, "code": 8,
           "message": "This request exceeded a rate limit.", "headers": headers})
}

/// The moment in so many seconds, as HTTP writes it.
fn date(h: &Harness, seconds: i64) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let at = h.app().now().micros() / 1_000_000 + seconds;
    OffsetDateTime::from_unix_timestamp(at).unwrap().format(&format).unwrap()
}

/// What the headers say, and the seconds to wait. The undo window passes before the answer comes.
fn waits(h: &Harness, which: usize) -> Option<(&'static str, Value, i64)> {
    const RESET: &str = "X-RateLimit-Reset";
    const AFTER: &str = "Retry-After";
    const TOO_GREAT: &str = "999999999999999999";
    let undo = 10;
    let all: [(&str, Value, i64); 13] = [
        ("X-RateLimit-Reset", json!({RESET: "45"}), 45),
        ("Retry-After in seconds", json!({AFTER: "30", RESET: ""}), 30),
        ("Retry-After as a date", json!({AFTER: date(h, undo + 75), RESET: ""}), 75),
        ("Retry-After that has passed", json!({AFTER: date(h, undo - 75), RESET: ""}), 1),
        ("Retry-After beside a reset", json!({AFTER: "30", RESET: "45"}), 30),
        ("Two Retry-After", json!({AFTER: "7\n9", RESET: ""}), 7),
        ("Retry-After below zero", json!({AFTER: "-5", RESET: ""}), 60),
        ("Garbage beside a reset", json!({AFTER: "soon", RESET: "20"}), 20),
        ("Garbage alone", json!({AFTER: "soon", RESET: "now"}), 60),
        ("Neither", json!({AFTER: "", RESET: ""}), 60),
        ("A huge Retry-After", json!({AFTER: "999999999", RESET: ""}), 24 * 3600),
        (
            "A number that no log holds",
            json!({"X-RateLimit-Limit": TOO_GREAT, AFTER: "", RESET: TOO_GREAT}),
            60,
        ),
        ("A moment in place of seconds", json!({RESET: "1796112000", AFTER: ""}), 24 * 3600),
    ];
    all.into_iter().nth(which)
}

#[tokio::test]
async fn it_waits_as_long_as_pinterest_says_and_goes_out_under_the_same_approval() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let told = ["publish.started", "api.request", "api.rate_limited", "publish.rescheduled"];
    let (mut cells, mut wrong) = (0, Vec::new());
    while let Some((name, headers, seconds)) = waits(&h, cells) {
        cells += 1;
        let send = h.send(&stage, name, limited(headers)).await;
        let became = send.became(&h, &stage).await;
        let reads = ["Pinterest asked us to wait", "429, code 8"];
        wrong.extend(became.differs(&Expected {
            state: "scheduled",
            why: "rate_limited",
            creates: 1,
            pins: 0,
            told: &told,
            reads: &reads,
        }));
        if became.due_in_s != seconds {
            wrong.push(format!("{name}: tried again in {} s, expected {seconds}", became.due_in_s));
        }
        let wait = Duration::from_secs(u64::try_from(became.due_in_s).unwrap());
        h.advance(wait - Duration::from_secs(1));
        h.run_workers().await;
        assert_eq!(h.creates(), 2 * cells - 1, "{name}: not before");
        h.advance(Duration::from_secs(1));
        h.run_workers().await;
        for person in [&stage.author, &stage.reviewer] {
            person.sign_in().await.is(201);
        }
        let after = send.became(&h, &stage).await;
        if after.publication["state"] != "published" || (after.creates, after.pins) != (2, 1) {
            wrong.push(format!("{name}: {}", after.publication));
        }
    }
    assert_all(&wrong);
    let log = h.log().await;
    assert_eq!(log.of("review.approved").len(), cells, "one approval for two sends");
    h.finish().await;
}

#[tokio::test]
async fn a_restart_forgets_no_limit_of_an_account() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    h.with_fault(limited(json!({"Retry-After": "30", "X-RateLimit-Reset": ""})));
    let both = [h.approved_draft(&stage).await, h.approved_draft(&stage).await];
    h.publish().await;
    h.restart().await;
    h.advance(Duration::from_secs(29));
    h.run_workers().await;
    assert_eq!(h.creates(), 1, "the other one would only meet the same limit");
    for _ in 0..2 {
        h.advance(Duration::from_secs(30));
        h.run_workers().await;
    }
    for draft in both {
        let publication = stage.author.publication(&draft.publication()).await;
        assert_eq!(publication["state"], "published", "{publication}");
    }
    assert_eq!((h.creates(), h.ledger().pins.len()), (3, 2));
    h.finish().await;
}
