//! Whoever is put out while a request of theirs waits for its body does nothing by it any more.

use std::time::Duration;

use countersign_tests::actor::link_of;
use countersign_tests::harness::Database;
use countersign_tests::lock::Lock;
use countersign_tests::raw::{Held, RawAnswer, hold};
use countersign_tests::{Actor, Harness, database};
use reqwest::Method;
use serde_json::{Value, json};

const NEW: &str = "a password of somebody who was put out";

/// A request of `who` to the API, whose body does not come yet.
async fn held(h: &Harness, who: &Actor, method: &str, path: &str, body: Value) -> Held {
    let (cookie, csrf) = (who.cookie().unwrap(), who.csrf().unwrap());
    let headers =
        [("Cookie", cookie.as_str()), ("X-CSRF-Token", &csrf), ("Content-Type", "application/json")];
    hold(&h.base(), method, &format!("/api/v1{path}"), &headers, &body.to_string()).await
}

async fn change(by: &Actor, whom: &Actor, change: Value) {
    by.call(Method::PATCH, &format!("/operators/{}", whom.id)).json(change).go().await.ok();
}

#[track_caller]
fn is_refused(answer: &RawAnswer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.body().contains(&format!("\"{code}\"")), "{}", answer.text);
}

/// What an admin asks of people and tokens.
fn of_an_admin(other: &Actor) -> Vec<(&'static str, String, Value)> {
    let new = json!({"name": "Eve Evil", "email": "eve@halden.example", "roles": ["admin"]});
    vec![
        ("POST", "/operators".to_owned(), new),
        ("PATCH", format!("/operators/{}", other.id), json!({"roles": ["author", "admin"]})),
        ("POST", format!("/operators/{}/link", other.id), json!({})),
        ("POST", "/tokens".to_owned(), json!({"name": "Left behind", "scopes": ["drafts:read"]})),
    ]
}

#[tokio::test]
async fn an_admin_who_was_disabled_or_lost_the_role_makes_nobody_and_nothing() {
    let h = Harness::start().await;
    let (founder, author) = (h.founder().await, h.author().await);
    let (gone, demoted, back) = (
        h.person("Dora Disabled", &["admin"]).await,
        h.person("Demi Demoted", &["admin"]).await,
        h.person("Bea Back", &["admin"]).await,
    );
    let mut waiting = Vec::new();
    for (method, path, body) in of_an_admin(&author) {
        for (who, status, code) in
            [(&gone, 401, "session_ended"), (&demoted, 403, "role_missing"), (&back, 401, "session_ended")]
        {
            waiting.push((held(&h, who, method, &path, body.clone()).await, status, code));
        }
    }
    let (people, links) = (founder.all("/operators").await, h.log().await.of("access.link_issued").len());
    change(&founder, &gone, json!({"disabled": true})).await;
    change(&founder, &demoted, json!({"roles": ["author"]})).await;
    change(&founder, &back, json!({"disabled": true})).await;
    change(&founder, &back, json!({"disabled": false})).await;
    for (request, status, code) in waiting {
        is_refused(&request.go_on().await, status, code);
    }
    assert_eq!(founder.all("/operators").await.len(), people.len());
    assert_eq!(h.log().await.of("access.link_issued").len(), links);
    assert!(founder.all("/tokens").await.is_empty());
    let now = founder.all("/operators").await;
    let now = now.iter().find(|person| person["id"] == author.id.as_str()).unwrap();
    assert_eq!(now["roles"], json!(["author"]));
    h.finish().await;
}

#[tokio::test]
async fn whose_session_was_ended_changes_neither_password_nor_second_factor() {
    let h = Harness::start().await;
    let (founder, author) = (h.founder().await, h.author().await);
    let password = json!({"current": author.password, "new": NEW});
    let password = held(&h, &author, "PUT", "/me/password", password).await;
    let start = held(&h, &author, "POST", "/me/totp", json!({"password": author.password})).await;
    change(&founder, &author, json!({"disabled": true})).await;
    change(&founder, &author, json!({"disabled": false})).await;
    is_refused(&password.go_on().await, 401, "session_ended");
    is_refused(&start.go_on().await, 401, "session_ended");
    let again = author.in_another_browser();
    again.sign_in().await.is(201);

    let factor = again.turn_on_second_factor(h.app().now()).await;
    h.advance(Duration::from_secs(60));
    let proof = json!({"password": author.password, "totp": factor.code(h.app().now())});
    let remove = held(&h, &again, "DELETE", "/me/totp", proof.clone()).await;
    let renew = held(&h, &again, "POST", "/me/totp/recovery-codes", proof).await;
    change(&founder, &author, json!({"disabled": true})).await;
    change(&founder, &author, json!({"disabled": false})).await;
    is_refused(&remove.go_on().await, 401, "session_ended");
    is_refused(&renew.go_on().await, 401, "session_ended");
    author.in_another_browser().sign_in().await.refused(401, "totp_required");
    h.finish().await;
}

#[tokio::test]
async fn a_link_stands_for_the_present_password_only_until_one_was_set() {
    let h = Harness::start().await;
    let made = h.founder().await.invite("Lena Link", "lena@halden.example", &["author"]).await;
    let lena = h.anonymous();
    lena.sign_in_by_link(&link_of(&made.is(201).json())).await.is(201);
    let late = held(&h, &lena, "PUT", "/me/password", json!({"new": NEW})).await;
    lena.put("/me/password", json!({"new": "the one that Lena chose first"})).await.ok();
    is_refused(&late.go_on().await, 422, "fields_invalid");
    h.finish().await;
}

#[tokio::test]
async fn a_sign_in_waits_for_what_is_about_to_change_its_person() {
    let Some(url) = database::fresh_postgres().await else { return };
    let builder = Harness::builder().database(Database::At(url));
    let h = builder.timing(|timing| timing.database.busy = Duration::from_millis(200)).start().await;
    let author = h.author().await;
    // As a new password, a reset and a second factor hold the row until they are committed.
    let select = format!("SELECT 1 FROM operator WHERE id = '{}' FOR NO KEY UPDATE", author.id);
    let lock = Lock::after(&h.database_url(), &select).await;
    author.in_another_browser().sign_in().await.refused(503, "busy");
    lock.let_go().await;
    author.in_another_browser().sign_in().await.is(201);
    h.finish().await;
}
