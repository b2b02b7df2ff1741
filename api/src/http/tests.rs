use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

mod door;

fn parsed() -> Value {
    serde_json::from_str(&document()).unwrap()
}

/// Every operation of the document with its path and method.
fn operations_of(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, methods)| {
        methods
            .as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    all.collect()
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let committed = include_str!("../../../openapi.json");
    assert_eq!(committed, document(), "run `cargo run -- openapi > openapi.json`");
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_described_answers() {
    let document = parsed();
    let operations = operations_of(&document);
    let names: BTreeSet<&str> =
        operations.iter().map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
    for (path, operation) in &operations {
        assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{path}");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert!(answer["description"].as_str().is_some_and(|words| !words.is_empty()), "{path} {status}");
            let is_refusal = status.starts_with(['4', '5']);
            let is_problem = answer["content"].get(problem::CONTENT_TYPE).is_some();
            assert_eq!(is_refusal, is_problem, "{path} {status}");
        }
    }
}

#[test]
fn whatever_takes_a_body_says_that_it_may_be_too_large_or_of_another_type() {
    let document = parsed();
    for (path, operation) in operations_of(&document) {
        if operation.get("requestBody").is_some() {
            for status in ["400", "413", "415"] {
                assert!(operation["responses"].get(status).is_some(), "{path} does not declare {status}");
            }
        }
    }
}

#[test]
fn all_but_signing_in_want_somebody() {
    let document = parsed();
    for (path, operation) in operations_of(&document) {
        let wants_somebody = operation["security"].as_array().is_some_and(|schemes| schemes.len() == 2);
        assert_eq!(wants_somebody, path != "post /session", "{path}");
        assert_eq!(wants_somebody, !is_open_in_words(&path), "{path}");
    }
}

fn is_open_in_words(path: &str) -> bool {
    let (method, path) = path.split_once(' ').unwrap();
    is_open(&method.to_uppercase().parse().unwrap(), path)
}

#[test]
fn the_document_has_a_title_a_licence_and_both_ways_in() {
    let document = parsed();
    assert_eq!(document["info"]["title"], "Countersign");
    assert_eq!(document["info"]["license"]["name"], "MIT OR Apache-2.0");
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["session"]["in"], "cookie");
    assert_eq!(schemes["token"]["scheme"], "bearer");
}
