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

/// A row's id as the product makes them.
const APPROVAL: &str = "apr_f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";
const PUBLICATION: &str = "pub_f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0";

/// What a forger puts in the columns that cannot be made up.
struct Forged<'a> {
    reviewer: &'a str,
    event: &'a str,
    mac: &'a str,
    mac_key: &'a str,
}

/// Writes an approval and a publication for the draft, as like the real ones as somebody without the keys can.
async fn forge(intruder: &Intruder, draft: &Draft, forged: Forged<'_>) {
    let now = 1_796_112_000_000_000_i64;
    let lapses = now + 30 * 86_400 * 1_000_000;
    let Forged { reviewer, event, mac, mac_key } = forged;
    let (id, revision, digest) = (draft.id(), draft.revision(), draft.digest());
    let approval = format!(
        "INSERT INTO approval (id, draft_id, revision, digest, reviewer_id, rule, is_own_draft, decided_at, lapses_at, \
         event_id, mac, mac_key_id) VALUES ('{APPROVAL}', '{id}', {revision}, '{digest}', '{reviewer}', \
         'second_person', (1 = 0), {now}, {lapses}, '{event}', {mac}, '{mac_key}')"
    );
    intruder.run(&approval).await;
    let publication = format!(
        "INSERT INTO publication (id, approval_id, approved_by, draft_id, connection_id, environment, state, due_at, \
         lapses_at, fingerprint, board_id, attempts, looks, created_at, updated_at) SELECT '{PUBLICATION}', \
         '{APPROVAL}', '{reviewer}', id, connection_id, environment, 'scheduled', {now}, {lapses}, 'f', board_id, 0, 0, \
         {now}, {now} FROM draft WHERE id = '{id}'"
    );
    assert_eq!(intruder.run(&publication).await, 1);
    let state = "UPDATE draft SET state = 'approved', tab = 'approved', publication_id = ";
    intruder.run(&format!("{state}'{PUBLICATION}' WHERE id = '{id}'")).await;
}

/// That the forged publication was really taken up, and came to nothing.
async fn was_refused(intruder: &Intruder) {
    let state = intruder.texts(&format!("SELECT state FROM publication WHERE id = '{PUBLICATION}'")).await;
    assert_ne!(state, ["scheduled"], "it was never looked at");
    assert_ne!(state, ["published"]);
}

/// What stands in the place of a signature.
fn unsigned(intruder: &Intruder) -> String {
    intruder.bytes(&"00".repeat(32))
}

const NO_EVENT: &str = "evt_01a2309e-2400-75cd-8e48-8370bf1d4b0b";

/// The name of the key that signs approvals.
async fn mac_key(intruder: &Intruder) -> String {
    let known = intruder.texts("SELECT mac_key_id FROM approval").await;
    let keys = intruder.texts("SELECT id FROM data_key").await;
    known.into_iter().chain(keys).next().unwrap_or_else(|| "key_f0f0f0f0f0f0f0f0".to_owned())
}

#[tokio::test]
async fn an_approval_without_a_signature() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let intruder = h.intruder().await;
    let mac_key = &mac_key(&intruder).await;
    let forged = Forged { reviewer: &stage.reviewer.id, event: NO_EVENT, mac: &unsigned(&intruder), mac_key };
    forge(&intruder, &draft, forged).await;
    wait_and_see(&h).await;
    was_refused(&intruder).await;
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
    let mac_key = &mac_key(&intruder).await;
    let event = &intruder.texts("SELECT event_id FROM approval").await.remove(0);
    let hex = if intruder.is_postgres() { "encode(mac, 'hex')" } else { "hex(mac)" };
    let hex = intruder.texts(&format!("SELECT {hex} FROM approval")).await.remove(0);
    let mac = &intruder.bytes(&hex);
    intruder.run("DELETE FROM publication").await;
    intruder.run("DELETE FROM approval").await;
    forge(&intruder, &draft, Forged { reviewer: &stage.reviewer.id, event, mac, mac_key }).await;
    wait_and_see(&h).await;
    was_refused(&intruder).await;
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
    intruder.unguard("approval").await;
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
    intruder.unguard("draft_revision").await;
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
    assert_eq!(intruder.run(&format!("UPDATE asset_blob SET content = {}", intruder.bytes(&hex))).await, 1);
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
    assert_eq!(intruder.run(again).await, 1);
    intruder.run(&format!("UPDATE draft SET state = 'approved' WHERE id = '{}'", draft.id())).await;
    for _ in 0..4 {
        h.advance(Duration::from_secs(60));
        h.run_workers().await;
    }
    assert_eq!(h.creates(), 1, "one approval, one send");
    let untouched = "SELECT COUNT(*) FROM publication WHERE state = 'scheduled' AND due_at = 0";
    assert_eq!(intruder.number(untouched).await, 0, "it was never taken up");
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
    let mac_key = &mac_key(&intruder).await;
    forge(
        &intruder,
        &draft,
        Forged { reviewer: &stage.author.id, event: NO_EVENT, mac: &unsigned(&intruder), mac_key },
    )
    .await;
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
