//! API tokens end: by time, with their person, with the role that they need, and never come back.

use std::time::Duration;

use countersign_tests::forms::form_to;
use countersign_tests::{Actor, Harness};
use reqwest::Method;
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(86_400);

async fn owner(h: &Harness) -> Actor {
    h.person("Tove Tokens", &["author", "reviewer", "admin", "auditor"]).await
}

async fn made(owner: &Actor, body: Value) -> Actor {
    let made = owner.make_token_as(body).await.is(201).json();
    owner.with_bearer(made["token"].as_str().unwrap())
}

async fn change(h: &Harness, person: &Actor, change: Value) {
    let path = format!("/operators/{}", person.id);
    h.admin().await.call(Method::PATCH, &path).json(change).go().await.ok();
}

#[tokio::test]
async fn a_token_ends_after_90_days_unless_something_else_was_said() {
    let h = Harness::start().await;
    let owner = owner(&h).await;
    let scopes = ["drafts:read"];
    let usual = made(&owner, json!({"name": "usual", "scopes": scopes})).await;
    let never = made(&owner, json!({"name": "never", "scopes": scopes, "expires_at": null})).await;
    let soon = h.app().now().plus(DAY).rfc3339();
    let brief = made(&owner, json!({"name": "brief", "scopes": scopes, "expires_at": soon})).await;
    let wrong =
        [("2020-01-01T00:00:00Z", "past"), ("9999-01-01T00:00:00Z", "too_far"), ("tomorrow", "malformed")];
    for (text, code) in wrong {
        let refused = owner.make_token_as(json!({"name": "x", "scopes": scopes, "expires_at": text})).await;
        assert_eq!(refused.problem(422)["fields"][0]["code"], code);
    }
    h.advance(DAY);
    let over = brief.get("/drafts").await;
    over.refused(401, "token_expired");
    assert!(over.header("www-authenticate").ends_with("error=\"invalid_token\""), "{:?}", over.headers);
    brief.post("/drafts", json!({})).await.refused(401, "token_expired");
    usual.get("/drafts").await.ok();
    h.advance(DAY * 89);
    usual.get("/drafts").await.refused(401, "token_expired");
    never.get("/drafts").await.ok();

    owner.sign_in().await.is(201);
    let listed = owner.all("/tokens").await;
    let state = |name: &str| listed.iter().find(|token| token["name"] == name).unwrap()["state"].clone();
    assert_eq!([state("usual"), state("never"), state("brief")], ["expired", "active", "expired"]);
    let page = owner.page("/tokens").await.is(200).text();
    assert!(page.contains("Expired") && page.contains("Never"), "{page}");
    h.finish().await;
}

#[tokio::test]
async fn no_token_comes_back_with_its_person_or_a_role() {
    let h = Harness::start().await;
    let owner = owner(&h).await;
    let scopes = |scopes: &[&str]| json!({"name": scopes[0], "scopes": scopes, "expires_at": null});
    let writing = made(&owner, scopes(&["drafts:write"])).await;
    let reading = made(&owner, scopes(&["drafts:read"])).await;
    change(&h, &owner, json!({"roles": ["reviewer", "admin"]})).await;
    change(&h, &owner, json!({"roles": ["author", "reviewer", "admin"]})).await;
    writing.get("/drafts").await.refused(401, "token_invalid");
    reading.get("/drafts").await.ok();

    let ask = format!("/operators/{}/disable", owner.id);
    let page = h.admin().await.page(&ask).await.is(200).text();
    assert!(
        page.contains("These API tokens end for good") && page.contains("<li>drafts:read</li>"),
        "{page}"
    );
    change(&h, &owner, json!({"disabled": true})).await;
    change(&h, &owner, json!({"disabled": false})).await;
    reading.get("/drafts").await.refused(401, "token_invalid");
    let listed = h.admin().await.all("/tokens").await;
    let mut why: Vec<&str> = listed.iter().map(|token| token["revoked_why"].as_str().unwrap()).collect();
    why.sort_unstable();
    assert_eq!(why, ["disabled", "role_lost"]);
    let page = h.admin().await.page("/tokens").await.is(200).text();
    assert!(page.contains("its person was disabled") && page.contains("lost the role"), "{page}");
    h.finish().await;
}

#[tokio::test]
async fn a_password_that_was_lost_takes_the_tokens_along() {
    let h = Harness::start().await;
    let mut owner = owner(&h).await;
    let script = made(&owner, json!({"name": "x", "scopes": ["drafts:read"]})).await;
    let own = json!({"current": owner.password, "new": "a known one and then another"});
    owner.put("/me/password", own).await.is(204);
    script.get("/drafts").await.ok();

    let link = h.admin().await.post_empty(&format!("/operators/{}/link", owner.id)).await.json();
    let back = owner.in_another_browser();
    back.sign_in_by_link(&countersign_tests::actor::link_of(&link)).await.is(201);
    script.get("/drafts").await.ok();
    owner.password = "one that nobody else ever had".into();
    back.put("/me/password", json!({"new": owner.password})).await.is(204);
    script.get("/drafts").await.refused(401, "token_invalid");
    h.finish().await;
}

#[tokio::test]
async fn tokens_have_a_page_of_their_own() {
    let h = Harness::start().await;
    let owner = owner(&h).await;
    let page = owner.page("/tokens").await.is(200).text();
    let form = form_to(&page, "/tokens");
    assert_eq!(form.value("expires"), Some("90"));
    let form = form.with("token_name", "cms-sync").choosing("scope", "drafts:read");
    for (life, ends) in [("30", Some(30)), ("90", Some(90)), ("365", Some(365)), ("never", None)] {
        owner.press("/tokens", &form.clone().with("expires", life)).await.is(200).says("Copy it now");
        let expected = ends.map_or(Value::Null, |days| h.app().now().plus(DAY * days).rfc3339().into());
        assert_eq!(owner.all("/tokens").await[0]["expires_at"], expected, "{life}");
        h.advance(Duration::from_secs(1));
    }
    for life in ["4294967295", "3650", "0", "soon", "30 "] {
        let refused = owner.press("/tokens", &form.clone().with("expires", life)).await;
        refused.is(422).says("id=\"f-expires-e\"");
        assert_eq!(owner.all("/tokens").await.len(), 4, "{life}");
    }
    owner.page("/settings").await.is(200).says("See the tokens");
    h.finish().await;
}
