//! Texts that break programs go through every field that takes a text, and come out as they went in, or are refused by
//! name and change nothing.

mod drafts;
mod fields;
mod forms;
mod people;
mod traces;

use std::collections::BTreeSet;

use countersign_tests::html::Page;
use countersign_tests::{Actor, Answer};
use serde_json::Value;

/// That a refusal is one: no fault, nothing repeated, every field with its remedy. The names of the fields.
#[track_caller]
fn refused(answer: &Answer, what: &str) -> Vec<String> {
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    let problem = answer.problem(answer.status);
    let fields = problem["fields"].as_array().cloned().unwrap_or_default();
    assert!(answer.status != 422 || !fields.is_empty(), "{what}: no field is named: {problem}");
    for field in &fields {
        assert!(field["message"].as_str().is_some_and(|words| words.len() > 10), "{what}: {problem}");
    }
    fields.iter().map(|field| field["field"].as_str().unwrap().to_owned()).collect()
}

/// That a page has no kind of element that `plain` has not, and one script.
#[track_caller]
fn nothing_broke_out(page: &Page, plain: &BTreeSet<String>, what: &str) {
    let shapes = page.shapes();
    let strange: Vec<_> = shapes.difference(plain).collect();
    assert!(strange.is_empty(), "{what:?} puts into the page: {strange:?}");
    assert_eq!(page.elements().filter(|element| element.name == "script").count(), 1, "{what:?}");
}

/// A page that is there.
async fn read(person: &Actor, path: &str) -> Page {
    Page::read(&person.page(path).await.is(200).text())
}

/// A member as text; empty where it is null.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
