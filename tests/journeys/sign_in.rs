//! Signing in: by a one-time link, by password, for as long as a session lasts.

use std::time::Duration;

use countersign_review_fixtures::Tier;
use countersign_tests::Harness;
use countersign_tests::forms::form_to;
use serde_json::json;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_printed_link_signs_in_once() {
    let h = Harness::start().await;
    let link = h.printed_link("admin");
    let newcomer = h.anonymous();

    let path = link.strip_prefix(&h.base()).unwrap().to_owned();
    let page = newcomer.page(&path).await.is(200).text();
    let form = form_to(&page, &path);
    assert_eq!((form.action.as_str(), form.method.as_str()), (path.as_str(), "post"));
    newcomer.get("/me").await.problem(401);

    let session = newcomer.sign_in_by_link(&link).await;
    session.is(201);
    assert!(session.json()["csrf_token"].is_string());
    newcomer.get("/me").await.is(200);

    let late = h.anonymous().sign_in_by_link(&link).await;
    late.refused(401, "link_used");
    let log = h.log().await;
    assert_eq!(log.of("access.signed_in").len(), 1);
    assert!(log.has("access.sign_in_failed", "\"via\":\"api\""), "{:?}", log.kinds());
    h.finish().await;
}

#[tokio::test]
async fn a_link_is_too_old_after_a_day() {
    let h = Harness::start().await;
    h.advance(25 * 60 * MINUTE);
    h.anonymous().sign_in_by_link(&h.printed_link("admin")).await.refused(401, "link_expired");
    h.anonymous().sign_in_by_link("never-was-such-a-link").await.refused(401, "link_unknown");
    h.finish().await;
}

#[tokio::test]
async fn a_password_signs_in_and_a_wrong_one_says_no_more_than_an_unknown_person() {
    let h = Harness::start().await;
    let author = h.author().await.in_another_browser();
    let cookie = author.sign_in().await.is(201).header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }

    let wrong =
        h.anonymous().post("/session", json!({"email": author.email, "password": "not this one"})).await;
    let unknown = json!({"email": "nobody@halden.example", "password": "not this one"});
    let unknown = h.anonymous().post("/session", unknown).await;
    let (wrong, unknown) = (wrong.refused(401, "sign_in_failed"), unknown.refused(401, "sign_in_failed"));
    assert_eq!((&wrong["title"], &wrong["detail"]), (&unknown["title"], &unknown["detail"]));
    assert_eq!(h.log().await.of("access.sign_in_failed").len(), 2);
    h.finish().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_nothing_else() {
    let h = Harness::start().await;
    let here = h.author().await;
    let elsewhere = here.in_another_browser();
    elsewhere.sign_in().await.is(201);
    assert_eq!(here.all("/sessions").await.len(), 2);

    here.delete("/session", None).await.ok();
    here.get("/me").await.problem(401);
    elsewhere.get("/me").await.ok();
    assert_eq!(h.log().await.of("access.signed_out").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_session_can_be_ended_from_another_browser_but_not_by_another_person() {
    let h = Harness::start().await;
    let (here, reviewer) = (h.author().await, h.reviewer().await);
    let elsewhere = here.in_another_browser();
    elsewhere.sign_in().await.is(201);
    let sessions = here.all("/sessions").await;
    let other =
        sessions.iter().find(|session| session["is_current"] != true && session["current"] != true).unwrap();
    let path = format!("/sessions/{}", other["id"].as_str().unwrap());

    reviewer.delete(&path, None).await.problem(404);
    elsewhere.get("/me").await.ok();
    here.delete(&path, None).await.ok();
    elsewhere.get("/me").await.problem(401);
    assert_eq!(h.log().await.of("access.session_revoked").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_any_case_after_twelve_hours() {
    let h = Harness::start().await;
    let (idle, busy) = (h.author().await, h.reviewer().await);
    for _ in 0..35 {
        h.advance(20 * MINUTE);
        busy.get("/me").await.ok();
    }
    idle.get("/me").await.problem(401);
    h.advance(21 * MINUTE);
    busy.get("/me").await.problem(401);
    h.finish().await;
}

#[tokio::test]
async fn the_sign_in_page_works_without_javascript() {
    let h = Harness::start().await;
    let author = h.author().await.in_another_browser();
    let wanted = author.page("/account").await;
    assert!(wanted.location().starts_with("/sign-in"), "{}", wanted.location());

    let page = author.page(&wanted.location()).await.is(200).text();
    let form = form_to(&page, "/sign-in");
    let wrong = form.clone().with("email", &author.email).with("password", "not this one");
    let answer = author.press("/sign-in", &wrong).await;
    assert!(answer.status >= 400, "{}", answer.status);
    answer.says(&author.email);

    let right = form.with("email", &author.email).with("password", &author.password);
    let answer = author.press("/sign-in", &right).await.is(303).clone();
    assert_eq!(answer.location(), "/account", "back to where one wanted to go");
    author.page("/account").await.is(200);
    h.finish().await;
}

#[tokio::test]
async fn whoever_came_by_a_first_link_sets_a_password_before_anything_else() {
    let h = Harness::builder().tier(Tier::Trial).start().await;
    let newcomer = h.anonymous();
    newcomer.sign_in_by_link(&h.printed_link("admin")).await.is(201);
    newcomer.get("/me").await.ok();
    for path in ["/drafts", "/connections", "/operators", "/audit/events"] {
        newcomer.get(path).await.refused(403, "password_owed");
    }
    newcomer.post("/publishing/pause", json!({})).await.refused(403, "password_owed");
    let page = newcomer.page("/").await;
    assert_eq!((page.status, page.header("location")), (303, "/account/password"));

    newcomer.put("/me/password", json!({"new": "a long walk along the river"})).await.is(204);
    newcomer.get("/drafts").await.ok();
    h.finish().await;
}

#[tokio::test]
async fn nobody_acts_by_a_link_of_somebody_elses_unnoticed() {
    let h = Harness::builder().tier(Tier::Trial).start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let issued = h.admin().await.post_empty(&format!("/operators/{}/link", stage.reviewer.id)).await;
    let intruder = h.anonymous();
    intruder.sign_in_by_link(&countersign_tests::actor::link_of(&issued.json())).await.is(201);
    intruder.try_approve(&draft).await.refused(403, "password_owed");
    stage.reviewer.get("/drafts").await.ok();

    intruder.put("/me/password", json!({"new": "a longer walk along the river"})).await.is(204);
    stage.reviewer.get("/drafts").await.refused(401, "session_ended");
    h.finish().await;
}
