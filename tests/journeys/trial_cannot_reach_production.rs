//! Under Trial access nothing is created in production, whatever one asks for.

use countersign_review_fixtures::Tier;
use countersign_tests::Harness;
use countersign_tests::harness::{ACCOUNT, RECIPES_IN_PRODUCTION};
use serde_json::json;

fn calls_to_production(h: &Harness) -> Vec<String> {
    let requests = h.ledger().requests.into_iter().filter(|request| request.path.starts_with("/v5/"));
    requests.map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[tokio::test]
async fn no_production_connection_is_made() {
    let h = Harness::builder().tier(Tier::Trial).start().await;
    let admin = h.admin().await;
    let refused = admin.begin_connecting("production", Some(ACCOUNT)).await;
    let problem = refused.problem(409);
    assert!(problem.to_string().to_lowercase().contains("trial"), "the reason is named: {problem}");
    admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    assert!(h.log().await.of("oauth.authorize.started").is_empty());
    assert!(calls_to_production(&h).is_empty());
    h.finish().await;
}

#[tokio::test]
async fn the_sandbox_is_open() {
    let h = Harness::builder().tier(Tier::Trial).start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.publish().await;
    assert_eq!(format!("{:?}", h.the_pin().environment), "Sandbox");
    assert!(calls_to_production(&h).is_empty());
    h.finish().await;
}

#[tokio::test]
async fn a_connection_whose_tier_is_gone_is_held() {
    // Standard access, a production account, an approved draft; then the app falls back to Trial.
    let mut h = Harness::builder().tier(Tier::Standard).start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.stop().await;
    h.set_tier(Tier::Trial);
    h.start_again().await;
    let before = calls_to_production(&h).len();
    h.publish().await;
    assert_eq!(h.creates(), 0);
    assert!(calls_to_production(&h)[before..].iter().all(|call| call.starts_with("GET ")));
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "held", "{publication}");

    h.stop().await;
    h.set_tier(Tier::Standard);
    h.start_again().await;
    h.publish().await;
    assert_eq!(format!("{:?}", h.the_pin().environment), "Production");
    h.finish().await;
}

#[tokio::test]
async fn a_connection_turned_to_production_by_sql_makes_no_pin() {
    let h = Harness::builder().tier(Tier::Trial).start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let intruder = h.intruder().await;
    for table in ["connection", "draft", "publication"] {
        intruder.run(&format!("UPDATE {table} SET environment = 'production'")).await;
    }
    h.publish().await;
    assert_eq!(h.creates(), 0);
    assert!(calls_to_production(&h).iter().all(|call| call.starts_with("GET ")));
    h.finish().await;
}

#[tokio::test]
async fn with_standard_access_production_is_reached() {
    let h = Harness::builder().tier(Tier::Standard).start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES_IN_PRODUCTION, json!({})).await;
    let draft = stage.author.submit(&draft).await;
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    assert_eq!(format!("{:?}", h.the_pin().environment), "Production");
    let page = stage.author.page(&format!("/drafts/{}", draft.id())).await.is(200).text();
    assert!(page.contains("PRODUCTION"), "the band names the environment");
    h.finish().await;
}

#[tokio::test]
async fn pinterests_own_refusal_of_trial_holds_the_account_and_names_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!({
        "operation": "pins/create", "fault": "status", "status": 403, "code": 29,
        "message": "Apps with Trial access may not create Pins in production",
    }));
    h.publish().await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "held", "{publication}");
    let connection = h.admin().await.connection(&stage.connection).await;
    assert_eq!((&connection["state"], &connection["hold_reason"]), (&json!("held"), &json!("tier")));
    for path in [format!("/drafts/{}", draft.id()), format!("/publications/{}", draft.publication())] {
        let page = stage.author.page(&path).await;
        let words = page.is(200).main();
        assert!(
            words.contains("tier") && words.contains("Standard access"),
            "{path} names the tier: {words}"
        );
    }
    assert!(h.ledger().pins.is_empty());
    h.finish().await;
}
