//! Whoever is put out while a request of theirs waits for its body does nothing by it any more.

use std::future::Future;
use std::time::Duration;

use countersign_api::app::Slow;
use countersign_tests::actor::{SecondFactor, link_of};
use countersign_tests::at_commit::AtCommit;
use countersign_tests::harness::{Database, Stage};
use countersign_tests::lock::Lock;
use countersign_tests::raw::{Held, RawAnswer, hold};
use countersign_tests::{Actor, Answer, Draft, Harness, database};
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
    try_change(by, whom, change).await.ok();
}

async fn try_change(by: &Actor, whom: &Actor, change: Value) -> Answer {
    by.call(Method::PATCH, &format!("/operators/{}", whom.id)).json(change).go().await
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

/// What others ask; each by who may.
fn of_the_others<'a>(
    stage: &'a Stage,
    admin: &'a Actor,
    draft: &Draft,
) -> Vec<(&'a Actor, &'static str, String, Value)> {
    let fields = json!({"connection_id": stage.connection, "title": "Too late"});
    let connect = json!({"environment": "rehearsal"});
    let approve = json!({"digest": draft.digest()});
    vec![
        (&stage.author, "POST", "/drafts".to_owned(), fields),
        (&stage.reviewer, "POST", format!("/drafts/{}/approve", draft.id()), approve),
        (&stage.reviewer, "POST", format!("/drafts/{}/reject", draft.id()), json!({"note": "No."})),
        (&stage.reviewer, "POST", "/publishing/pause".to_owned(), json!({})),
        (admin, "POST", "/connections".to_owned(), connect),
    ]
}

#[tokio::test]
async fn whose_session_ended_does_nothing_of_what_they_might() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let admin = h.person("Dora Disabled", &["admin"]).await;
    let draft = h.draft_in_review(&stage).await;
    let mut waiting = Vec::new();
    for (who, method, path, body) in of_the_others(&stage, &admin, &draft) {
        waiting.push((held(&h, who, method, &path, body).await, path));
    }
    for who in [&stage.author, &stage.reviewer, &admin] {
        who.delete("/session", None).await.is(204);
    }
    let before = h.log().await.0.len();
    for (request, path) in waiting {
        let answer = request.go_on().await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.text);
        is_refused(&answer, 401, "session_ended");
    }
    assert_eq!(h.log().await.0.len(), before);
    h.finish().await;
}

#[tokio::test]
async fn a_form_that_comes_late_does_nothing_for_whoever_was_put_out_meanwhile() {
    let h = Harness::start().await;
    let (founder, stage) = (h.founder().await, h.stage().await);
    let demoted = h.person("Demi Demoted", &["reviewer"]).await;
    let draft = h.draft_in_review(&stage).await;
    let mut waiting = Vec::new();
    for (who, status) in [(&stage.reviewer, 401), (&demoted, 403)] {
        let (cookie, csrf) = (who.cookie().unwrap(), who.csrf().unwrap());
        let headers = [("Cookie", cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        let body = format!("csrf={csrf}&digest={}", draft.digest());
        let path = format!("/drafts/{}/approve", draft.id());
        waiting.push((hold(&h.base(), "POST", &path, &headers, &body).await, status));
    }
    stage.reviewer.delete("/session", None).await.is(204);
    change(&founder, &demoted, json!({"roles": ["auditor"]})).await;
    for (request, status) in waiting {
        let answer = request.go_on().await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    assert_eq!(stage.author.look(draft.id()).await.state(), "in_review");
    h.finish().await;
}

#[tokio::test]
async fn whose_session_was_ended_changes_neither_password_nor_second_factor() {
    let h = Harness::start().await;
    let (founder, author) = (h.founder().await, h.author().await);
    let password = json!({"current": author.password, "new": NEW});
    let password = held(&h, &author, "PUT", "/me/password", password).await;
    let start = held(&h, &author, "POST", "/me/totp", json!({"password": author.password})).await;
    let code = json!({"code": begun(&h, &author).await.code(h.app().now())});
    let confirm = held(&h, &author, "POST", "/me/totp/confirm", code).await;
    change(&founder, &author, json!({"disabled": true})).await;
    change(&founder, &author, json!({"disabled": false})).await;
    is_refused(&password.go_on().await, 401, "session_ended");
    is_refused(&confirm.go_on().await, 401, "session_ended");
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

/// What a reviewer decides: method and path, and what is sent.
async fn of_a_reviewer(h: &Harness, stage: &Stage) -> Vec<(String, Value)> {
    let (waiting, signed) = (h.draft_in_review(stage).await, h.approved_draft(stage).await);
    h.publish().await;
    let undoable = h.approved_draft(stage).await;
    let at = |draft: &Draft, verb: &str| format!("/drafts/{}/{verb}", draft.id());
    vec![
        (at(&waiting, "approve"), json!({"digest": waiting.digest()})),
        (at(&waiting, "request-changes"), json!({"note": "Not yet"})),
        (at(&waiting, "reject"), json!({"note": "Never"})),
        (at(&undoable, "undo"), json!({})),
        (format!("/publications/{}/take-down", signed.publication()), json!({"reason": "It has to go."})),
    ]
}

#[tokio::test]
async fn a_reviewer_who_was_disabled_or_lost_the_role_decides_nothing() {
    let h = Harness::start().await;
    let (founder, stage) = (h.founder().await, h.stage().await);
    let gone = h.person("Dora Disabled", &["reviewer"]).await;
    let demoted = h.person("Demi Demoted", &["reviewer"]).await;
    let verdicts = of_a_reviewer(&h, &stage).await;
    let mut waiting = Vec::new();
    for (path, body) in verdicts {
        for (who, status, code) in [(&gone, 401, "session_ended"), (&demoted, 403, "role_missing")] {
            waiting.push((held(&h, who, "POST", &path, body.clone()).await, status, code));
        }
    }
    change(&founder, &gone, json!({"disabled": true})).await;
    change(&founder, &demoted, json!({"roles": ["auditor"]})).await;
    let before = h.log().await.kinds().len();
    for (request, status, code) in waiting {
        is_refused(&request.go_on().await, status, code);
    }
    let told = h.log().await.kinds().split_off(before).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(told.iter().all(|kind| kind == "access.refused"), "{told:?}");
    assert_eq!(h.deletes(), 0);
    h.finish().await;
}

/// What an admin asks of others without saying more than an address.
#[tokio::test]
async fn an_admin_who_is_just_losing_the_role_takes_nothing_away() {
    let h = Harness::start().await;
    let (founder, owner) = (h.founder().await, h.person("Tove Tokens", &["author", "admin"]).await);
    let intruder = h.intruder().await;
    owner.turn_on_second_factor(h.app().now()).await;
    let token = owner.make_token("a script", &["drafts:read"]).await.is(201).json();
    let paths =
        [format!("/operators/{}/totp", owner.id), format!("/tokens/{}", token["id"].as_str().unwrap())];
    for (n, path) in paths.iter().enumerate() {
        let demoted = h.person(&format!("Demi Demoted {n}"), &["admin"]).await;
        let losing = try_change(&founder, &demoted, json!({"roles": ["author"]}));
        let (held, deleting) = (AtCommit::hold(&h), demoted.delete(path, None));
        let (changed, refused) = held.overtaking_at(&intruder, "operator", losing, deleting).await;
        h.hooks().clear();
        changed.ok();
        refused.refused(403, "role_missing");
    }
    assert!(h.log().await.of("access.token_revoked").is_empty());
    owner.in_another_browser().sign_in().await.refused(401, "totp_required");
    h.finish().await;
}

/// Lets `change` come to its commit, then `who` sign in with the password that they have until then, as far as that
/// goes, and then both end.
async fn sign_in_during(h: &Harness, change: impl Future<Output = Answer>, who: &Actor) -> Answer {
    let (held, intruder) = (AtCommit::hold(h), h.intruder().await);
    let browser = who.in_another_browser();
    let signing_in = async {
        held.has_come().await;
        let before = h.app().slow_begun(Slow::Password);
        let letting_go = async {
            // The person was read, and the password is compared.
            h.until(|h| h.app().slow_begun(Slow::Password) > before).await;
            if intruder.is_postgres() {
                intruder.until_waiting(1).await;
            }
            held.let_go();
        };
        tokio::join!(browser.sign_in(), letting_go).0
    };
    let (changed, answer) = tokio::join!(change, signing_in);
    h.hooks().clear();
    assert!(changed.status < 300, "{changed:?}");
    answer
}

/// A second factor that waits for its first code.
async fn begun(h: &Harness, who: &Actor) -> SecondFactor {
    let started = who.post("/me/totp", json!({"password": who.password})).await.is(201).json();
    SecondFactor::of(h.captured(), started["secret"].as_str().unwrap())
}

#[tokio::test]
async fn a_sign_in_under_way_does_not_outlive_what_changes_its_person() {
    let h = Harness::start().await;
    let founder = h.founder().await;
    let (dora, paul, fia) = (
        h.person("Dora Disabled", &["author"]).await,
        h.person("Paul Password", &["author"]).await,
        h.person("Fia Factor", &["author"]).await,
    );
    let disabling = try_change(&founder, &dora, json!({"disabled": true}));
    sign_in_during(&h, disabling, &dora).await.refused(401, "sign_in_failed");
    let changing = paul.put("/me/password", json!({"current": paul.password, "new": NEW}));
    sign_in_during(&h, changing, &paul).await.refused(401, "sign_in_failed");
    let confirm = json!({"code": begun(&h, &fia).await.code(h.app().now())});
    sign_in_during(&h, fia.post("/me/totp/confirm", confirm), &fia).await.refused(401, "sign_in_failed");
    for who in [&paul, &fia] {
        assert_eq!(who.all("/sessions").await.len(), 1, "{}", who.name);
    }
    h.finish().await;
}

#[tokio::test]
async fn a_link_does_not_outrun_a_second_factor_that_is_being_turned_on() {
    let h = Harness::start().await;
    let (founder, fia) = (h.founder().await, h.person("Fia Factor", &["author"]).await);
    let confirm = json!({"code": begun(&h, &fia).await.code(h.app().now())});
    let issued = founder.post_empty(&format!("/operators/{}/link", fia.id)).await;
    let link = link_of(&issued.is(201).json());
    let door = h.anonymous();
    let (held, intruder) = (AtCommit::hold(&h), h.intruder().await);
    let (confirming, signing_in) = (fia.post("/me/totp/confirm", confirm), door.sign_in_by_link(&link));
    let (confirmed, refused) = held.overtaking_at(&intruder, "operator", confirming, signing_in).await;
    h.hooks().clear();
    confirmed.is(200);
    refused.problem(401);
    assert_eq!(fia.all("/sessions").await.len(), 1);
    h.finish().await;
}
