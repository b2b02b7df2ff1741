//! The main job: an account is connected, a draft queued, a second person approves it, and exactly that becomes a Pin.

use countersign_tests::harness::{ACCOUNT, RECIPES};
use countersign_tests::log::Log;
use countersign_tests::{Draft, Harness, pictures, promises};
use serde_json::{Value, json};

#[tokio::test]
async fn from_a_fresh_installation_to_one_pin() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let picture = pictures::png(400, 600, 17);
    let asset = stage.author.upload_png(picture.clone()).await;
    assert_eq!(asset["sha256"], asset["original_sha256"], "a clean file is kept byte for byte");

    let draft = stage.author.draft(&stage.connection, RECIPES, json!({"asset_id": asset["id"]})).await;
    assert_eq!(draft.state(), "draft");
    let draft = stage.author.submit(&draft).await;
    let seen = stage.reviewer.look(draft.id()).await;
    let approved = stage.reviewer.approve(&seen).await;
    assert_eq!(h.creates(), 0, "nothing leaves before the undo window is over");

    h.run_workers().await;
    assert_eq!(h.creates(), 0, "nothing leaves before the undo window is over");
    h.publish().await;

    let pin = h.the_pin();
    assert_eq!(h.creates(), 1);
    assert_eq!(pin.image_sha256.as_deref(), asset["sha256"].as_str());
    assert_eq!(pin.account, ACCOUNT);
    assert_eq!(pin.board_id, RECIPES);
    assert_eq!(pin.title.as_deref(), Some("Plum tart with almonds"));
    assert_eq!(pin.link.as_deref(), Some("https://halden.example/recipes/plum-tart"));
    assert_eq!(h.pinterest().image(pin.image_sha256.as_deref().unwrap()).unwrap(), picture);

    let published = stage.author.look(draft.id()).await;
    assert_eq!(published.state(), "published");
    assert_eq!(published.json["publication"]["pin_id"], pin.pin_id.as_str());
    let publication = stage.author.publication(&approved.publication()).await;
    assert_eq!(publication["state"], "published");
    assert_eq!(publication["attempts"].as_array().unwrap().len(), 1);

    the_log_tells_it_in_order(&h.log().await, &draft);
    the_auditor_reads_the_same(&h, &draft).await;

    // Looking again changes nothing.
    h.run_workers().await;
    h.publish().await;
    assert_eq!(h.creates(), 1);
    h.finish().await;
}

fn the_log_tells_it_in_order(log: &Log, draft: &Draft) {
    let story = log.about(draft.id());
    let expected = [
        "review.draft.created",
        "review.submitted",
        "review.approved",
        "publish.scheduled",
        "publish.started",
        "api.request",
        "api.response",
        "publish.succeeded",
    ];
    let told: Vec<&str> = story.iter().copied().filter(|kind| expected.contains(kind)).collect();
    let mut once = told.clone();
    once.dedup();
    assert_eq!(once[..expected.len().min(once.len())], expected, "{story:?}");
    let approval = log.the("review.approved");
    let creates: Vec<_> =
        log.of("api.request").into_iter().filter(|e| e.fact("operation") == "pins/create").collect();
    assert_eq!(creates.len(), 1);
    assert_eq!(creates[0].cause(), approval.id());
    assert_eq!(creates[0].fact("digest"), draft.digest());
    assert_eq!(approval.fact("digest"), draft.digest());
    assert_eq!(approval.header["facts"]["own_draft"], Value::Bool(false));
    assert_eq!(promises::approved_content(approval)["title"], "Plum tart with almonds");
}

async fn the_auditor_reads_the_same(h: &Harness, draft: &Draft) {
    let auditor = h.auditor().await;
    let all = auditor.all("/audit/events?limit=200").await;
    let kinds: Vec<&str> = all.iter().filter_map(|event| event["type"].as_str()).collect();
    for kind in ["oauth.token.exchanged", "review.approved", "api.request", "publish.succeeded"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    let approved = auditor.all("/audit/events?type=review.approved").await;
    assert_eq!(approved.len(), 1);
    assert!(approved[0].to_string().contains(draft.id()));
    let id = approved[0]["id"].as_str().unwrap();
    auditor.get(&format!("/audit/events/{id}")).await.ok();
    h.author().await.get("/audit/events").await.problem(403);
}

#[tokio::test]
async fn several_drafts_become_several_pins_each_once() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    for title in ["One", "Two", "Three"] {
        let draft = stage.author.draft(&stage.connection, RECIPES, json!({"title": title})).await;
        let draft = stage.author.submit(&draft).await;
        stage.reviewer.approve(&draft).await;
    }
    for _ in 0..5 {
        h.publish().await;
        h.advance(std::time::Duration::from_secs(20));
    }
    h.run_workers().await;
    let mut titles: Vec<String> = h.ledger().pins.into_iter().filter_map(|pin| pin.title).collect();
    titles.sort();
    assert_eq!(titles, ["One", "Three", "Two"]);
    assert_eq!(h.creates(), 3);
    h.finish().await;
}

#[tokio::test]
async fn a_board_section_and_bare_fields_are_sent_as_they_are() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let sections =
        stage.author.get(&format!("/connections/{}/boards/{RECIPES}/sections", stage.connection)).await.ok();
    let section = sections["items"][0]["id"].as_str().unwrap().to_owned();
    let bare = json!({
        "board_section_id": section, "title": null, "description": null, "alt_text": null, "link": null,
    });
    let draft = stage.author.draft(&stage.connection, RECIPES, bare).await;
    let draft = stage.author.submit(&draft).await;
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    let pin = h.the_pin();
    assert_eq!(pin.board_section_id, Some(section));
    assert_eq!((pin.title, pin.description, pin.alt_text, pin.link), (None, None, None, None));
    h.finish().await;
}
