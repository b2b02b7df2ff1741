//! Whoever rewrites what was done, or what is shown, makes no Pin either: the log has it otherwise.

use std::time::Duration;

use countersign_tests::Harness;
use countersign_tests::harness::RECIPES;
use serde_json::json;

/// Lets the workers try for a while.
async fn wait_and_see(h: &Harness) {
    for _ in 0..4 {
        h.advance(Duration::from_secs(60));
        h.run_workers().await;
    }
}

#[tokio::test]
async fn a_sent_pin_whose_send_is_rewritten_is_not_sent_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    let intruder = h.intruder().await;
    assert_eq!(intruder.run("UPDATE attempt SET class = 'not_accepted'").await, 1);
    let again =
        "UPDATE publication SET state = 'scheduled', pin_id = NULL, published_at = NULL, ended_at = NULL";
    assert_eq!(intruder.run(again).await, 1);
    assert_eq!(intruder.run("UPDATE draft SET state = 'approved'").await, 1);
    wait_and_see(&h).await;
    assert_eq!(h.creates(), 1, "one approval, one send");
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn an_author_whose_traces_are_erased_cannot_approve() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let both = h.person("Both Hands", &["author", "reviewer"]).await;
    let draft = both.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = both.submit(&draft).await;
    let intruder = h.intruder().await;
    assert_eq!(intruder.run("DELETE FROM draft_author").await, 1);
    intruder.unguard("draft_revision").await;
    assert_eq!(intruder.run("UPDATE draft_revision SET author_id = NULL").await, 1);
    both.try_approve(&draft).await.refused(403, "own_draft");
    wait_and_see(&h).await;
    assert_eq!(h.creates(), 0);
    h.finish().await;
}

#[tokio::test]
async fn a_reviewer_is_shown_nothing_but_what_would_be_signed() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let desk = format!("/review?draft={}", draft.id());
    stage.reviewer.page(&desk).await.is(200);
    let intruder = h.intruder().await;
    for (forge, restore) in [
        (
            "UPDATE draft SET board_id = '482190317265540202'",
            "UPDATE draft SET board_id = '482190317265540201'",
        ),
        ("UPDATE draft SET due_at = 1796198400000000", "UPDATE draft SET due_at = NULL"),
        ("UPDATE draft SET link_host = 'other.example'", "UPDATE draft SET link_host = 'halden.example'"),
    ] {
        assert_eq!(intruder.run(forge).await, 1);
        stage.reviewer.page(&desk).await.is(500);
        stage.reviewer.get(&format!("/drafts/{}", draft.id())).await.refused(500, "internal");
        assert_eq!(stage.reviewer.all("/drafts").await.len(), 1, "a list is not lost for it");
        stage.reviewer.try_approve(&draft).await.refused(500, "internal");
        assert_eq!(intruder.run(restore).await, 1);
    }
    stage.reviewer.page(&desk).await.is(200);

    // Another picture in the place of the uploaded one is not shown as it.
    let hex: String =
        countersign_tests::pictures::picture(3).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(intruder.run(&format!("UPDATE asset_blob SET content = {}", intruder.bytes(&hex))).await, 1);
    let asset = draft.json["asset"]["id"].as_str().unwrap();
    stage.reviewer.get(&format!("/assets/{asset}/content")).await.refused(500, "internal");
    h.finish().await;
}

#[tokio::test]
async fn an_images_row_that_names_other_bytes_is_not_shown_as_the_image() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let (own, id) =
        (draft.json["asset"]["sha256"].as_str().unwrap(), draft.json["asset"]["id"].as_str().unwrap());
    let page = stage.reviewer.page(&format!("/review?draft={}", draft.id())).await;
    let image = format!("/assets/{id}/content?sha256={own}");
    assert!(page.is(200).text().contains(&image));
    stage.reviewer.page(&image).await.is(200);
    stage.reviewer.get(&image).await.is(200);

    let other = stage.author.upload_png(countersign_tests::pictures::picture(3)).await;
    let other = other["sha256"].as_str().unwrap();
    let swap = format!("UPDATE asset SET sha256 = '{other}' WHERE id = '{id}'");
    assert_eq!(h.intruder().await.run(&swap).await, 1);
    stage.reviewer.page(&image).await.is(404);
    stage.reviewer.get(&image).await.refused(404, "asset_not_found");
    stage.reviewer.get(&format!("/drafts/{}", draft.id())).await.refused(500, "internal");
    h.finish().await;
}

#[tokio::test]
async fn a_list_of_drafts_outlives_a_damaged_and_a_lost_revision() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    intruder.unguard("draft_revision").await;
    for damage in ["UPDATE draft_revision SET content = 'x'", "UPDATE draft_revision SET revision = 7"] {
        assert_eq!(intruder.run(damage).await, 1);
        let listed = stage.reviewer.all("/drafts").await;
        assert_eq!((&listed[0]["id"], &listed[0]["title"]), (&json!(draft.id()), &draft.json["title"]));
        assert!(listed[0]["description"].is_null() && listed[0]["asset"].is_object(), "{}", listed[0]);
        stage.reviewer.get(&format!("/drafts/{}", draft.id())).await.refused(500, "internal");
    }
    h.finish().await;
}

#[tokio::test]
async fn nothing_goes_out_before_the_approved_time_whatever_the_row_says() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let tomorrow = json!({"publish_at": {"local": "2026-12-02T09:00", "zone": "UTC"}});
    let draft = stage.author.draft(&stage.connection, RECIPES, tomorrow).await;
    let draft = stage.author.submit(&draft).await;
    let draft = stage.reviewer.approve(&draft).await;
    assert_eq!(h.intruder().await.run("UPDATE publication SET due_at = 0").await, 1);
    wait_and_see(&h).await;
    assert_eq!(h.creates(), 0);
    assert!(h.log().await.has("publish.rescheduled", "not_before"));

    h.advance(Duration::from_secs(25 * 3600));
    h.run_workers().await;
    h.the_pin();
    assert_eq!(h.reviewer_again().await.look(draft.id()).await.state(), "published");
    h.finish().await;
}

#[tokio::test]
async fn rows_of_the_log_cannot_be_replaced() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let intruder = h.intruder().await;
    for table in ["audit_event", "audit_sealed", "approval", "draft_revision"] {
        // PostgreSQL has no such statement, but one that empties a table.
        let replace = match intruder.is_postgres() {
            false => format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"),
            true => format!("TRUNCATE {table}"),
        };
        assert!(intruder.try_run(&replace).await.is_err(), "{table}");
    }
    h.finish().await;
}

#[tokio::test]
async fn a_revision_that_the_log_does_not_know_is_not_signed() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    // A forger computes the digest as anybody can: over the same salt, with other words.
    let (salt, content) = (
        intruder.texts("SELECT salt FROM draft_revision").await.remove(0),
        intruder
            .texts("SELECT content FROM draft_revision")
            .await
            .remove(0)
            .replace("Plum tart", "Cheap pills"),
    );
    let domain = b"countersign/draft/v1\n".as_slice();
    let hashed = [domain, &hex::decode(&salt).unwrap(), content.as_bytes()].concat();
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&hashed));
    let forge = format!(
        "INSERT INTO draft_revision (draft_id, revision, salt, digest, content, asset_id, author_id, token_id, fields, \
         created_at) SELECT draft_id, 2, salt, '{digest}', '{content}', asset_id, NULL, NULL, '', created_at \
         FROM draft_revision"
    );
    assert_eq!(intruder.run(&forge).await, 1);
    let show = "UPDATE draft SET revision = 2, version = version + 1, title = REPLACE(title, 'Plum tart', 'Cheap pills')";
    assert_eq!(intruder.run(&format!("{show}, digest = '{digest}'")).await, 1);
    let forged = stage.author.look(draft.id()).await;
    assert_eq!(forged.digest(), digest);
    stage.reviewer.try_approve(&forged).await.refused(500, "internal");
    wait_and_see(&h).await;
    assert_eq!(h.creates(), 0);
    h.finish().await;
}

#[tokio::test]
async fn a_pause_that_is_deleted_still_pauses() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.admin().await.post_empty("/publishing/pause").await.ok();
    h.approved_draft(&stage).await;
    h.intruder().await.run("DELETE FROM setting").await;
    wait_and_see(&h).await;
    assert_eq!(h.creates(), 0);
    assert!(h.admin().await.get("/publishing").await.ok().to_string().contains("opr_"), "and it shows");
    h.admin().await.post_empty("/publishing/resume").await.ok();
    h.run_workers().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn a_damaged_draft_holds_nobody_else_up() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let damaged = h.approved_draft(&stage).await;
    let good = h.draft_in_review(&stage).await;
    let good = stage.reviewer.approve(&good).await;
    let intruder = h.intruder().await;
    intruder.unguard("draft_revision").await;
    let damage = format!("UPDATE draft_revision SET content = '{{' WHERE draft_id = '{}'", damaged.id());
    assert_eq!(intruder.run(&damage).await, 1);
    h.publish().await;
    wait_and_see(&h).await;
    assert_eq!(stage.author.look(good.id()).await.state(), "published");
    let state = format!("SELECT state FROM publication WHERE draft_id = '{}'", damaged.id());
    assert_eq!(intruder.texts(&state).await, ["refused"]);
    h.finish().await;
}

#[tokio::test]
async fn the_type_of_an_image_is_that_of_its_bytes() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    assert_eq!(h.intruder().await.run("UPDATE asset SET content_type = 'image/jpeg'").await, 1);
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
