//! Where one person works alone, they may approve their own drafts; each such approval is marked.

use countersign_tests::Harness;
use countersign_tests::harness::RECIPES;
use serde_json::{Value, json};

#[tokio::test]
async fn own_drafts_may_be_approved_and_are_marked() {
    let h = Harness::builder().sole_operator().start().await;
    let stage = h.stage().await;
    let alone = h.person("Sol Alone", &["author", "reviewer"]).await;
    let draft = alone.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = alone.submit(&draft).await;
    alone.approve(&draft).await;
    h.publish().await;
    h.the_pin();
    let log = h.log().await;
    let approval = log.the("review.approved");
    assert_eq!(approval.fact("rule"), "sole_operator");
    assert_eq!(approval.header["facts"]["own_draft"], Value::Bool(true));
    h.finish().await;
}

#[tokio::test]
async fn it_still_takes_the_role() {
    let h = Harness::builder().sole_operator().start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    stage.author.try_approve(&draft).await.problem(403);
    h.finish().await;
}

#[tokio::test]
async fn the_rule_is_shown_where_it_matters() {
    let h = Harness::builder().sole_operator().start().await;
    let stage = h.stage().await;
    let alone = h.person("Sol Alone", &["author", "reviewer"]).await;
    let draft = alone.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = alone.submit(&draft).await;
    alone.page("/settings").await.is(200).says("Also who wrote it");
    let own = format!("/review?draft={}", draft.id());
    alone.page(&own).await.is(200).says("This is your own Pin");
    let others = stage.reviewer.page(&own).await.is(200).text();
    assert!(!others.contains("This is your own Pin"));
    h.finish().await;
}

#[tokio::test]
async fn an_own_approval_ends_with_the_rule_that_allowed_it() {
    let mut h = Harness::builder().sole_operator().start().await;
    let stage = h.stage().await;
    let alone = h.person("Sol Alone", &["author", "reviewer"]).await;
    let draft = alone.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = alone.submit(&draft).await;
    alone.approve(&draft).await;
    h.restart_for_two().await;
    h.publish().await;
    assert_eq!(h.creates(), 0);
    assert_eq!(alone.look(draft.id()).await.state(), "in_review");
    assert!(h.log().await.has("review.approval.voided", "rule_changed"));
    h.finish().await;
}
