//! Pinterest refuses for good: the cause is named, the draft is open again, and nothing more is sent.

use std::time::Duration;

use countersign_tests::send::assert_all;
use countersign_tests::{Expected, Harness};
use serde_json::{Value, json};

/// Status, code and text of Pinterest's; the stable word; what the page says, and where it leads.
type Cell = (u16, i64, &'static str, &'static str, &'static str, &'static str);

const PERMITTED: &str = "The account may not do this: the board is not its own, or a permission is missing.";
const BOARD: &str = "The board no longer exists, or this account may not pin to it.";
const IMAGE: &str = "Pinterest cannot read the image.";
const LINK: &str = "Pinterest does not take this link.";
const FIELD: &str = "Pinterest refused the content, in the words below.";
const AS_IT_IS: &str = "Pinterest does not take it as it is.";

const CELLS: &[Cell] = &[
    (403, 29, "You are not permitted to access that resource.", "not_permitted", PERMITTED, "#f-board"),
    (403, 403, "Not authorized to access board or Pin.", "not_permitted", PERMITTED, "#f-board"),
    (401, 7, "Authorization failed.", "not_permitted", PERMITTED, "#f-board"),
    (404, 40, "Board not found.", "board_not_found", BOARD, "#f-board"),
    (404, 50, "Pin not found.", "board_not_found", BOARD, "#f-board"),
    (404, 404, "Board not found.", "board_not_found", BOARD, "#f-board"),
    (
        404,
        2031,
        "Sorry! We couldn't find this board section.",
        "section_not_found",
        "The section of the board no longer exists.",
        "#f-board",
    ),
    (
        403,
        233,
        "Your image is too small.",
        "image_too_small",
        "Pinterest finds the image too small.",
        "#f-image",
    ),
    (403, 235, "Sorry, this image is broken.", "image_broken", IMAGE, "#f-image"),
    (400, 1, "Sorry we could not fetch the image.", "media", IMAGE, "#f-image"),
    (400, 1, "Sorry! This site doesn't allow you to save Pins.", "link_refused", LINK, "#f-link"),
    (400, 1, "Invalid request: 'title' is too long", "field_refused", FIELD, "#f-title"),
    (400, 400, "Something is wrong with it.", "field_refused", FIELD, "/edit"),
    (413, 1, "Request too large.", "too_large", "Pinterest finds it too large.", "#f-image"),
    (422, 1, "Invalid request: 'alt_text' is too long", "field_refused", FIELD, "#f-alt_text"),
    (405, 5, "Method not allowed", "refused", AS_IT_IS, "/edit"),
    (410, 1, "Gone.", "refused", AS_IT_IS, "/edit"),
    (415, 1, "Invalid request.", "refused", AS_IT_IS, "/edit"),
    (451, 1, "Not here.", "refused", AS_IT_IS, "/edit"),
];

fn fault(cell: &Cell) -> Value {
    let (status, code, message, ..) = *cell;
    json!({"operation": "pins/create", "fault": "status", "status": status, "code": code, "message": message})
}

#[tokio::test]
async fn a_refusal_names_its_cause_and_the_draft_is_open_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let told = ["publish.started", "api.request", "api.response", "publish.refused"];
    let mut wrong = Vec::new();
    for cell in CELLS {
        let (status, code, message, why, words, leads) = *cell;
        let name = format!("{status} code {code}: {message}");
        let send = h.send(&stage, &name, fault(cell)).await;
        let coded = format!("({status}, code {code})");
        let reads = ["Refused by Pinterest", words, message, leads, &coded];
        let expected = Expected { state: "refused", why, creates: 1, pins: 0, told: &told, reads: &reads };
        wrong.extend(send.became(&h, &stage).await.differs(&expected));
        let after = stage.author.look(send.draft.id()).await;
        if after.state() != "draft" || after.digest() == send.draft.digest() {
            wrong.push(format!("{name}: the draft is {}", after.json));
        }
    }
    // A body that is too large is refused before anybody reads it, whoever says so.
    let proxy = json!({"operation": "pins/create", "fault": "html", "status": 413});
    let send = h.send(&stage, "413 of a proxy", proxy).await;
    let reads = ["Refused by Pinterest", "Pinterest finds it too large."];
    let expected =
        Expected { state: "refused", why: "too_large", creates: 1, pins: 0, told: &told, reads: &reads };
    wrong.extend(send.became(&h, &stage).await.differs(&expected));
    assert_all(&wrong);
    h.advance(Duration::from_secs(3_600));
    h.run_workers().await;
    assert_eq!((h.creates(), h.ledger().pins.len()), (CELLS.len() + 1, 0));
    h.finish().await;
}
