//! Taking a Pin down where Pinterest says no, says nothing, or is not to be asked.

use std::time::Duration;

use countersign_review_fixtures::Tier;
use countersign_tests::forms::form_to;
use countersign_tests::harness::Stage;
use countersign_tests::{Answer, Harness};
use serde_json::{Value, json};

const WHY: &str = "The recipe lists nuts that are not in it.";

/// A published Pin, and what Pinterest will do when it is to be deleted; the stage and the publication.
async fn published(h: &Harness, fault: Value) -> (Stage, String) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    h.with_fault(fault);
    (stage, draft.publication())
}

fn status(status: u16, code: i64, message: &str) -> Value {
    json!({
        "operation": "pins/delete", "fault": "status", "status": status, "code": code, "message": message,
    })
}

async fn is_still_there(h: &Harness, stage: &Stage, id: &str) {
    let publication = stage.author.publication(id).await;
    assert_eq!((&publication["state"], &publication["taken_down_at"]), (&json!("published"), &Value::Null));
    assert!(h.log().await.of("publish.taken_down").is_empty());
}

/// Presses the button of the page.
async fn press(stage: &Stage, id: &str) -> Answer {
    let path = format!("/publications/{id}");
    let page = stage.reviewer.page(&path).await.is(200).text();
    let form = form_to(page, "/take-down").with("reason", WHY).choosing("sure", "yes");
    stage.reviewer.press(&path, &form).await
}

#[tokio::test]
async fn a_pin_that_is_gone_already_is_taken_down() {
    let h = Harness::start().await;
    let (stage, id) = published(&h, status(404, 404, "Pin not found.")).await;
    let now = stage.reviewer.take_down(&id, WHY).await.ok();
    assert!(now["taken_down_at"].is_string(), "{now}");
    h.log().await.the("publish.taken_down");
    h.finish().await;
}

#[tokio::test]
async fn a_lost_answer_proves_nothing_and_it_may_be_asked_for_again() {
    let h = Harness::start().await;
    let (stage, id) = published(&h, json!([])).await;
    let lost = |when, fault, status| json!({"operation": "pins/delete", "when": when, "fault": fault, "status": status});
    let faults = [
        lost("before", "reset", 200),
        lost("before", "status", 500),
        lost("before", "status", 302),
        // A page is no answer of Pinterest's, whatever its status.
        lost("before", "html", 404),
        lost("before", "html", 403),
        lost("before", "html", 200),
        lost("after", "reset", 200),
    ];
    for fault in &faults {
        h.with_fault(fault.clone());
        let lost = stage.reviewer.take_down(&id, WHY).await.refused(502, "pinterest_outcome_unknown");
        assert!(lost["detail"].as_str().unwrap().contains("once more"), "{fault}: {lost}");
        is_still_there(&h, &stage, &id).await;
    }
    assert!(h.the_pin().deleted_at.is_some(), "the last one was done over there");
    stage.reviewer.take_down(&id, WHY).await.ok();
    h.log().await.the("publish.taken_down");
    assert_eq!(h.deletes(), faults.len() + 1);
    h.finish().await;
}

#[tokio::test]
async fn the_page_tells_of_a_lost_answer_and_keeps_the_reason() {
    let h = Harness::start().await;
    let fault = json!({"operation": "pins/delete", "when": "after", "fault": "reset"});
    let (stage, id) = published(&h, fault).await;
    let lost = press(&stage, &id).await;
    let words = lost.is(502).main();
    assert!(words.contains("not known whether the Pin is gone") && words.contains(WHY), "{words}");
    assert!(words.contains("It is not known whether it was taken down"), "{words}");
    assert!(!words.contains("It was not taken down"), "nobody knows that: {words}");
    assert!(words.contains("The answer was lost, so the Pin may be gone"), "the history has it: {words}");
    press(&stage, &id).await.is(303);
    h.finish().await;
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once() {
    let h = Harness::start().await;
    let (stage, id) = published(&h, status(401, 2, "Authentication failed.")).await;
    stage.reviewer.take_down(&id, WHY).await.ok();
    assert!(h.the_pin().deleted_at.is_some());
    assert_eq!((h.deletes(), h.log().await.of("oauth.token.refreshed").len()), (2, 1));
    h.finish().await;

    let h = Harness::start().await;
    let mut fault = status(401, 2, "Authentication failed.");
    fault["times"] = 2.into();
    let (stage, id) = published(&h, fault).await;
    stage.reviewer.take_down(&id, WHY).await.refused(409, "connection_held");
    assert_eq!((h.deletes(), h.log().await.of("oauth.token.refreshed").len()), (2, 1));
    let connection = h.admin().await.connection(&stage.connection).await;
    assert_eq!(connection["hold_reason"], "authorization", "{connection}");
    is_still_there(&h, &stage, &id).await;
    h.finish().await;
}

#[tokio::test]
async fn a_refusal_names_the_next_step() {
    let h = Harness::start().await;
    let (stage, id) = published(&h, json!([])).await;
    let scope = "Your token does not have sufficient permissions to perform this operation.";
    let held = (409, "connection_held");
    for (fault, (code, word), words) in [
        (
            status(403, 403, "Not authorized to access board or Pin."),
            (502, "pinterest_refused"),
            "delete it at Pinterest",
        ),
        (status(403, 29, "Apps with Trial access may not delete Pins"), held, "Standard access"),
        (status(401, 3, scope), held, "grant all of them"),
        // The last one: the account rests after it.
        (status(429, 9, "You have been blocked for spam."), held, "blocked this account for spam"),
    ] {
        h.with_fault(fault);
        let problem = stage.reviewer.take_down(&id, WHY).await.refused(code, word);
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
        is_still_there(&h, &stage, &id).await;
    }
    assert!(h.the_pin().deleted_at.is_none());
    assert_eq!(h.admin().await.connection(&stage.connection).await["hold_reason"], "spam");
    h.finish().await;
}

#[tokio::test]
async fn a_limit_says_when() {
    let h = Harness::start().await;
    let mut fault = status(429, 8, "You have exceeded your rate limit.");
    fault["headers"] = json!({"X-RateLimit-Reset": "42"});
    fault["times"] = 2.into();
    let (stage, id) = published(&h, fault).await;
    let answer = stage.reviewer.take_down(&id, WHY).await;
    let problem = answer.refused(503, "pinterest_limit");
    assert!(problem["detail"].as_str().unwrap().contains("42 seconds"), "{problem}");
    assert_eq!(answer.header("retry-after"), "43");
    let page = press(&stage, &id).await;
    assert!(page.is(503).main().contains("42 seconds") && page.header("retry-after") == "43");
    is_still_there(&h, &stage, &id).await;
    h.finish().await;
}

#[tokio::test]
async fn trial_access_deletes_nothing_in_production() {
    let mut h = Harness::builder().tier(Tier::Standard).start().await;
    let (stage, id) = published(&h, json!([])).await;
    assert_eq!(format!("{:?}", h.the_pin().environment), "Production");
    h.stop().await;
    h.set_tier(Tier::Trial);
    h.start_again().await;
    let problem = stage.reviewer.take_down(&id, WHY).await.refused(409, "connection_held");
    assert!(problem["detail"].as_str().unwrap().contains("Standard access"), "{problem}");
    let words = stage.reviewer.page(&format!("/publications/{id}")).await.is(200).main();
    assert!(words.contains("Standard access") && words.contains("disabled"), "{words}");
    assert_eq!(h.deletes(), 0);
    is_still_there(&h, &stage, &id).await;
    h.finish().await;
}

#[tokio::test]
async fn one_take_down_at_a_time() {
    let h = Harness::builder().impatient(2_000).start().await;
    let (stage, id) = published(&h, json!({"operation": "pins/delete", "fault": "timeout"})).await;
    let second = h.person("Rolf Reviewer", &["reviewer"]).await;
    let (reviewer, of) = (stage.reviewer.clone(), id.clone());
    let first = tokio::spawn(async move { reviewer.take_down(&of, WHY).await });
    h.until(|h| h.deletes() == 1).await;
    second.take_down(&id, "Not ours.").await.refused(409, "take_down_under_way");
    first.await.unwrap().refused(502, "pinterest_outcome_unknown");
    assert_eq!(h.deletes(), 1);
    second.take_down(&id, "Not ours.").await.ok();
    h.finish().await;
}

#[tokio::test]
async fn two_who_press_at_once_take_it_down_once() {
    let h = Harness::start().await;
    let (stage, id) = published(&h, json!([])).await;
    let second = h.person("Rolf Reviewer", &["reviewer"]).await;
    let (one, other) = tokio::join!(stage.reviewer.take_down(&id, WHY), second.take_down(&id, "Not ours."));
    for answer in [&one, &other] {
        assert!(matches!(answer.status, 200 | 409), "{}", answer.text());
    }
    assert!(one.status == 200 || other.status == 200);
    h.log().await.the("publish.taken_down");
    assert!(h.the_pin().deleted_at.is_some());
    h.finish().await;
}

#[tokio::test]
async fn a_process_that_dies_meanwhile_leaves_it_open_to_be_asked_for_again() {
    let mut h = Harness::start().await;
    let (stage, id) = published(&h, json!({"operation": "pins/delete", "fault": "timeout"})).await;
    let (reviewer, of) = (stage.reviewer.clone(), id.clone());
    let first = tokio::spawn(async move { reviewer.try_take_down(&of, WHY).await });
    h.until(|h| h.deletes() == 1).await;
    h.kill().await;
    assert!(first.await.unwrap().is_none_or(|answer| answer.status >= 500));
    h.start_again().await;
    if h.intruder().await.is_postgres() {
        // Another server may still wait for the answer; on SQLite there is none.
        stage.reviewer.take_down(&id, WHY).await.refused(409, "take_down_under_way");
        h.advance(Duration::from_secs(120));
        h.run_workers().await;
    }
    let log = h.log().await;
    assert_eq!(log.the("api.unknown").fact("why"), "no_outcome");
    stage.reviewer.take_down(&id, WHY).await.ok();
    h.log().await.the("publish.taken_down");
    h.finish().await;
}
