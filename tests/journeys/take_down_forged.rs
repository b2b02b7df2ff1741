//! Whoever can write to the database makes a reviewer delete nothing but what was published here.

use countersign_review_fixtures::{NewPin, Tier};
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Draft, Harness};
use serde_json::json;

const WHY: &str = "It has to go.";

/// A published Pin of ours, and one of somebody else's on the same account.
async fn two_pins(h: &Harness) -> (Stage, Draft, String) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    let other = NewPin {
        board_id: Some(RECIPES.to_owned()),
        title: Some("Nobody's business".to_owned()),
        ..NewPin::default()
    };
    let foreign = h.pinterest().add_pin(other).unwrap();
    (stage, draft, foreign)
}

/// That the reviewer's wish is refused and nothing was asked of Pinterest.
async fn nothing_goes(h: &Harness, stage: &Stage, publication: &str) {
    stage.reviewer.take_down(publication, WHY).await.refused(409, "not_genuine");
    assert_eq!(h.deletes(), 0);
    assert!(h.log().await.of("publish.taken_down").is_empty());
}

#[tokio::test]
async fn a_row_that_names_another_pin() {
    let h = Harness::start().await;
    let (stage, draft, foreign) = two_pins(&h).await;
    let id = draft.publication();
    let intruder = h.intruder().await;
    let ours = h.the_pin().pin_id;
    assert_eq!(intruder.run(&format!("UPDATE publication SET pin_id = '{foreign}'")).await, 1);
    nothing_goes(&h, &stage, &id).await;
    let page = stage.reviewer.page(&format!("/publications/{id}")).await.is(200).text();
    let form =
        countersign_tests::forms::form_to(page, "/take-down").with("reason", WHY).choosing("sure", "yes");
    let words = stage.reviewer.press("", &form).await.is(409).main();
    assert!(words.contains("somebody may have changed the database"), "{words}");
    // With the row as it was, it goes.
    intruder.run(&format!("UPDATE publication SET pin_id = '{ours}'")).await;
    stage.reviewer.take_down(&id, WHY).await.ok();
    assert!(h.ledger().others.iter().all(|pin| pin.deleted_at.is_none()));
    h.finish().await;
}

#[tokio::test]
async fn a_sealed_part_that_names_another_pin() {
    let h = Harness::start().await;
    let (stage, draft, foreign) = two_pins(&h).await;
    let ours = h.the_pin().pin_id;
    let intruder = h.intruder().await;
    intruder.unguard("audit_sealed").await;
    let swap = |from: &str, to: &str| {
        format!(
            "UPDATE audit_sealed SET value = REPLACE(value, '{from}', '{to}') WHERE value LIKE '%{from}%'"
        )
    };
    assert_eq!(intruder.run(&swap(&ours, &foreign)).await, 1);
    intruder.run(&format!("UPDATE publication SET pin_id = '{foreign}'")).await;
    nothing_goes(&h, &stage, &draft.publication()).await;
    intruder.run(&swap(&foreign, &ours)).await;
    h.finish().await;
}

#[tokio::test]
async fn a_publication_that_never_was() {
    let h = Harness::start().await;
    let (stage, _, foreign) = two_pins(&h).await;
    // One that waits for its time is said to have made that Pin.
    let words = json!({"title": "Plum tart for another day", "publish_at": {"local": "2027-06-01T09:00", "zone": "UTC"}});
    let waiting = stage.author.draft(&stage.connection, RECIPES, words).await;
    let waiting = stage.reviewer.approve(&stage.author.submit(&waiting).await).await;
    let id = waiting.publication();
    let intruder = h.intruder().await;
    let forge = format!("UPDATE publication SET state = 'published', pin_id = '{foreign}' WHERE id = '{id}'");
    assert_eq!(intruder.run(&forge).await, 1);
    intruder.run(&format!("UPDATE draft SET state = 'published' WHERE id = '{}'", waiting.id())).await;
    nothing_goes(&h, &stage, &id).await;
    h.finish().await;
}

#[tokio::test]
async fn an_account_in_the_place_of_another() {
    let h = Harness::start().await;
    let (stage, draft, _) = two_pins(&h).await;
    let admin = h.admin().await;
    let other = admin.connect("rehearsal", countersign_tests::harness::OTHER_ACCOUNT).await;
    let intruder = h.intruder().await;
    let id = draft.publication();
    intruder.run(&format!("UPDATE publication SET connection_id = '{other}' WHERE id = '{id}'")).await;
    nothing_goes(&h, &stage, &id).await;
    h.finish().await;
}

#[tokio::test]
async fn an_account_in_another_environment() {
    let h = Harness::builder().tier(Tier::Standard).start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    assert_eq!(h.intruder().await.run("UPDATE connection SET environment = 'sandbox'").await, 1);
    nothing_goes(&h, &stage, &draft.publication()).await;
    h.finish().await;
}

#[tokio::test]
async fn an_approval_that_nobody_signed() {
    let h = Harness::start().await;
    let (stage, draft, _) = two_pins(&h).await;
    let intruder = h.intruder().await;
    intruder.unguard("approval").await;
    // The log has this approval; that the row is what was signed then, only its signature can say.
    assert_eq!(intruder.run("UPDATE approval SET decided_at = decided_at + 1").await, 1);
    nothing_goes(&h, &stage, &draft.publication()).await;
    h.finish().await;
}

#[tokio::test]
async fn a_taken_down_pin_that_is_said_to_be_there() {
    let h = Harness::start().await;
    let (stage, draft, _) = two_pins(&h).await;
    let id = draft.publication();
    stage.reviewer.take_down(&id, WHY).await.ok();
    let restore =
        "UPDATE publication SET taken_down_at = NULL, taken_down_by = NULL, take_down_reason = NULL";
    assert_eq!(h.intruder().await.run(restore).await, 1);
    stage.reviewer.take_down(&id, WHY).await.refused(409, "taken_down_already");
    h.log().await.the("publish.taken_down");
    assert_eq!(h.deletes(), 1);
    h.finish().await;
}
