//! What was approved is what is sent: whoever edits after an approval voids it.

use countersign_tests::Harness;
use countersign_tests::harness::WINTER_TABLE;
use serde_json::json;

#[tokio::test]
async fn an_edit_voids_the_approval_whatever_it_changes() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let other_picture = stage.author.upload_png(countersign_tests::pictures::picture(201)).await;
    let changes = [
        json!({"title": "Another title"}),
        json!({"description": "Another description"}),
        json!({"alt_text": null}),
        json!({"link": "https://halden.example/elsewhere"}),
        json!({"board_id": WINTER_TABLE}),
        json!({"asset_id": other_picture["id"]}),
        json!({"publish_at": {"local": "2026-12-24T09:00", "zone": "Europe/Berlin"}}),
    ];
    for (done, change) in changes.into_iter().enumerate() {
        let approved = h.approved_draft(&stage).await;
        stage.author.edit(&approved, change.clone()).await.ok();
        let after = stage.author.look(approved.id()).await;
        assert_eq!(after.state(), "draft", "{change}");
        assert_ne!(after.digest(), approved.digest(), "{change}");
        h.publish().await;
        assert_eq!(h.creates(), 0, "{change}");
        let log = h.log().await;
        assert_eq!(log.of("review.approval.voided").len(), done + 1);
        assert_eq!(log.of("review.approval.voided")[done].fact("why"), "edited", "{change}");
        let publication = stage.author.publication(&approved.publication()).await;
        assert_eq!(publication["state"], "cancelled");
    }
    h.finish().await;
}

#[tokio::test]
async fn saving_what_is_there_already_changes_nothing() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    stage.author.edit(&approved, json!({"title": "Plum tart with almonds"})).await.ok();
    let after = stage.author.look(approved.id()).await;
    assert_eq!((after.state(), after.revision()), ("approved", approved.revision()));
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn the_old_approval_does_not_come_back_with_the_old_words() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    stage.author.edit(&approved, json!({"title": "Changed"})).await.ok();
    let changed = stage.author.look(approved.id()).await;
    stage.author.edit(&changed, json!({"title": "Plum tart with almonds"})).await.ok();
    let back = stage.author.look(approved.id()).await;
    assert_ne!(back.digest(), approved.digest(), "a revision has a salt of its own");
    assert_eq!(back.state(), "draft");
    h.publish().await;
    assert_eq!(h.creates(), 0);
    h.finish().await;
}

#[tokio::test]
async fn discarding_an_approved_draft_stops_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    stage.author.delete(&format!("/drafts/{}", approved.id()), Some(&approved.etag)).await.ok();
    h.publish().await;
    assert_eq!(h.creates(), 0);
    assert_eq!(stage.author.look(approved.id()).await.state(), "discarded");
    h.finish().await;
}

#[tokio::test]
async fn after_publishing_nothing_can_be_edited() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let approved = h.approved_draft(&stage).await;
    h.publish().await;
    let published = stage.author.look(approved.id()).await;
    stage.author.edit(&published, json!({"title": "Too late"})).await.refused(409, "draft_published");
    stage.author.delete(&format!("/drafts/{}", published.id()), Some(&published.etag)).await.problem(409);
    h.finish().await;
}

#[tokio::test]
async fn a_removed_reviewer_takes_the_approval_along() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let path = format!("/operators/{}", stage.reviewer.id);
    let said = json!({"roles": ["auditor"], "void_approvals": true});
    h.admin().await.call(reqwest::Method::PATCH, &path).json(said).go().await.ok();
    h.publish().await;
    assert_eq!(h.creates(), 0);
    let after = stage.author.look(draft.id()).await;
    assert_eq!(after.state(), "in_review");
    assert_ne!(after.digest(), draft.digest());
    assert!(h.log().await.has("review.approval.voided", "reviewer_removed"));
    h.finish().await;
}
