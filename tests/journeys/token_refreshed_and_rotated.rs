//! Tokens are refreshed in time, and the refresh token that comes back replaces the one that was used.

use std::time::Duration;

use countersign_tests::Harness;
use serde_json::json;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// How often the token endpoint was asked, and answered well.
fn refreshes(h: &Harness) -> usize {
    let requests = h.ledger().requests;
    requests.iter().filter(|r| r.path.ends_with("/oauth/token") && r.status == Some(200)).count() - 1
}

#[tokio::test]
async fn a_send_with_an_old_token_refreshes_first_and_publishes() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.advance(29 * DAY + DAY / 2);
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
    h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    assert!(refreshes(&h) >= 1);
    let log = h.log().await;
    let refreshed = log.of("oauth.token.refreshed");
    assert!(!refreshed.is_empty(), "{:?}", log.kinds());
    assert_eq!(refreshed[0].header["facts"]["generation"], 2);
    let create = log.of("api.request").into_iter().find(|e| e.fact("operation") == "pins/create").unwrap();
    assert!(create.header["facts"]["generation"].as_u64().unwrap() >= 2);
    h.finish().await;
}

#[tokio::test]
async fn the_rotated_refresh_token_is_the_one_that_is_used_next() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    // Five months: a client that kept the first refresh token would be locked out after sixty days.
    for _ in 0..10 {
        h.advance(15 * DAY);
        h.run_workers().await;
    }
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
    h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    let generations: Vec<u64> = {
        let log = h.log().await;
        let refreshed = log.of("oauth.token.refreshed");
        refreshed.iter().map(|event| event.header["facts"]["generation"].as_u64().unwrap()).collect()
    };
    assert!(generations.len() >= 4, "{generations:?}");
    assert!(generations.is_sorted_by(|a, b| a < b), "{generations:?}");
    h.finish().await;
}

#[tokio::test]
async fn a_401_is_answered_with_one_refresh_and_one_more_send() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.with_fault(json!({
        "operation": "pins/create", "fault": "status", "status": 401, "code": 2, "message": "Authentication failed.",
    }));
    h.publish().await;
    h.advance(Duration::from_secs(30));
    h.run_workers().await;
    h.the_pin();
    assert_eq!(h.creates(), 2);
    assert_eq!(refreshes(&h), 1);
    let log = h.log().await;
    assert_eq!(
        log.of("review.approved").len(),
        1,
        "the same approval: the first send was proven not accepted"
    );
    assert_eq!(log.of("publish.started").len(), 2, "one send, one permit, one attempt");
    h.finish().await;
}

#[tokio::test]
async fn access_taken_away_at_pinterest_ends_the_connection() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    assert!(h.pinterest().revoke(countersign_tests::harness::ACCOUNT));
    h.publish().await;
    for _ in 0..4 {
        h.advance(Duration::from_secs(60));
        h.run_workers().await;
    }
    let connection = h.admin().await.connection(&stage.connection).await;
    assert_eq!(connection["state"], "revoked", "{connection}");
    let intruder = h.intruder().await;
    assert_eq!(intruder.number("SELECT COUNT(*) FROM token_grant").await, 0, "the tokens are deleted");
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "held", "{publication}");
    assert!(h.ledger().pins.is_empty());
    let log = h.log().await;
    assert_eq!(log.of("oauth.connection.revoked").len(), 1);
    assert!(!log.of("oauth.token.refresh_failed").is_empty());
    let page = h.admin().await.page("/connections").await;
    assert!(
        page.is(200).text().contains("1 Pin waits for it, with both signatures kept."),
        "{}",
        page.text()
    );

    // Connected again, the same approval is good.
    let admin = h.admin().await;
    let begun = admin.post_empty(&format!("/connections/{}/reconnect", stage.connection)).await;
    admin.remember_state(&begun);
    let account = countersign_tests::harness::ACCOUNT;
    admin.come_back_from(&begun, account, countersign_tests::consent::Press::Approve).await;
    assert_eq!(admin.connection(&stage.connection).await["state"], "active");
    h.publish().await;
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    h.the_pin();
    h.finish().await;
}
