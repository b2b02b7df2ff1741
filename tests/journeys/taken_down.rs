//! A Pin that should not be there: a reviewer takes it down, alone and with a reason, and it stands in the log.

use countersign_tests::forms::form_to;
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::log::{Event, Log};
use countersign_tests::{Draft, Harness};
use serde_json::json;

const WHY: &str = "The recipe lists nuts that are not in it.";

/// A draft whose Pin is at Pinterest.
async fn published(h: &Harness) -> (Stage, Draft) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    (stage, draft)
}

/// The intents to delete a Pin.
fn intents(log: &Log) -> Vec<&Event> {
    log.of("api.request").into_iter().filter(|event| event.fact("operation") == "pins/delete").collect()
}

#[tokio::test]
async fn a_reviewer_takes_it_down_and_the_log_says_who_and_why() {
    let h = Harness::start().await;
    let (stage, draft) = published(&h).await;
    let id = draft.publication();
    for person in [&stage.author, &h.admin().await, &h.auditor().await] {
        person.take_down(&id, WHY).await.refused(403, "role_missing");
    }
    stage.reviewer.take_down(&id, " ").await.refused(422, "fields_invalid");
    assert_eq!(h.deletes(), 0);

    let now = stage.reviewer.take_down(&id, WHY).await.ok();
    assert_eq!((&now["state"], &now["pin_id"]), (&json!("published"), &json!(h.the_pin().pin_id)), "{now}");
    assert_eq!((&now["taken_down_by"], &now["take_down_reason"]), (&json!(stage.reviewer.id), &json!(WHY)));
    assert!(now["taken_down_at"].is_string(), "{now}");
    assert!(h.the_pin().deleted_at.is_some());
    let shown = stage.author.look(draft.id()).await;
    assert_eq!(shown.state(), "published");
    assert_eq!(shown.json["publication"]["taken_down_at"], now["taken_down_at"]);
    assert_ne!(shown.etag, draft.etag);

    let log = h.log().await;
    let [intent] = intents(&log)[..] else { panic!("{:?}", log.kinds()) };
    assert_eq!(intent.content["note"], WHY);
    let answer = log.0.iter().find(|event| event.cause() == intent.id()).unwrap();
    assert_eq!((answer.kind(), &answer.header["facts"]["status"]), ("api.response", &json!(204)));
    let told = log.the("publish.taken_down");
    assert_eq!(told.content["note"], WHY);
    for event in [intent, answer, told] {
        assert_eq!(event.header["actor"]["ref"], stage.reviewer.id.as_str(), "{}", event.header);
        assert_eq!((event.object(), event.header["flow"].as_str()), (draft.id(), Some(id.as_str())));
    }
    assert_eq!((told.cause(), intent.cause()), (log.the("review.approved").id(), ""));

    stage.reviewer.take_down(&id, WHY).await.refused(409, "taken_down_already");
    assert_eq!(h.deletes(), 1);
    h.finish().await;
}

#[tokio::test]
async fn the_page_says_what_will_happen_and_asks_twice() {
    let h = Harness::start().await;
    let (stage, draft) = published(&h).await;
    let path = format!("/publications/{}", draft.publication());
    let action = format!("{path}/take-down");
    let page = stage.reviewer.page(&path).await;
    let words = page.is(200).main();
    assert!(words.contains("cannot be undone") && words.contains("at once and for everybody"), "{words}");
    let offered = stage.reviewer.page(&format!("/drafts/{}", draft.id())).await;
    offered.leads_to(&format!("{path}#take-down"));
    assert!(offered.main().contains("Deletes the Pin in the simulator"), "nothing is at Pinterest");

    // Without the tick, or without a reason, nothing happens, and what was typed is still there.
    let form = form_to(page.text(), &action);
    let unsure = stage.reviewer.press(&path, &form.clone().with("reason", WHY)).await;
    assert!(unsure.is(422).main().contains(WHY) && unsure.main().contains("Tick the box"));
    stage.reviewer.press(&path, &form.clone().choosing("sure", "yes")).await.is(422);
    assert_eq!(h.deletes(), 0);

    let done = stage.reviewer.press(&path, &form.with("reason", WHY).choosing("sure", "yes")).await;
    assert_eq!(done.is(303).location(), path);
    assert!(h.the_pin().deleted_at.is_some());
    for path in [&path, &format!("/drafts/{}", draft.id())] {
        let words = stage.author.page(path).await.is(200).main();
        assert!(
            words.contains("Taken down") && words.contains("Rosa Reviewer took this Pin down"),
            "{words}"
        );
        assert!(words.contains(WHY) && words.contains("took the Pin down"), "{words}");
        assert!(words.contains("It is not in the simulator any more"), "{words}");
        assert!(!words.contains("/pin/") && !words.contains("/take-down\""), "nothing leads there: {words}");
    }
    let queue = stage.author.page("/?tab=published").await.is(200).main();
    assert!(queue.contains("Taken down"), "{queue}");
    h.finish().await;
}

#[tokio::test]
async fn what_is_not_seen_in_the_title_or_the_reason_is_marked() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let changes = json!({"title": "Plum\u{202e} tart"});
    let draft = stage.author.draft(&stage.connection, RECIPES, changes).await;
    let draft = stage.author.submit(&draft).await;
    let draft = stage.reviewer.approve(&draft).await;
    h.publish().await;
    stage.reviewer.take_down(&draft.publication(), "Nuts\u{200b} are in it.").await.ok();
    let words = stage.author.page(&format!("/publications/{}", draft.publication())).await.is(200).main();
    let (heading, rest) = words.split_once("</h1>").unwrap();
    assert!(heading.contains("U+202E") && !heading.contains('\u{202e}'), "{heading}");
    let told = rest.split_once("Taken down").unwrap().1.split_once("</section>");
    let told = told.map_or(rest, |(told, _)| told);
    assert!(told.contains("U+200B") && !told.contains("Nuts\u{200b}"), "{told}");
    h.finish().await;
}

#[tokio::test]
async fn whoever_may_not_sees_why() {
    let h = Harness::start().await;
    let (stage, draft) = published(&h).await;
    let path = format!("/publications/{}", draft.publication());
    for person in [&stage.author, &h.admin().await] {
        let words = person.page(&path).await.is(200).main();
        assert!(words.contains("A reviewer can take it down") && words.contains("disabled"), "{words}");
        assert!(!words.contains("/take-down\""), "{words}");
        let draft = person.page(&format!("/drafts/{}", draft.id())).await.is(200).main();
        assert!(!draft.contains("#take-down"), "{draft}");
    }
    // Who disconnects an account keeps its Pins; the page says what would help.
    h.admin().await.delete(&format!("/connections/{}", stage.connection), None).await.ok();
    let words = stage.reviewer.page(&path).await.is(200).main();
    assert!(words.contains("not connected") && words.contains("disabled"), "{words}");
    let refused = stage.reviewer.take_down(&draft.publication(), WHY).await.refused(409, "connection_held");
    assert!(refused["detail"].as_str().unwrap().contains("connect it again"), "{refused}");
    assert_eq!(h.deletes(), 0);
    h.finish().await;
}

#[tokio::test]
async fn the_kill_switch_does_not_stop_it() {
    let h = Harness::start().await;
    let (stage, draft) = published(&h).await;
    stage.reviewer.post_empty("/publishing/pause").await.ok();
    stage.reviewer.take_down(&draft.publication(), WHY).await.ok();
    assert!(h.the_pin().deleted_at.is_some());
    h.finish().await;
}

#[tokio::test]
async fn what_is_not_published_cannot_be_taken_down() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let id = draft.publication();
    stage.reviewer.take_down(&id, WHY).await.refused(409, "not_published");
    let nothing = "pub_00000000000000000000000000000000";
    stage.reviewer.take_down(nothing, WHY).await.refused(404, "publication_not_found");
    h.with_fault(json!({"operation": "pins/create", "when": "after", "fault": "reset"}));
    h.publish().await;
    assert_eq!(stage.author.publication(&id).await["state"], "unknown");
    stage.reviewer.take_down(&id, WHY).await.refused(409, "not_published");
    assert!(!stage.reviewer.page(&format!("/publications/{id}")).await.is(200).main().contains("take-down"));

    // Found on the board, it is ours as any other is.
    h.advance(std::time::Duration::from_secs(5));
    h.run_workers().await;
    stage.reviewer.take_down(&id, WHY).await.ok();
    assert!(h.the_pin().deleted_at.is_some());
    h.finish().await;
}

#[tokio::test]
async fn a_pin_that_a_person_recorded_can_be_taken_down() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "hide", "times": 1000},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    for minutes in [1, 2, 10, 30, 60, 60, 60] {
        h.advance(std::time::Duration::from_secs(minutes * 60));
        h.run_workers().await;
    }
    stage.reviewer.sign_in().await.is(201);
    let id = draft.publication();
    let found =
        json!({"outcome": "published", "pin_id": h.the_pin().pin_id, "reason": "I see it on the board."});
    stage.reviewer.resolve(&id, found).await.ok();
    stage.reviewer.take_down(&id, WHY).await.ok();
    assert!(h.the_pin().deleted_at.is_some());
    h.finish().await;
}
