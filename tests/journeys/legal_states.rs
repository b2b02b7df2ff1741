//! The check of the legal states, which every journey ends with, sees what is in none.

use std::fs;

use countersign_tests::{Harness, oracle};

/// What is wrong after this was done behind the product's back.
async fn seen(h: &Harness, sql: &str) -> String {
    h.intruder().await.run(sql).await;
    oracle::illegal(&h.intruder().await, &h.log().await, &h.ledger(), &h.data_dir()).await.join("\n")
}

#[tokio::test]
async fn what_is_in_none_is_named() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.publish().await;
    assert_eq!(seen(&h, "UPDATE draft SET tab = tab").await, "");
    let pin = h.the_pin().pin_id;
    for (forge, undo, named) in [
        ("UPDATE draft SET state = 'draft'", "UPDATE draft SET state = 'published'", "its draft is draft"),
        (
            "UPDATE draft SET state = 'approved'",
            "UPDATE draft SET state = 'published'",
            "nothing is on its way",
        ),
        (
            "UPDATE attempt SET class = 'refused'",
            "UPDATE attempt SET class = 'published'",
            "after a send that was refused",
        ),
        ("UPDATE publication SET attempts = 2", "UPDATE publication SET attempts = 1", "counts 2 sends"),
        ("UPDATE publication SET pin_id = '1'", "", "the Pin 1 does not exist"),
        (
            "UPDATE tab_count SET drafts = 7 WHERE tab = 'review'",
            "UPDATE tab_count SET drafts = 0 WHERE tab = 'review'",
            "review counts 7",
        ),
        (
            "UPDATE publication SET state = 'refused'",
            "UPDATE publication SET state = 'published'",
            "the log tells of published",
        ),
        (
            "DELETE FROM token_grant",
            "UPDATE connection SET state = 'held', hold_reason = 'scope'",
            "active without tokens",
        ),
    ] {
        let lines = seen(&h, forge).await;
        assert!(lines.contains(named), "{forge}: {lines}");
        let put_back = format!("UPDATE publication SET pin_id = '{pin}'");
        assert_eq!(seen(&h, if undo.is_empty() { &put_back } else { undo }).await, "", "{forge}");
    }
    fs::create_dir(h.data_dir().join("spool")).unwrap();
    fs::write(h.data_dir().join("spool/send.att_1.result"), "x").unwrap();
    assert!(seen(&h, "UPDATE draft SET tab = tab").await.contains("left in the spool"));
    h.finish().await;
}
