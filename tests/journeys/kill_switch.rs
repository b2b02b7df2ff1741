//! Publishing is paused and resumed: nothing leaves in between, and nothing is lost.

use countersign_tests::Harness;

#[tokio::test]
async fn while_paused_nothing_leaves() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    stage.author.post_empty("/publishing/pause").await.problem(403);
    stage.reviewer.post_empty("/publishing/pause").await.ok();
    h.publish().await;
    assert_eq!(h.creates(), 0);
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], "held", "{publication}");
    let page = stage.author.page("/").await.is(200).text().to_lowercase();
    assert!(page.contains("paused"), "the queue says so");

    // A reviewer may pause; to resume takes an admin.
    stage.reviewer.post_empty("/publishing/resume").await.problem(403);
    h.admin().await.post_empty("/publishing/resume").await.ok();
    h.publish().await;
    h.the_pin();
    let log = h.log().await;
    assert_eq!(log.of("system.publishing_paused").len(), 1);
    assert_eq!(log.of("system.publishing_resumed").len(), 1);
    assert_eq!(log.of("publish.held").len(), 1);
    assert_eq!(log.of("publish.released").len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn a_pause_between_claim_and_send_still_stops_it() {
    use countersign_api::hooks::Point;

    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let admin = h.admin().await;
    let pausing = admin.clone();
    h.hooks().install(move |point| {
        let pausing = pausing.clone();
        async move {
            if point == Point::ClaimAfterCommit {
                pausing.post_empty("/publishing/pause").await.ok();
            }
            Ok(())
        }
    });
    h.publish().await;
    h.hooks().clear();
    assert_eq!(h.creates(), 0);
    admin.post_empty("/publishing/resume").await.ok();
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn a_pause_outlasts_a_restart() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.admin().await.post_empty("/publishing/pause").await.ok();
    h.restart().await;
    h.publish().await;
    assert_eq!(h.creates(), 0);
    h.admin().await.post_empty("/publishing/resume").await.ok();
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
