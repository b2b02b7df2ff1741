//! The committed OpenAPI document is the one that the program makes, and says exactly what operations refuse.

use std::collections::BTreeSet;
use std::fs;

use countersign_tests::documented::Document;
use countersign_tests::source::root;
use serde_json::Value;

#[test]
fn the_committed_document_is_current() {
    let committed = fs::read_to_string(root().join("openapi.json")).unwrap_or_default();
    let generated = countersign_api::http::document();
    assert!(committed == generated, "openapi.json is not current: run `countersign openapi > openapi.json`");
}

/// What an operation answers besides what follows from its shape, and why.
const BESIDES: &[(&str, &[u16], &str)] = &[
    ("begin_session", &[429], "guessing is slowed down"),
    ("set_password", &[429], "guessing is slowed down"),
    ("start_totp", &[409, 429], "there is one, or no password yet; guessing is slowed down"),
    ("confirm_totp", &[409, 429], "nothing was begun; guessing is slowed down"),
    ("remove_totp", &[409, 429], "there is none; guessing is slowed down"),
    ("renew_recovery_codes", &[409, 429], "there is none; guessing is slowed down"),
    ("reset_totp", &[409], "there is none, or it is one's own"),
    ("add_operator", &[409], "the address is taken"),
    ("change_operator", &[409], "the last admin stays, and approvals are not voided by accident"),
    ("issue_link", &[409], "nobody disabled gets a link"),
    ("revoke_token", &[409], "it was revoked before"),
    ("begin_connection", &[409], "the environment is not open to the app"),
    ("confirm_connection", &[409], "nothing waits to be confirmed"),
    ("reconnect", &[409], "the environment is not configured any more"),
    ("list_boards", &[409, 422, 502], "Pinterest is asked; a bookmark may be none of its own"),
    ("create_board", &[409, 502], "Pinterest is asked"),
    ("list_sections", &[409, 502], "Pinterest is asked"),
    ("change_draft", &[409], "its state does not allow it"),
    ("discard_draft", &[409], "its state does not allow it"),
    ("submit_draft", &[409], "its state does not allow it"),
    ("withdraw_draft", &[409], "its state does not allow it"),
    ("approve_draft", &[409], "its state does not allow it"),
    ("undo_approval", &[409], "its state does not allow it"),
    ("request_changes", &[409], "its state does not allow it"),
    ("reject_draft", &[409], "its state does not allow it"),
    ("reschedule_draft", &[409], "its state does not allow it"),
    ("cancel_draft", &[409], "its state does not allow it"),
    ("resolve_publication", &[409], "its state does not allow it"),
    ("take_down_publication", &[409, 502], "its state does not allow it; Pinterest is asked"),
];

/// The refusals that follow from the shape of an operation: who may use it, ids in its path, what it takes.
fn by_shape(path: &str, operation: &Value) -> BTreeSet<u16> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let takes = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
    let needs = |name: &str| {
        parameters.iter().any(|parameter| parameter["name"] == name && parameter["required"] == true)
    };
    // A parameter that is said twice is malformed, also where none is taken.
    let mut statuses = BTreeSet::from([400, 401, 500, 503]);
    // Whoever is signed in may ask who that is.
    statuses.extend((path != "/me").then_some(403));
    statuses.extend(path.contains("{id}").then_some(404));
    if operation.get("requestBody").is_some() {
        statuses.extend([413, 415, 422]);
    }
    if takes("Idempotency-Key") {
        statuses.extend([409, 422]);
    }
    if takes("If-Match") {
        statuses.extend([412]);
        statuses.extend(needs("If-Match").then_some(428));
    }
    statuses
}

#[test]
fn every_operation_says_exactly_what_it_refuses() {
    let document = Document::read();
    let names: BTreeSet<&str> = BESIDES.iter().map(|(name, ..)| *name).collect();
    let mut seen = BTreeSet::new();
    for (method, path, operation) in document.operations() {
        let name = operation["operationId"].as_str().unwrap();
        let besides = BESIDES.iter().filter(|(of, ..)| *of == name).flat_map(|(_, statuses, _)| *statuses);
        let mut expected = by_shape(path, operation);
        expected.extend(besides);
        let said = operation["responses"].as_object().unwrap().keys();
        let said: BTreeSet<u16> =
            said.map(|status| status.parse().unwrap()).filter(|status| *status >= 400).collect();
        assert_eq!(said, expected, "{method} {path} ({name})");
        seen.insert(name.to_owned());
    }
    assert!(names.iter().all(|name| seen.contains(*name)), "no operations any more are among {names:?}");
}
