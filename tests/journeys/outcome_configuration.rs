//! The app's tier or the account's consent does not allow it: held, with the name of what is missing and what to do.

use std::time::Duration;

use countersign_tests::consent::Press;
use countersign_tests::harness::ACCOUNT;
use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness};
use serde_json::{Value, json};

const TOLD: [&str; 4] = ["publish.started", "api.request", "api.response", "publish.held"];

fn refused(status: u16, code: i64, message: &str) -> Value {
    json!({"operation": "pins/create", "fault": "status", "status": status, "code": code, "message": message})
}

#[tokio::test]
async fn a_tier_that_does_not_allow_it_is_named_and_tried_again_later() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let mut wrong = Vec::new();
    let cells = [
        (
            403,
            29,
            "Apps with Trial access may not create Pins in production https://api.pinterest.com - use API Sandbox.",
        ),
        (401, 3, "Your application consumer type is not supported, please contact support."),
        (401, 3, "Your application does not have access to this restricted feature: pins."),
    ];
    for (n, (status, code, message)) in cells.into_iter().enumerate() {
        let name = message.split(' ').take(4).collect::<Vec<_>>().join(" ");
        let send = h.send(&stage, &name, refused(status, code, message)).await;
        let reads = [
            "The app’s access tier does not allow it",
            "asks Pinterest for Standard access",
            message,
            "href=\"/settings\"",
        ];
        let expected =
            Expected { state: "held", why: "tier", creates: 1, pins: 0, told: &TOLD, reads: &reads };
        wrong.extend(send.became(&h, &stage).await.differs(&expected));
        h.advance(Duration::from_secs(15 * 60 - 1));
        h.run_workers().await;
        assert_eq!(h.creates(), 2 * n + 1, "{name}: not at once");
        h.advance(Duration::from_secs(1));
        h.run_workers().await;
        let became = send.became(&h, &stage).await;
        assert_eq!((became.creates, became.pins), (2, 1), "{name}: {}", became.publication);
    }
    assert_all(&wrong);
    h.finish().await;
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named_and_granted_anew() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let message =
        "Your token does not have sufficient permissions to perform this operation. Missing: pins:write";
    let send = h.send(&stage, "Without a scope", refused(401, 3, message)).await;
    let reads = ["An admin connects it again and grants it", "pins:write", "href=\"/connections\""];
    let expected = Expected { state: "held", why: "scope", creates: 1, pins: 0, told: &TOLD, reads: &reads };
    assert_all(&send.became(&h, &stage).await.differs(&expected));
    h.advance(Duration::from_secs(20 * 60));
    h.run_workers().await;
    assert_eq!(h.creates(), 1, "waiting grants nothing");

    let admin = h.admin().await;
    let begun = admin.post_empty(&format!("/connections/{}/reconnect", stage.connection)).await;
    admin.remember_state(&begun);
    admin.come_back_from(&begun, ACCOUNT, Press::Approve).await;
    h.run_workers().await;
    let became = send.became(&h, &stage).await;
    assert_eq!((became.publication["state"].as_str(), became.pins), (Some("published"), 1));
    assert_eq!(h.log().await.of("review.approved").len(), 1, "under the same approval");
    h.finish().await;
}
