//! The answer is lost and the board shows several Pins that it could be: a person decides, and is warned.

use std::time::Duration;

use countersign_review_fixtures::NewPin;
use countersign_tests::forms::{Form, forms};
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Draft, Harness};
use serde_json::json;

/// One call, two Pins, and no answer: a draft of which nobody can prove which Pin is its.
async fn doubled(h: &Harness) -> (Stage, Draft) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "duplicate"},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    (stage, draft)
}

#[tokio::test]
async fn two_pins_from_one_call_raise_the_alarm() {
    let h = Harness::builder().duplicating().start().await;
    let (stage, draft) = doubled(&h).await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "needs_decision", "{publication}");
    let pins = h.ledger().pins;
    assert_eq!(pins.len(), 2);
    let (page, list) =
        (stage.author.page(&format!("/publications/{}", draft.publication())).await, "/?tab=attention");
    let words = page.is(200).main();
    for pin in &pins {
        assert!(publication.to_string().contains(&pin.pin_id), "the evidence names both: {publication}");
        assert!(words.contains(&pin.pin_id), "the page shows both: {words}");
    }
    assert!(!words.contains("name=\"outcome\""), "an author is not asked: {words}");
    stage.author.page(list).await.leads_to(&format!("/drafts/{}", draft.id()));
    let log = h.log().await;
    assert_eq!(log.the("api.reconciled").fact("result"), "ambiguous");
    assert_eq!(log.of("publish.needs_decision").len(), 1);
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_reviewer_takes_one_of_the_two() {
    let h = Harness::builder().duplicating().start().await;
    let (stage, draft) = doubled(&h).await;
    let (id, pin) = (draft.publication(), h.ledger().pins[1].pin_id.clone());
    let path = format!("/publications/{id}");
    let page = stage.reviewer.page(&path).await.is(200).text();
    let is_it = |form: &Form| form.value("pin_id") == Some(&pin);
    let form = forms(&page).into_iter().find(is_it).unwrap();
    assert_eq!(form.value("outcome"), Some("published"));
    stage.reviewer.press(&path, &form.clone().with("reason", " ")).await.is(422);
    stage.reviewer.press(&path, &form.with("reason", "It is the second one.")).await.is(303);
    let publication = stage.author.publication(&id).await;
    assert_eq!((&publication["state"], &publication["pin_id"]), (&json!("published"), &json!(pin)));
    assert_eq!(stage.author.look(draft.id()).await.state(), "published");
    h.publish().await;
    assert_eq!(h.creates(), 1);
    assert_eq!(h.log().await.the("publish.resolved").fact("to"), "published");
    h.finish().await;
}

#[tokio::test]
async fn a_reviewer_gives_up_and_nothing_more_is_sent() {
    let h = Harness::builder().duplicating().start().await;
    let (stage, draft) = doubled(&h).await;
    let id = draft.publication();
    stage.reviewer.resolve(&id, json!({"outcome": "abandon", "reason": "I take both down."})).await.ok();
    assert_eq!(stage.author.publication(&id).await["state"], "abandoned");
    assert_eq!(stage.author.look(draft.id()).await.state(), "in_review");
    for _ in 0..3 {
        h.publish().await;
    }
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn somebody_elses_pin_with_other_words_is_not_taken_for_ours() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!({"operation": "pins/create", "when": "before", "fault": "reset"}));
    h.publish().await;
    let other = NewPin {
        board_id: Some(RECIPES.to_owned()),
        title: Some("Plum tart with almonds".to_owned()),
        description: Some("Another recipe.".to_owned()),
        ..NewPin::default()
    };
    h.pinterest().add_pin(other).unwrap();
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    assert_eq!(stage.author.publication(&draft.publication()).await["state"], "unknown");
    h.finish().await;
}

#[tokio::test]
async fn a_pin_from_before_the_send_is_not_taken_for_ours() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    // The same words, published earlier by somebody else.
    let earlier = NewPin {
        board_id: Some(RECIPES.to_owned()),
        title: Some("Plum tart with almonds".to_owned()),
        description: Some("Short crust, twelve plums, an hour of patience.".to_owned()),
        alt_text: Some("A round tart on a blue table".to_owned()),
        link: Some("https://halden.example/recipes/plum-tart".to_owned()),
        seconds_ago: 3 * 3600,
        ..NewPin::default()
    };
    h.pinterest().add_pin(earlier).unwrap();
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!({"operation": "pins/create", "when": "after", "fault": "reset"}));
    h.publish().await;
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["pin_id"], h.the_pin().pin_id.as_str(), "{publication}");
    h.finish().await;
}
