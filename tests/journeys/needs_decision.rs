//! Nobody can prove what became of a send: a reviewer looks, and says.

use std::time::Duration;

use countersign_review_fixtures::NewPin;
use countersign_tests::harness::{RECIPES, Stage, WINTER_TABLE};
use countersign_tests::{Draft, Harness};
use serde_json::json;

/// A draft whose send got no answer and whose Pin was never seen.
async fn undecided(h: &Harness, when: &str) -> (Stage, Draft) {
    let stage = h.stage().await;
    let draft = lost(h, &stage, when).await;
    (stage, draft)
}

async fn lost(h: &Harness, stage: &Stage, when: &str) -> Draft {
    let draft = h.approved_draft(stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "hide", "times": 1000},
        {"operation": "pins/create", "when": when, "fault": "reset"},
    ]));
    h.publish().await;
    for minutes in [1, 2, 10, 30, 60, 60, 60] {
        h.advance(Duration::from_secs(minutes * 60));
        h.run_workers().await;
    }
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
    assert_eq!(stage.author.publication(&draft.publication()).await["state"], "needs_decision");
    draft
}

#[tokio::test]
async fn it_is_there() {
    let h = Harness::start().await;
    let (stage, draft) = undecided(&h, "after").await;
    let id = draft.publication();
    let pin = h.the_pin().pin_id;
    let found = json!({"outcome": "published", "pin_id": pin, "reason": "I see it on the board."});
    stage.author.resolve(&id, found.clone()).await.problem(403);
    stage.reviewer.resolve(&id, json!({"outcome": "published", "reason": "Which one?"})).await.problem(422);
    stage.reviewer.resolve(&id, found.clone()).await.ok();
    stage.reviewer.resolve(&id, found).await.problem(409);
    assert_eq!(stage.author.publication(&id).await["pin_id"], pin.as_str());
    assert_eq!(stage.author.look(draft.id()).await.state(), "published");
    assert_eq!(h.log().await.the("publish.resolved").fact("to"), "published");
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

#[tokio::test]
async fn somebody_elses_pin_cannot_be_adopted() {
    let h = Harness::start().await;
    let (stage, draft) = undecided(&h, "before").await;
    let id = draft.publication();
    let others = NewPin {
        board_id: Some(RECIPES.to_owned()),
        title: Some("Nobody's business".to_owned()),
        seconds_ago: 223 * 60,
        ..NewPin::default()
    };
    // The same words long after the send, and when it was sent on another board.
    let same = |board: &str, minutes_ago: i64| NewPin {
        board_id: Some(board.to_owned()),
        title: Some("Plum tart with almonds".to_owned()),
        description: Some("Short crust, twelve plums, an hour of patience.".to_owned()),
        alt_text: Some("A round tart on a blue table".to_owned()),
        link: Some("https://halden.example/recipes/plum-tart".to_owned()),
        seconds_ago: minutes_ago * 60,
        ..NewPin::default()
    };
    for (foreign, why) in
        [(others, "not_ours"), (same(RECIPES, 0), "not_ours"), (same(WINTER_TABLE, 223), "not_seen")]
    {
        let pin = h.pinterest().add_pin(foreign).unwrap();
        let found = json!({"outcome": "published", "pin_id": pin, "reason": "It may go."});
        let problem = stage.reviewer.resolve(&id, found).await.problem(422);
        assert!(problem.to_string().contains(why), "{problem}");
        assert_eq!(stage.author.publication(&id).await["state"], "needs_decision");
    }
    h.finish().await;
}

/// Two Pins of ours with the same words: what is one's own is no candidate for the other.
#[tokio::test]
async fn a_twins_pin_is_neither_found_nor_adopted() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.publish().await;
    let pin = h.the_pin().pin_id;
    let id = lost(&h, &stage, "before").await.publication();
    let publication = stage.author.publication(&id).await;
    assert_eq!(publication["evidence"]["candidates"], json!([]), "{publication}");
    let found = json!({"outcome": "published", "pin_id": pin, "reason": "It looks the same."});
    stage.reviewer.resolve(&id, found).await.refused(409, "pin_taken");
    assert_eq!(stage.author.publication(&id).await["state"], "needs_decision");
    h.finish().await;
}

#[tokio::test]
async fn giving_up_and_approving_once_more() {
    let h = Harness::start().await;
    let (stage, draft) = undecided(&h, "before").await;
    let id = draft.publication();
    stage.reviewer.resolve(&id, json!({"outcome": "abandon", "reason": ""})).await.problem(422);
    stage.reviewer.resolve(&id, json!({"outcome": "abandon", "reason": "It is not there."})).await.ok();
    assert_eq!(stage.author.publication(&id).await["state"], "abandoned");
    h.run_workers().await;
    assert_eq!(h.creates(), 1, "giving up sends nothing");

    let again = stage.author.look(draft.id()).await;
    assert_eq!(again.state(), "in_review");
    assert_ne!(again.digest(), draft.digest(), "one more try is a fresh approval");
    h.with_fault(json!([]));
    stage.reviewer.try_approve(&draft).await.problem(412);
    stage.reviewer.approve(&again).await;
    h.publish().await;
    h.the_pin();
    assert_eq!(h.creates(), 2);
    assert_eq!(h.log().await.of("review.approved").len(), 2);
    h.finish().await;
}

#[tokio::test]
async fn pressing_often_makes_no_more_pins() {
    let h = Harness::start().await;
    let (stage, draft) = undecided(&h, "before").await;
    let abandon = json!({"outcome": "abandon", "reason": "It is not there."});
    for _ in 0..3 {
        stage.reviewer.resolve(&draft.publication(), abandon.clone()).await;
    }
    h.with_fault(json!([]));
    let again = stage.reviewer.look(draft.id()).await;
    for _ in 0..3 {
        stage.reviewer.try_approve(&again).await;
    }
    for _ in 0..3 {
        h.publish().await;
    }
    h.the_pin();
    h.finish().await;
}
