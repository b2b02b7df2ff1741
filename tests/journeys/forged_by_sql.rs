//! Whoever can write to the database, but is no reviewer, makes no Pin.

use std::time::Duration;

use countersign_tests::database::Intruder;
use countersign_tests::{Draft, Harness};

/// Long enough for anything that was going to happen.
async fn wait_and_see(h: &Harness) {
    for _ in 0..4 {
        h.advance(Duration::from_secs(60));
        h.run_workers().await;
    }
    assert_eq!(h.creates(), 0, "a forged row made a Pin");
    assert!(h.ledger().pins.is_empty());
}

/// Writes an approval and a publication for the draft, as like the real ones as somebody without the keys can.
async fn forge(intruder: &Intruder, draft: &Draft, reviewer: &str, event: &str, mac: &str) {
    let now = 1_796_112_000_000_000_i64;
    let approval = format!(
        "INSERT INTO approval (id, draft_id, revision, digest, reviewer_id, rule, is_own_draft, decided_at, lapses_at, \
         event_id, mac, mac_key_id) VALUES ('apr_forged', '{id}', {revision}, '{digest}', '{reviewer}', \
         'second_person', 0, {now}, {lapses}, '{event}', {mac}, \
         (SELECT COALESCE((SELECT mac_key_id FROM approval LIMIT 1), (SELECT id FROM data_key LIMIT 1), 'key_1')))",
        id = draft.id(),
        revision = draft.revision(),
        digest = draft.digest(),
        lapses = now + 30 * 86_400 * 1_000_000,
    );
    intruder.run(&approval).await;
    let publication = format!(
        "INSERT INTO publication (id, approval_id, draft_id, connection_id, environment, state, due_at, fingerprint, \
         board_id, attempts, looks, created_at, updated_at) SELECT 'pub_forged', 'apr_forged', id, connection_id, \
         environment, 'scheduled', {now}, 'f', board_id, 0, 0, {now}, {now} FROM draft WHERE id = '{}'",
        draft.id()
    );
    intruder.run(&publication).await;
    let state = "UPDATE draft SET state = 'approved', publication_id = 'pub_forged' WHERE id = ";
    intruder.run(&format!("{state}'{}'", draft.id())).await;
}

#[tokio::test]
async fn an_approval_without_a_signature() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    forge(&intruder, &draft, &stage.reviewer.id, "evt_0199-forged", "x'00'").await;
    wait_and_see(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn an_approval_with_anothers_signature() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    // A real approval, which is undone; its signature and its event are then used for another draft.
    let real = h.approved_draft(&stage).await;
    stage.reviewer.undo(&real).await.ok();
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    let event = intruder.texts("SELECT event_id FROM approval").await.remove(0);
    forge(&intruder, &draft, &stage.reviewer.id, &event, "(SELECT mac FROM approval LIMIT 1)").await;
    wait_and_see(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn an_undone_approval_cannot_be_revived() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    stage.reviewer.undo(&draft).await.ok();
    let intruder = h.intruder().await;
    let revive = "UPDATE approval SET voided_at = NULL, void_reason = NULL";
    assert!(intruder.try_run(revive).await.is_err(), "an approval can only be voided");

    // Somebody who also takes the trigger away.
    intruder.run("DROP TRIGGER approval_only_voided").await;
    intruder.run(revive).await;
    intruder.run("UPDATE publication SET state = 'scheduled', ended_at = NULL, due_at = 0").await;
    intruder.run("UPDATE draft SET state = 'approved'").await;
    wait_and_see(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn a_draft_changed_behind_an_approval() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let intruder = h.intruder().await;
    let change = "UPDATE draft_revision SET content = REPLACE(content, 'Plum tart', 'Cheap pills')";
    assert!(intruder.try_run(change).await.is_err(), "a revision is never changed");
    intruder.run("DROP TRIGGER draft_revision_fixed").await;
    assert_eq!(intruder.run(change).await, 1);
    wait_and_see(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn another_image_behind_an_approval() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    let other = countersign_tests::pictures::picture(3);
    let hex: String = other.iter().map(|byte| format!("{byte:02x}")).collect();
    let intruder = h.intruder().await;
    assert_eq!(intruder.run(&format!("UPDATE asset_blob SET content = x'{hex}'")).await, 1);
    wait_and_see(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn a_spent_approval_sent_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    h.the_pin();
    let intruder = h.intruder().await;
    let again = "UPDATE publication SET state = 'scheduled', pin_id = NULL, published_at = NULL, ended_at = NULL, \
                 due_at = 0, lease_token = NULL";
    drop(intruder.try_run(again).await);
    intruder.run(&format!("UPDATE draft SET state = 'approved' WHERE id = '{}'", draft.id())).await;
    for _ in 0..4 {
        h.advance(Duration::from_secs(60));
        h.run_workers().await;
    }
    assert_eq!(h.creates(), 1, "one approval, one send");
    h.finish().await;
}

#[tokio::test]
async fn somebody_who_gives_themselves_the_role() {
    // Writing to the table of people is beyond what the product can withstand for future approvals; but a person made
    // by SQL has not approved anything, and rows that say so are not believed.
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    forge(&intruder, &draft, &stage.author.id, "evt_0199-forged", "zeroblob(32)").await;
    intruder.run("UPDATE operator SET roles = 'author,reviewer,admin'").await;
    wait_and_see(&h).await;
    h.finish().await;
}

#[tokio::test]
async fn the_log_cannot_be_rewritten() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    for change in [
        "UPDATE audit_event SET kind = 'review.approved' WHERE kind = 'review.submitted'",
        "DELETE FROM audit_event WHERE position = 1",
        "UPDATE audit_sealed SET value = 'x'",
        "DELETE FROM audit_sealed",
    ] {
        assert!(intruder.try_run(change).await.is_err(), "{change}");
    }
    wait_and_see(&h).await;
    h.finish().await;
}
