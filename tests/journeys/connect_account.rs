//! Connecting an account: from the click through Pinterest's consent page and back.

use countersign_tests::Harness;
use countersign_tests::consent::Press;
use countersign_tests::harness::{ACCOUNT, OTHER_ACCOUNT};
use serde_json::json;

#[tokio::test]
async fn an_expected_account_is_connected_and_every_step_is_told() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    let id = admin.connect("rehearsal", ACCOUNT).await;

    let connection = admin.connection(&id).await;
    assert_eq!(connection["username"], ACCOUNT);
    assert_eq!(connection["environment"], "rehearsal");

    let log = h.log().await;
    let told: Vec<&str> = log.kinds().into_iter().filter(|kind| kind.starts_with("oauth.")).collect();
    let expected = [
        "oauth.authorize.started",
        "oauth.callback.received",
        "oauth.token.exchange_started",
        "oauth.token.exchanged",
        "oauth.account.confirmed",
    ];
    assert_eq!(told, expected);
    let opened = log.of("system.stream_opened");
    assert!(opened.iter().any(|event| event.fact("stream") == format!("connection:{id}")));
    let flow = &log.the("oauth.authorize.started").header["flow"];
    assert!(flow.is_string());
    assert_eq!(flow, &log.the("oauth.token.exchanged").header["flow"]);
    h.finish().await;
}

#[tokio::test]
async fn the_consent_asks_for_the_fewest_scopes_with_a_bound_state_and_a_challenge() {
    let h = Harness::start().await;
    let begun = h.admin().await.begin_connecting("rehearsal", None).await;
    let url = url::Url::parse(begun.is(201).json()["authorize_url"].as_str().unwrap()).unwrap();
    let parameter = |name| countersign_tests::consent::parameter(&url, name).unwrap_or_default();
    assert_eq!(parameter("scope"), "user_accounts:read,boards:read,boards:write,pins:read,pins:write");
    assert!(parameter("state").starts_with("con."));
    assert!(parameter("state").len() >= 43);
    assert_eq!(parameter("code_challenge_method"), "S256");
    assert_eq!(parameter("redirect_uri"), format!("{}/oauth/callback", h.base()));
    h.finish().await;
}

#[tokio::test]
async fn without_an_expected_name_an_admin_confirms_the_account() {
    let h = Harness::start().await;
    let (admin, author) = (h.admin().await, h.author().await);
    let begun = admin.begin_connecting("rehearsal", None).await;
    admin.come_back_from(&begun, ACCOUNT, Press::Approve).await;
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.connection(&id).await["state"], "unconfirmed");
    let log = h.log().await;
    let told = ["oauth.account.unconfirmed", "oauth.account.confirmed"].map(|kind| log.of(kind).len());
    assert_eq!(told, [1, 0]);

    author.post_empty(&format!("/connections/{id}/confirm")).await.problem(403);
    admin.post_empty(&format!("/connections/{id}/confirm")).await.ok();
    assert_eq!(admin.connection(&id).await["state"], "active");
    assert_eq!(h.log().await.of("oauth.account.confirmed").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn another_account_than_expected_waits_for_an_admin() {
    let h = Harness::start().await;
    let (admin, author) = (h.admin().await, h.author().await);
    let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    admin.come_back_from(&begun, OTHER_ACCOUNT, Press::Approve).await;
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    let connection = admin.connection(&id).await;
    assert_eq!(connection["state"], "wrong_account");
    assert!(h.log().await.has("oauth.account.mismatched", "\"stream\":\"connection:"));

    let draft = author.draft(&id, "482190317265540205", json!({})).await;
    author.verb(&draft, "submit").await.refused(409, "connection_not_active");
    admin.post_empty(&format!("/connections/{id}/confirm")).await.ok();
    author.submit(&draft).await;
    h.finish().await;
}

#[tokio::test]
async fn disconnecting_deletes_the_tokens_and_holds_the_queue() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let admin = h.admin().await;
    let intruder = h.intruder().await;
    assert_eq!(intruder.number("SELECT COUNT(*) FROM token_grant").await, 1);
    let page = admin.page(&format!("/connections/{}/disconnect", stage.connection)).await;
    assert!(page.is(200).text().contains("1 Pin that is countersigned, held until"), "{}", page.text());

    admin.delete(&format!("/connections/{}", stage.connection), None).await.ok();
    assert_eq!(intruder.number("SELECT COUNT(*) FROM token_grant").await, 0);
    assert_eq!(admin.connection(&stage.connection).await["state"], "disconnected");
    h.publish().await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "held", "{publication}");
    assert_eq!(h.creates(), 0);
    let log = h.log().await;
    assert_eq!(log.of("oauth.token.deleted").len(), 1);
    assert_eq!(log.of("oauth.connection.disconnected").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn reconnecting_the_same_account_goes_on_where_it_was() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let admin = h.admin().await;
    let begun = admin.post_empty(&format!("/connections/{}/reconnect", stage.connection)).await;
    admin.remember_state(&begun);
    assert_eq!(begun.ok()["id"], stage.connection.as_str());
    admin.come_back_from(&begun, ACCOUNT, Press::Approve).await;
    assert_eq!(admin.connection(&stage.connection).await["state"], "active");

    h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
