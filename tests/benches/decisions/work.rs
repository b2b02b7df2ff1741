//! What is decided on: drafts that differ in their title, all with one picture, as quickly as they can be made.

use countersign_api::actor::{Net, Via};
use countersign_api::approvals::{self, Decision};
use countersign_api::ids::DraftId;
use countersign_api::operators::{Reviewer, session};
use countersign_api::secret::Secret;
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Actor, Answer, Harness};
use serde_json::{Value, json};

/// The fields of all drafts.
pub async fn fields(stage: &Stage) -> Value {
    let asset = stage.author.upload_png(countersign_tests::pictures::picture(90)).await;
    json!({
        "connection_id": stage.connection,
        "board_id": RECIPES,
        "asset_id": asset["id"],
        "description": "Short crust, twelve plums, an hour of patience.",
        "alt_text": "A round tart on a blue table",
        "link": "https://halden.example/recipes/plum-tart",
    })
}

/// A draft in review.
pub struct InReview {
    /// Its id.
    pub id: DraftId,
    /// What the reviewer signs.
    pub digest: String,
}

/// Makes a draft of that number; the answer.
pub async fn create(author: &Actor, fields: &Value, number: usize) -> Answer {
    let mut fields = fields.clone();
    fields["title"] = format!("Plum tart with almonds, {number}").into();
    author.post("/drafts", fields).await
}

/// Makes drafts and sends them to review, `at_once` at a time.
pub async fn in_review(stage: &Stage, count: usize, at_once: usize) -> Vec<InReview> {
    let fields = fields(stage).await;
    let mut makers = tokio::task::JoinSet::new();
    for maker in 0..at_once {
        let (author, fields) = (stage.author.clone(), fields.clone());
        makers.spawn(async move {
            let mut made = Vec::new();
            for number in (maker..count).step_by(at_once) {
                let draft = create(&author, &fields, number).await.ok();
                let id = draft["id"].as_str().unwrap();
                author.post_empty(&format!("/drafts/{id}/submit")).await.ok();
                made.push(InReview {
                    id: id.parse().unwrap(),
                    digest: draft["digest"].as_str().unwrap().to_owned(),
                });
            }
            made
        });
    }
    makers.join_all().await.into_iter().flatten().collect()
}

/// Evidence that the stage's reviewer may decide, as a request of theirs would have it.
pub async fn evidence(h: &Harness, stage: &Stage) -> Reviewer {
    let signed_in = stage.reviewer.in_another_browser().sign_in().await;
    signed_in.is(201);
    let cookie = signed_in.header("set-cookie").split([';', '=']).nth(1).unwrap().to_owned();
    let resumed = session::resume(h.app(), &Secret::from(cookie), Net::default(), Via::Api).await.unwrap();
    resumed.unwrap().0.reviewer().unwrap()
}

/// Approves through the service alone.
pub async fn approve(h: &Harness, reviewer: &Reviewer, draft: &InReview) {
    let decision = Decision { digest: draft.digest.clone(), note: None, if_version: None };
    approvals::approve(h.app(), reviewer, &draft.id, decision).await.unwrap();
}
