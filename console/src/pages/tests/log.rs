//! The audit log as its readers see it; that they looked stands in it.

use super::support::Site;

#[tokio::test]
async fn an_auditor_reads_filters_and_opens_and_is_recorded() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    assert_eq!(ada.get("/audit").await.status, 403, "Ada is no auditor");

    let page = rowan.get("/audit?type=review").await;
    for words in ["Countersigned", "Signed, and asked for approval", "Plum tart", "Rowan", "review.approved"]
    {
        assert!(page.has(words), "{words}: {}", page.html);
    }
    assert!(!page.has("access.signed_in") && page.has("name=\"flow\""), "one may always ask about one thing");
    let id = draft.rsplit('/').next().unwrap();
    let flow = rowan.get(&format!("/audit?flow={id}")).await;
    assert!(flow.has("publish.scheduled") && !flow.has("oauth."), "{}", flow.html);
    let ada_id = site.person_id("Ada").await;
    let hers = rowan.get(&format!("/audit?person={ada_id}&type=review")).await;
    assert!(hers.has("review.submitted") && !hers.has("review.approved"));
    assert!(rowan.get("/audit?from=2031-01-01").await.has("No record matches"));
    assert!(rowan.get("/audit?to=2026-03-01&stream=installation").await.has("access.signed_in"));
    assert_eq!(rowan.get("/audit?from=x&to=y&cursor=z&stream=%00").await.status, 422);
    assert!(site.told("access.audit_viewed").await.len() >= 4);

    let (before, _) = page.html.split_once("review.approved").unwrap();
    let after = &page.html[before.len()..];
    let (_, rest) = after.split_once("href=\"/audit/evt_").unwrap();
    let record = rowan.get(&format!("/audit/evt_{}", rest.split('"').next().unwrap())).await;
    for words in [
        "Sealed parts",
        "Fits its commitment",
        "What was hashed",
        "This leaf",
        "&quot;title&quot;: &quot;Plum tart&quot;",
    ] {
        assert!(record.has(words), "{words}: {}", record.html);
    }
    assert_eq!(site.told("access.sealed_viewed").await.len(), 1);
    assert_eq!(rowan.get("/audit/evt_019ca8a0-4e20-757b-ad4d-0000b39bd11f").await.status, 404);
    assert_eq!(ada.get("/audit/evt_019ca8a0-4e20-757b-ad4d-0000b39bd11f").await.status, 403);
    site.finish(0).await;
}

#[tokio::test]
async fn a_check_says_that_the_log_is_whole() {
    let site = Site::start().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    assert!(rowan.get("/audit").await.has("Not checked yet"));
    let checked = rowan.post("/audit/self-check", &[]).await;
    assert!(checked.status == 200 && checked.has("records are whole"), "{}", checked.html);
    let later = rowan.get("/audit?type=review").await;
    assert!(later.has("records are whole") && later.has("newer one"), "it is remembered: {}", later.html);
    assert_eq!(ada.post("/audit/self-check", &[]).await.status, 403);
}

#[tokio::test]
async fn long_lists_have_a_way_on() {
    let site = Site::start().await;
    let rowan = site.signed_in("Rowan").await;
    for _ in 0..60 {
        rowan.get("/audit?type=system").await;
        rowan.get("/audit?type=access").await;
    }
    let page = rowan.get("/audit").await;
    assert!(page.has("50 records on this page"));
    let (_, rest) = page.html.split_once("href=\"/audit?cursor=").unwrap();
    let next = rowan.get(&format!("/audit?cursor={}", rest.split('"').next().unwrap())).await;
    assert!(next.status == 200 && next.has("First page"));
}
