//! Every way in which connecting an account goes wrong: nothing is connected, the log says why, a page says what to do.

use std::time::Duration;

use countersign_tests::consent::{Press, consent, parameter};
use countersign_tests::harness::{ACCOUNT, OTHER_ACCOUNT};
use countersign_tests::{Actor, Answer, Harness};
use reqwest::Method;
use serde_json::json;
use url::Url;

/// A flow that has begun, and the callback that Pinterest sends the browser to.
struct Flow {
    admin: Actor,
    begun: Answer,
    callback: Url,
}

impl Flow {
    async fn consented(h: &Harness) -> Self {
        let admin = h.admin().await;
        let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
        let callback =
            consent(begun.is(201).json()["authorize_url"].as_str().unwrap(), ACCOUNT, Press::Approve).await;
        Self { admin, begun, callback }
    }

    fn id(&self) -> String {
        self.begun.json()["id"].as_str().unwrap().to_owned()
    }

    /// That the callback was refused with a page, nothing was exchanged, and the connection is as it was.
    async fn is_refused(&self, h: &Harness, answer: &Answer, reason: &str) {
        assert!((400..500).contains(&answer.status), "{}: {}", answer.status, answer.text());
        answer.leads_to("/connections");
        let log = h.log().await;
        assert_eq!(log.the("oauth.callback.refused").fact("reason"), reason);
        assert!(log.of("oauth.token.exchange_started").is_empty());
        assert_eq!(self.admin.connection(&self.id()).await["state"], "pending");
    }
}

#[tokio::test]
async fn denying_is_a_normal_end() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    let answer = admin.come_back_from(&begun, ACCOUNT, Press::Deny).await;
    assert!(answer.status < 500, "{}", answer.text());
    let log = h.log().await;
    assert_eq!(log.the("oauth.authorize.denied").fact("error"), "access_denied");
    assert!(log.of("oauth.token.exchange_started").is_empty());
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(admin.connection(&id).await["state"], "active");
    // One can change one's mind.
    admin.connect("rehearsal", ACCOUNT).await;
    h.finish().await;
}

#[tokio::test]
async fn a_state_that_nobody_issued() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    let mut callback = flow.callback.clone();
    callback
        .query_pairs_mut()
        .clear()
        .append_pair("code", "abc")
        .append_pair("state", "con.made-up-by-a-stranger-0");
    let answer = flow.admin.open_callback(&callback).await;
    flow.is_refused(&h, &answer, "unknown").await;
    assert!(h.log().await.of("oauth.callback.received").is_empty());
    h.finish().await;
}

#[tokio::test]
async fn no_state_at_all() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    let mut callback = flow.callback.clone();
    callback.query_pairs_mut().clear().append_pair("code", "abc");
    let answer = flow.admin.open_callback(&callback).await;
    flow.is_refused(&h, &answer, "unknown").await;
    h.finish().await;
}

#[tokio::test]
async fn an_expired_state() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    h.advance(Duration::from_secs(10 * 60 + 1));
    let answer = flow.admin.open_callback(&flow.callback).await;
    flow.is_refused(&h, &answer, "expired").await;
    h.finish().await;
}

#[tokio::test]
async fn the_same_callback_twice() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    flow.admin.open_callback(&flow.callback).await;
    let answer = flow.admin.open_callback(&flow.callback).await;
    assert!(answer.status < 500, "{}", answer.text());
    let log = h.log().await;
    assert_eq!(log.the("oauth.callback.refused").fact("reason"), "reused");
    assert_eq!(log.of("oauth.token.exchange_started").len(), 1);
    assert_eq!(flow.admin.connection(&flow.id()).await["state"], "active");
    h.finish().await;
}

#[tokio::test]
async fn another_persons_session() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    let other = h.person("Mallory", &["admin"]).await;
    let answer = other.open_callback(&flow.callback).await;
    flow.is_refused(&h, &answer, "other_session").await;
    h.finish().await;
}

#[tokio::test]
async fn the_same_person_in_another_browser() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    let elsewhere = flow.admin.in_another_browser();
    elsewhere.sign_in().await.is(201);
    let answer = elsewhere.open_callback(&flow.callback).await;
    flow.is_refused(&h, &answer, "other_session").await;
    h.finish().await;
}

#[tokio::test]
async fn nobody_is_signed_in() {
    let h = Harness::start().await;
    let flow = Flow::consented(&h).await;
    let answer = h.anonymous().open_callback(&flow.callback).await;
    flow.is_refused(&h, &answer, "other_session").await;
    h.finish().await;
}

#[tokio::test]
async fn parameters_given_twice() {
    for doubled in ["state", "code"] {
        let h = Harness::start().await;
        let flow = Flow::consented(&h).await;
        let mut callback = flow.callback.clone();
        let value = parameter(&callback, doubled).unwrap();
        callback.query_pairs_mut().append_pair(doubled, &value);
        let answer = flow.admin.open_callback(&callback).await;
        assert!((400..500).contains(&answer.status), "{doubled}: {} {}", answer.status, answer.text());
        let log = h.log().await;
        assert_eq!(log.of("oauth.callback.refused").len(), 1, "{doubled}");
        assert!(log.of("oauth.token.exchange_started").is_empty(), "{doubled}");
        assert_eq!(flow.admin.connection(&flow.id()).await["state"], "pending", "{doubled}");
        h.finish().await;
    }
}

#[tokio::test]
async fn a_reconnect_that_comes_back_with_another_account() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let admin = h.admin().await;
    let begun = admin.post_empty(&format!("/connections/{}/reconnect", stage.connection)).await;
    admin.remember_state(&begun);
    let answer = admin.come_back_from(&begun, OTHER_ACCOUNT, Press::Approve).await;
    assert!(answer.status < 500, "{}", answer.text());
    assert!(h.log().await.has("oauth.account.mismatched", &stage.connection));
    let connection = admin.connection(&stage.connection).await;
    assert_eq!(connection["username"], ACCOUNT, "never a silent swap");

    // What was connected before still publishes, as the account that it was.
    h.approved_draft(&stage).await;
    h.publish().await;
    assert_eq!(h.the_pin().account, ACCOUNT);
    h.finish().await;
}

#[tokio::test]
async fn a_scope_is_missing() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    let url = begun.is(201).json()["authorize_url"].as_str().unwrap().to_owned();
    let fewer = url.replace("%2Cpins%3Awrite", "").replace(",pins:write", "");
    assert_ne!(fewer, url);
    let callback = consent(&fewer, ACCOUNT, Press::Approve).await;
    admin.open_callback(&callback).await;
    let log = h.log().await;
    assert!(log.the("oauth.scope.insufficient").header["facts"].to_string().contains("pins:write"));
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    let connection = admin.connection(&id).await;
    assert_ne!(connection["state"], "active", "{connection}");
    h.finish().await;
}

#[tokio::test]
async fn the_exchange_fails() {
    let faults = [
        json!({"operation": "oauth/token", "fault": "status", "status": 400, "code": 283, "message": "Invalid code"}),
        json!({"operation": "oauth/token", "fault": "status", "status": 500}),
        json!({"operation": "oauth/token", "fault": "html", "status": 200}),
        json!({"operation": "oauth/token", "fault": "reset"}),
        json!({"operation": "oauth/token", "fault": "cut_body", "when": "after"}),
    ];
    for fault in faults {
        let h = Harness::start().await;
        let flow = Flow::consented(&h).await;
        h.with_fault(fault.clone());
        let answer = flow.admin.open_callback(&flow.callback).await;
        answer.leads_to("/connections");
        let log = h.log().await;
        assert_eq!(log.of("oauth.token.exchange_started").len(), 1, "{fault}");
        assert!(log.of("oauth.token.exchanged").is_empty(), "{fault}");
        assert_ne!(flow.admin.connection(&flow.id()).await["state"], "active", "{fault}");
        // A fresh try works.
        flow.admin.connect("rehearsal", ACCOUNT).await;
        h.finish().await;
    }
}

#[tokio::test]
async fn other_words_of_pinterests_than_a_code() {
    let answers = [
        (vec![], "no_answer"),
        (vec![("error", "")], "no_answer"),
        (vec![("error", "invalid_scope"), ("error_description", "pins:write is not yours")], "invalid_scope"),
        (vec![("error", "temporarily_unavailable")], "temporarily_unavailable"),
        (vec![("error", "an_error_of_tomorrow")], "other"),
        // A code beside an error is worth nothing.
        (vec![("error", "server_error"), ("code", "a-code-that-is-not-used")], "server_error"),
    ];
    for (parameters, word) in answers {
        let h = Harness::start().await;
        let flow = Flow::consented(&h).await;
        let mut callback = flow.callback.clone();
        let state = parameter(&callback, "state").unwrap();
        callback.query_pairs_mut().clear().append_pair("state", &state).extend_pairs(&parameters);
        let answer = flow.admin.open_callback(&callback).await;
        answer.is(if word == "no_answer" { 400 } else { 502 }).leads_to("/connections");
        let log = h.log().await;
        assert_eq!(log.the("oauth.authorize.denied").fact("error"), word);
        assert!(log.of("oauth.token.exchange_started").is_empty(), "{word}");
        assert_ne!(flow.admin.connection(&flow.id()).await["state"], "active", "{word}");
        // The state is used up: what came first counts.
        assert!(flow.admin.open_callback(&flow.callback).await.status >= 400, "{word}");
        assert!(h.log().await.of("oauth.token.exchange_started").is_empty(), "{word}");
        flow.admin.connect("rehearsal", ACCOUNT).await;
        h.finish().await;
    }
}

#[tokio::test]
async fn pinterest_does_not_say_whose_account_it_is() {
    let faults = [
        json!({"operation": "user_account/get", "fault": "status", "status": 500, "times": 2}),
        json!({"operation": "user_account/get", "fault": "html", "status": 200, "times": 2}),
    ];
    for fault in faults {
        let h = Harness::start().await;
        let flow = Flow::consented(&h).await;
        h.with_fault(fault.clone());
        let answer = flow.admin.open_callback(&flow.callback).await;
        assert_eq!(answer.status, 502, "{fault}: {}", answer.text());
        answer.leads_to("/connections");
        assert_ne!(flow.admin.connection(&flow.id()).await["state"], "active", "{fault}");
        let grants = "SELECT COUNT(*) FROM token_grant";
        assert_eq!(h.intruder().await.number(grants).await, 0, "{fault}: what cannot be used is not kept");
        assert!(h.log().await.has("oauth.token.deleted", "account_unread"), "{fault}");
        flow.admin.connect("rehearsal", ACCOUNT).await;
        h.finish().await;
    }
}

#[tokio::test]
async fn whoever_is_no_admin_any_more_comes_back_to_nothing() {
    let h = Harness::start().await;
    let (founder, admin) = (h.founder().await, h.person("Demi Demoted", &["admin"]).await);
    let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    let roles = json!({"roles": ["author"]});
    founder.call(Method::PATCH, &format!("/operators/{}", admin.id)).json(roles).go().await.ok();
    admin.come_back_from(&begun, ACCOUNT, Press::Approve).await.is(403);
    assert!(h.log().await.of("oauth.token.exchange_started").is_empty());
    assert_eq!(founder.all("/connections").await[0]["state"], "pending");
    h.finish().await;
}

#[tokio::test]
async fn only_an_admin_connects() {
    let h = Harness::start().await;
    for person in [h.author().await, h.reviewer().await, h.auditor().await] {
        person.begin_connecting("rehearsal", None).await.problem(403);
    }
    assert!(h.log().await.of("oauth.authorize.started").is_empty());
    h.finish().await;
}
