//! Pinterest does not accept the token: it is renewed once, the send is made once more, and what comes then is named.

use std::time::Duration;

use countersign_review_fixtures::Dialect;
use countersign_tests::consent::Press;
use countersign_tests::harness::{ACCOUNT, Stage};
use countersign_tests::send::assert_all;
use countersign_tests::{Became, Expected, Harness};
use serde_json::{Value, json};

const QUARTER: Duration = Duration::from_secs(15 * 60);
/// What the log tells of a send whose token is not accepted.
const REFUSED: [&str; 3] = ["publish.started", "api.request", "api.response"];

fn refused() -> Value {
    json!({"operation": "pins/create", "fault": "status", "status": 401, "code": 2,
           "message": "Authentication failed."})
}

fn at_the_token_endpoint(fault: Value) -> Value {
    let mut fault = fault;
    fault["operation"] = "oauth/token".into();
    fault
}

/// How often the token endpoint was asked since the consent.
fn refreshes(h: &Harness) -> usize {
    h.ledger().requests.iter().filter(|request| request.path.ends_with("/oauth/token")).count() - 1
}

fn held<'a>(told: &'a [&'a str], creates: usize, reads: &'a [&'a str]) -> Expected<'a> {
    Expected { state: "held", why: "authorization", creates, pins: 0, told, reads }
}

/// A quarter of an hour later, without faults.
async fn a_quarter_later(h: &Harness) {
    h.with_fault(json!([]));
    h.advance(QUARTER);
    h.run_workers().await;
}

fn assert_published(became: &Became, creates: usize) {
    assert_eq!(became.publication["state"], "published", "{became:?}");
    assert_eq!((became.creates, became.pins), (creates, 1), "{became:?}");
}

const NOT_ACCEPTED: &str = "Pinterest does not accept our token for this account";

#[tokio::test]
async fn once_it_is_renewed_and_the_pin_goes_out_at_once() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let send = h.send(&stage, "Refused once", refused()).await;
    let became = send.became(&h, &stage).await;
    let told = [
        &REFUSED as &[&str],
        &["publish.rescheduled"],
        &REFUSED,
        &["publish.succeeded", "api.request", "api.response"],
    ]
    .concat();
    let reads = ["Not taken, to be tried again", "Published"];
    let expected =
        Expected { state: "published", why: "created", creates: 2, pins: 1, told: &told, reads: &reads };
    assert_all(&became.differs(&expected));
    assert_eq!(refreshes(&h), 1);

    // Renewed with an answer that has the old refresh token in it: it stays good, now and the next time.
    h.pinterest().set_dialect(Dialect { keeps_refresh_token: true, ..Dialect::default() });
    for name in ["The old token came back", "And again"] {
        assert_published(&h.send(&stage, name, refused()).await.became(&h, &stage).await, 2);
    }
    // A lost answer of the token endpoint that had no effect is made up for by the second try.
    let lost = at_the_token_endpoint(json!({"fault": "reset"}));
    let send = h.send(&stage, "The renewal was lost before it", json!([refused(), lost])).await;
    assert_published(&send.became(&h, &stage).await, 2);
    assert_eq!(refreshes(&h), 5);
    h.finish().await;
}

#[tokio::test]
async fn again_and_again_it_is_held_and_looked_at_again_in_a_quarter_of_an_hour() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    // As often as it may be asked here: whoever asks more often gets through, and is seen.
    let mut again_and_again = refused();
    again_and_again["times"] = 4.into();
    let send = h.send(&stage, "Refused again and again", again_and_again).await;
    let told = [&REFUSED as &[&str], &["publish.rescheduled"], &REFUSED, &["publish.held"]].concat();
    let reads = [NOT_ACCEPTED, "an admin can connect the account again", "Tried again at", "401, code 2"];
    assert_all(&send.became(&h, &stage).await.differs(&held(&told, 2, &reads)));
    assert_eq!(refreshes(&h), 1, "renewed once, not for each refusal");
    h.advance(QUARTER - Duration::from_secs(1));
    h.run_workers().await;
    assert_eq!(h.creates(), 2);
    h.advance(Duration::from_secs(1));
    h.run_workers().await;
    assert_eq!(h.creates(), 4, "looked at again: one send, and one more with a fresh token");
    a_quarter_later(&h).await;
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
    assert_published(&send.became(&h, &stage).await, 5);
    h.finish().await;
}

/// The token endpoint refuses, but the access token is still good where it is asked for: a slip in the configuration.
#[tokio::test]
async fn a_token_endpoint_that_alone_refuses_ends_no_consent() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let refuses = at_the_token_endpoint(json!({"fault": "status", "status": 401, "code": 2, "times": 0}));
    let send = h.send(&stage, "Cannot be renewed", json!([refused(), refuses])).await;
    let told = [&REFUSED as &[&str], &["publish.held"]].concat();
    assert_all(&send.became(&h, &stage).await.differs(&held(&told, 1, &[NOT_ACCEPTED])));
    assert_eq!(refreshes(&h), 2, "believed the second time");
    let connection = stage.author.connection(&stage.connection).await;
    assert_eq!(
        (connection["state"].as_str(), connection["hold_reason"].as_str()),
        (Some("held"), Some("authorization"))
    );
    a_quarter_later(&h).await;
    assert_published(&send.became(&h, &stage).await, 2);
    h.finish().await;
}

/// The new pair was lost on its way, and the old refresh token is used up.
#[tokio::test]
async fn a_lost_renewal_is_held_until_the_account_is_connected_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let lost = at_the_token_endpoint(json!({"fault": "reset", "when": "after"}));
    let send = h.send(&stage, "The renewal was lost after it", json!([refused(), lost])).await;
    let told = [&REFUSED as &[&str], &["publish.held"]].concat();
    assert_all(&send.became(&h, &stage).await.differs(&held(
        &told,
        1,
        &[NOT_ACCEPTED, "href=\"/connections\""],
    )));
    connect_again(&h, &stage).await;
    h.run_workers().await;
    assert_published(&send.became(&h, &stage).await, 2);
    assert_eq!(h.log().await.of("review.approved").len(), 1, "under the same approval");
    h.finish().await;
}

async fn connect_again(h: &Harness, stage: &Stage) {
    let admin = h.admin().await;
    let begun = admin.post_empty(&format!("/connections/{}/reconnect", stage.connection)).await;
    admin.remember_state(&begun);
    admin.come_back_from(&begun, ACCOUNT, Press::Approve).await;
    assert_eq!(admin.connection(&stage.connection).await["state"], "active");
}
