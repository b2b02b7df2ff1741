//! Whoever may not review any more has signed nothing that still goes out, whatever they may do later.

use std::time::Duration;

use countersign_tests::Harness;
use serde_json::json;

#[tokio::test]
async fn a_disabled_reviewers_approvals_are_void_at_once_and_stay_so() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let (admin, person) = (h.admin().await, format!("/operators/{}", stage.reviewer.id));
    let asked = admin.patch(&person, "*", json!({"disabled": true})).await.refused(409, "voids_approvals");
    assert!(asked.to_string().contains(draft.id()), "it says which: {asked}");
    assert_eq!(stage.author.look(draft.id()).await.state(), "approved", "nothing was changed");

    admin.patch(&person, "*", json!({"disabled": true, "void_approvals": true})).await.ok();
    let after = stage.author.look(draft.id()).await;
    assert_eq!(after.state(), "in_review");
    assert_ne!(after.digest(), draft.digest(), "no page that was loaded before can approve it");
    assert!(h.log().await.has("review.approval.voided", "reviewer_removed"));

    admin.patch(&person, "*", json!({"disabled": false})).await.ok();
    h.publish().await;
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    assert_eq!(h.creates(), 0, "what was void does not come back to life");
    h.finish().await;
}

#[tokio::test]
async fn a_reviewer_who_stepped_down_in_between_signs_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    // Taken and given back behind the voiding's back, as where that was cut short.
    let app = h.app();
    let by = || countersign_api::operators::Authority::command_line();
    for roles in ["auditor", "reviewer"] {
        let change = countersign_api::operators::OperatorChange {
            roles: Some(roles.parse().unwrap()),
            ..Default::default()
        };
        let id = stage.reviewer.id.parse().unwrap();
        countersign_api::operators::people::change(app, by(), &id, change).await.unwrap();
    }
    h.publish().await;
    assert_eq!(h.creates(), 0);
    let after = stage.author.look(draft.id()).await;
    assert_eq!(after.state(), "in_review");
    stage.reviewer.approve(&after).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
