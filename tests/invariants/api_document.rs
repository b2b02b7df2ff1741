//! The committed OpenAPI document is the one that the program makes.

use std::fs;

use countersign_tests::source::root;

#[test]
fn the_committed_document_is_current() {
    let committed = fs::read_to_string(root().join("openapi.json")).unwrap_or_default();
    let generated = countersign_api::http::document();
    assert!(committed == generated, "openapi.json is not current: run `countersign openapi > openapi.json`");
}
