//! The answer is lost and the board shows several Pins that it could be: a person decides, and is warned.

use std::time::Duration;

use countersign_review_fixtures::NewPin;
use countersign_tests::Harness;
use countersign_tests::harness::RECIPES;
use serde_json::json;

#[tokio::test]
async fn two_pins_from_one_call_raise_the_alarm() {
    let h = Harness::builder().duplicating().start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "duplicate"},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    h.advance(Duration::from_secs(5));
    h.run_workers().await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "needs_decision", "{publication}");
    for pin in h.ledger().pins {
        assert!(publication.to_string().contains(&pin.pin_id), "the evidence names both: {publication}");
    }
    assert!(h.log().await.has("api.reconciled", "ambiguous"));
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
