//! An answer with an id proves the Pin, however it is worded; the Pin is read back once, and only what differs is noted.

use std::time::Duration;

use countersign_review_fixtures::{Dialect, NewPin};
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness};
use serde_json::{Value, json};

const TOLD: [&str; 6] =
    ["publish.started", "api.request", "api.response", "publish.succeeded", "api.request", "api.response"];

fn after(mut fault: Value) -> Value {
    fault["operation"] = "pins/create".into();
    fault["when"] = "after".into();
    fault
}

/// A Pin with an id is published at once, by one call.
async fn differs(
    h: &Harness,
    stage: &Stage,
    name: &str,
    faults: Value,
    told: &[&str],
    reads: &[&str],
) -> Vec<String> {
    let send = h.send(stage, name, faults).await;
    let expected = Expected { state: "published", why: "created", creates: 1, pins: 1, told, reads };
    send.became(h, stage).await.differs(&expected)
}

#[tokio::test]
async fn an_id_is_an_id_however_it_comes() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let mut wrong = Vec::new();
    let slowly = json!({"fault": "slow", "drop_bytes": 64, "delay_ms": 50});
    let cells = [
        ("201", json!([])),
        ("Packed", after(json!({"fault": "gzip"}))),
        ("In drops", after(slowly)),
        ("A mebibyte of blanks before it", after(json!({"fault": "oversized", "mebibytes": 1}))),
        ("Unread", json!({"operation": "pins/get", "fault": "status", "status": 500, "code": 1})),
        (
            "Unread for its limit",
            json!({"operation": "pins/get", "fault": "status", "status": 429, "code": 8}),
        ),
    ];
    for (name, faults) in cells {
        let mut told = TOLD.to_vec();
        if name == "Unread for its limit" {
            told[5] = "api.rate_limited";
        }
        wrong.extend(differs(&h, &stage, name, faults, &told, &[]).await);
    }
    h.pinterest().set_dialect(Dialect { creates_with_200: true, has_zone: true, ..Dialect::default() });
    wrong.extend(differs(&h, &stage, "200", json!([]), &TOLD, &[]).await);

    // Pinterest shows it otherwise: the names of the fields are kept, and not what it shows.
    let alter = json!({"operation": "pins/create", "fault": "alter", "message": "Altered over there"});
    let told = [&TOLD as &[&str], &["api.reconciled"]].concat();
    let reads = ["Pinterest shows otherwise", "<dd>title</dd>"];
    wrong.extend(differs(&h, &stage, "Altered", alter, &told, &reads).await);
    assert_all(&wrong);
    let latest = stage.author.all("/publications?state=published").await;
    let drift: Vec<&Value> = latest.iter().map(|publication| &publication["drift"]).collect();
    assert_eq!(drift.iter().filter(|drift| ***drift == json!(["title"])).count(), 1, "{drift:?}");
    assert!(!format!("{:?}", h.log().await).contains("Altered over there"), "nothing of Pinterest's is kept");
    h.finish().await;
}

#[tokio::test]
async fn the_type_of_the_body_proves_nothing_its_content_does() {
    let h = Harness::builder().duplicating().start().await;
    let stage = h.stage().await;
    // The simulator makes nothing here: only what the answer proves is looked at.
    let typed = json!({"operation": "pins/create", "fault": "status", "status": 201,
        "body": r#"{"id": "813744021190"}"#, "headers": {"Content-Type": "text/plain", "X-Twice": "1\n2"}});
    let first = h.send(&stage, "As plain text", typed.clone()).await;
    let became = first.became(&h, &stage).await;
    assert_eq!(became.publication["pin_id"], "813744021190", "{became:?}");

    // The same answer again is an old one, repeated by somebody in between.
    let second = h.send(&stage, "Repeated", typed).await;
    let became = second.became(&h, &stage).await;
    let told = ["publish.started", "api.request", "api.response", "publish.unknown"];
    let reads = ["it named a Pin that is another one’s"];
    let expected = Expected {
        state: "unknown",
        why: "id_of_another_pin",
        creates: 1,
        pins: 0,
        told: &told,
        reads: &reads,
    };
    assert_all(&became.differs(&expected));
    h.finish().await;
}

/// A lost answer, and the Pin is not where one looks first.
#[tokio::test]
async fn a_lost_pin_is_found_late_and_on_page_40_and_an_altered_one_is_for_a_person() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let lost = after(json!({"fault": "reset"}));
    let hide = json!({"operation": "pins/create", "fault": "hide", "delay_ms": 25 * 60_000});
    let late = h.send(&stage, "Listed after 25 minutes", json!([hide, lost])).await;
    let alter = json!({"operation": "pins/create", "fault": "alter", "message": "Something else"});
    let altered = h.send(&stage, "Altered and lost", json!([alter, lost])).await;

    // Between the send and the look others put so many Pins on the board that it is on the last of 41 pages.
    let buried = h.send(&stage, "Buried", lost).await;
    h.pinterest().set_dialect(Dialect { largest_page: Some(5), ..Dialect::default() });
    let foreign = NewPin {
        board_id: Some(RECIPES.to_owned()),
        title: Some("Buried".to_owned()),
        count: Some(200),
        ..NewPin::default()
    };
    h.pinterest().add_pin(foreign).unwrap();
    let pages = |h: &Harness| {
        let requests = h.ledger().requests;
        requests.iter().filter(|request| request.operation.as_deref() == Some("boards/list_pins")).count()
    };
    let before = pages(&h);
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    let became = buried.became(&h, &stage).await;
    let pin = h.ledger().pins.into_iter().find(|pin| pin.title.as_deref() == Some("Buried")).unwrap();
    assert_eq!(became.publication["pin_id"], pin.pin_id.as_str(), "{became:?}");
    assert!(pages(&h) - before > 40, "{}", pages(&h) - before);

    h.pinterest().set_dialect(Dialect::default());
    for minutes in [1, 10, 30, 90] {
        h.advance(Duration::from_secs(minutes * 60));
        h.run_workers().await;
    }
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
    let found = late.became(&h, &stage).await;
    assert_eq!((found.publication["state"].as_str(), found.pins), (Some("published"), 1), "{found:?}");
    let became = altered.became(&h, &stage).await;
    assert_eq!(became.publication["state"], "needs_decision");
    assert_all(&became.reads_badly(&["none seen"]));
    assert_eq!((h.creates(), h.ledger().pins.len()), (3, 3), "never sent again");
    h.finish().await;
}
