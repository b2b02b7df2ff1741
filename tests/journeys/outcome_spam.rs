//! Pinterest blocks an account for spam: the whole account pauses, longer each time in a row, and people are told.

use std::time::Duration;

use countersign_tests::harness::Stage;
use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness};
use serde_json::{Value, json};

const HOUR: u64 = 3_600;

fn blocked() -> Vec<Value> {
    let by_code = json!({"operation": "pins/create", "fault": "status", "status": 429, "code": 9,
                         "message": "Sorry! We blocked this link because it may lead to spam."});
    let by_text = json!({"operation": "pins/create", "fault": "status", "status": 429, "code": 8,
                         "message": "You've hit a block (Pins) we have in place to combat spam. Please try again later."});
    let without_code = json!({"operation": "pins/create", "fault": "status", "status": 429,
                              "body": r#"{"message": "This was blocked as spam."}"#});
    vec![by_code, by_text, without_code]
}

async fn sign_in_again(stage: &Stage) {
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
}

#[tokio::test]
async fn the_account_pauses_for_one_hour_then_six_then_a_day() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let second = h.sign(&stage, "Waits with it").await;
    let first = h.sign(&stage, "Blocked thrice").await;
    h.with_fault(json!(blocked()));
    h.publish().await;
    let mut wrong = Vec::new();
    for (n, hours) in [1, 6, 24].into_iter().enumerate() {
        assert_eq!(h.creates(), n + 1, "one call for the whole account");
        sign_in_again(&stage).await;
        for held in [&first, &second] {
            let became = held.became(&h, &stage).await;
            let reads = [
                "Pinterest blocked this account for spam",
                "Look at the account at Pinterest",
                "Tried again at",
            ];
            assert_eq!(
                (became.publication["state"].as_str(), became.publication["hold_reason"].as_str()),
                (Some("held"), Some("spam")),
                "{became:?}"
            );
            wrong.extend(became.reads_badly(&reads));
        }
        stage.author.page("/?tab=attention").await.says("Held: blocked by Pinterest");
        h.advance(Duration::from_secs(hours * HOUR - 1));
        h.run_workers().await;
        assert_eq!(h.creates(), n + 1, "never a quick second try");
        h.advance(Duration::from_secs(1));
        h.run_workers().await;
    }
    assert_all(&wrong);
    sign_in_again(&stage).await;
    h.publish().await;
    for sent in [&first, &second] {
        assert_eq!(sent.became(&h, &stage).await.pins, 1);
    }
    let log = h.log().await;
    let why = |kind: &str| log.of(kind).iter().filter(|event| event.fact("why") == "spam").count();
    assert_eq!((why("oauth.connection.held"), why("oauth.connection.released")), (3, 3));

    // What went through is forgiven: the next block is the first again.
    h.send(&stage, "Blocked anew", blocked().remove(0)).await;
    h.advance(Duration::from_secs(HOUR));
    h.run_workers().await;
    assert_eq!(h.ledger().pins.len(), 3);
    h.finish().await;
}

#[tokio::test]
async fn a_block_is_told_as_what_it_is() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let send = h.send(&stage, "Blocked", blocked().remove(0)).await;
    let told = ["publish.started", "api.request", "api.rate_limited", "publish.held"];
    let reads = ["it may lead to spam", "429, code 9"];
    let expected = Expected { state: "held", why: "spam", creates: 1, pins: 0, told: &told, reads: &reads };
    assert_all(&send.became(&h, &stage).await.differs(&expected));
    h.finish().await;
}
