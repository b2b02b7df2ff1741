//! A reviewer asks for changes, the author makes them, and the new revision is what is approved.

use countersign_tests::harness::RECIPES;
use countersign_tests::{Draft, Harness};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn changes_are_asked_for_made_and_approved() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let first = h.draft_in_review(&stage).await;
    stage.reviewer.request_changes(&first, "").await.problem(422);
    stage.reviewer.request_changes(&first, "Say that it serves eight.").await.ok();
    let asked = stage.author.look(first.id()).await;
    assert_eq!(asked.state(), "changes_requested");
    let comments = stage.author.all(&format!("/drafts/{}/comments", first.id())).await;
    assert!(comments.iter().any(|comment| comment.to_string().contains("serves eight")), "{comments:?}");

    stage.author.edit(&asked, json!({"description": "Serves eight."})).await.ok();
    let revised = stage.author.look(first.id()).await;
    assert_eq!(revised.state(), "draft");
    assert_ne!(revised.digest(), first.digest());
    let revised = stage.author.submit(&revised).await;

    let stale = stage.reviewer.try_approve(&first).await;
    stale.refused(412, "stale_digest");
    let path = format!("/drafts/{}/approve", first.id());
    let digest = json!({"digest": revised.digest()});
    let older = stage.reviewer.call(Method::POST, &path).header("if-match", "\"0\"").json(digest).go().await;
    older.refused(412, "stale");
    stage.reviewer.approve(&revised).await;
    h.publish().await;
    assert_eq!(h.the_pin().description.as_deref(), Some("Serves eight."));
    assert!(h.log().await.has("review.changes_requested", first.id()));
    h.finish().await;
}

#[tokio::test]
async fn a_rejected_draft_is_sent_nowhere_and_can_be_taken_up_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    stage.reviewer.reject(&draft, " ").await.problem(422);
    stage.reviewer.reject(&draft, "Not our season.").await.ok();
    assert_eq!(stage.author.look(draft.id()).await.state(), "rejected");
    stage.reviewer.try_approve(&draft).await.problem(409);
    stage.author.verb(&draft, "submit").await.problem(409);
    h.publish().await;
    assert_eq!(h.creates(), 0);

    let rejected = stage.author.look(draft.id()).await;
    stage.author.edit(&rejected, json!({"title": "Plum tart for autumn"})).await.ok();
    let again = stage.author.submit(&stage.author.look(draft.id()).await).await;
    stage.reviewer.approve(&again).await;
    h.publish().await;
    assert_eq!(h.the_pin().title.as_deref(), Some("Plum tart for autumn"));
    h.finish().await;
}

#[tokio::test]
async fn withdrawing_takes_a_draft_out_of_review() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    stage.author.verb(&draft, "withdraw").await.ok();
    assert_eq!(stage.author.look(draft.id()).await.state(), "draft");
    stage.reviewer.try_approve(&draft).await.problem(409);
    assert_eq!(h.log().await.of("review.withdrawn").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn of_two_reviewers_one_decides() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let other = h.person("Second Reviewer", &["reviewer"]).await;
    let draft = h.draft_in_review(&stage).await;
    let (one, two) = tokio::join!(stage.reviewer.try_approve(&draft), other.try_approve(&draft));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{} / {}", one.text(), two.text());
    assert!(matches!(statuses[1], 409 | 412), "{} / {}", one.text(), two.text());
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn only_what_waits_for_review_is_countersigned() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let is_refused = async |draft: &Draft, state: &str| {
        let now = stage.author.look(draft.id()).await;
        assert_eq!(now.state(), state);
        stage.reviewer.try_approve(&now).await.refused(409, "wrong_state");
    };
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    is_refused(&draft, "draft").await;
    stage.author.submit(&draft).await;
    stage.reviewer.request_changes(&draft, "Say that it serves eight.").await.ok();
    is_refused(&draft, "changes_requested").await;
    let asked = stage.author.look(draft.id()).await;
    stage.author.delete(&format!("/drafts/{}", draft.id()), Some(&asked.etag)).await.ok();
    is_refused(&draft, "discarded").await;

    let rejected = h.draft_in_review(&stage).await;
    stage.reviewer.reject(&rejected, "Not our season.").await.ok();
    is_refused(&rejected, "rejected").await;
    assert!(h.log().await.of("review.approved").is_empty());

    let approved = h.approved_draft(&stage).await;
    is_refused(&approved, "approved").await;
    h.publish().await;
    is_refused(&approved, "published").await;
    h.log().await.the("review.approved");
    h.the_pin();
    h.finish().await;
}
