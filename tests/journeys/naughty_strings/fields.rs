//! Every text that the API takes stands here; a new one in its document fails the first test.

use std::collections::BTreeSet;

use countersign_tests::naughty::some;
use countersign_tests::{Actor, Harness, Ids};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::refused;

/// Texts that are kept as they are: each goes through a test of its own in this folder. (The reasons of a resolve and
/// of a take-down need a send; they are read as every note is.)
const KEPT: &[&str] = &[
    "add_comment note",
    "add_operator email",
    "add_operator name",
    "approve_draft note",
    "begin_connection expected_username",
    "change_draft alt_text",
    "change_draft description",
    "change_draft link",
    "change_draft title",
    "change_operator name",
    "create_board name",
    "create_draft alt_text",
    "create_draft description",
    "create_draft link",
    "create_draft title",
    "create_token name",
    "reject_draft note",
    "request_changes note",
    "resolve_publication reason",
    "take_down_publication reason",
    "upload_asset label",
];

/// Passwords and links, which are compared and never shown.
const COMPARED: &[&str] = &[
    "begin_session email",
    "begin_session link",
    "begin_session password",
    "begin_session totp",
    "confirm_totp code",
    "remove_totp password",
    "remove_totp totp",
    "renew_recovery_codes password",
    "renew_recovery_codes totp",
    "set_password current",
    "set_password new",
    "start_totp password",
];

/// The API's document.
fn document() -> Value {
    serde_json::from_str(&countersign_api::http::document()).unwrap()
}

/// What a schema is, references followed.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let inner = schema["allOf"].get(0).unwrap_or(schema);
    match inner["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        Some(name) => &document["components"]["schemas"][name],
        None => inner,
    }
}

/// The texts of a body by their path, such as `publish_at.zone` or `roles[]`.
fn texts(document: &Value, schema: &Value, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, property) in resolved(document, schema)["properties"].as_object().into_iter().flatten() {
        let property = resolved(document, property);
        match property["type"].as_str() {
            Some("string") if property["format"] != "binary" => found.push(format!("{prefix}{name}")),
            Some("array") => found.push(format!("{prefix}{name}[]")),
            Some("object") => found.extend(texts(document, property, &format!("{prefix}{name}."))),
            _ => {}
        }
    }
    found
}

/// An operation and the texts that it takes.
struct Operation {
    id: String,
    method: Method,
    path: String,
    fields: Vec<String>,
    /// Place and name.
    parameters: Vec<(String, String)>,
}

fn operations() -> Vec<Operation> {
    let document = document();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object();
            let schemas = content.into_iter().flatten().map(|(_, content)| &content["schema"]);
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            all.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                fields: schemas.flat_map(|schema| texts(&document, schema, "")).collect(),
                parameters: parameters
                    .iter()
                    .map(|one| {
                        (one["in"].as_str().unwrap().to_owned(), one["name"].as_str().unwrap().to_owned())
                    })
                    .collect(),
            });
        }
    }
    all
}

/// What is a word of ours, an id or a time: none of the strings is one.
fn is_closed(field: &str) -> bool {
    const WORDS: [&str; 15] = [
        "asset_id",
        "board_id",
        "board_section_id",
        "connection_id",
        "digest",
        "environment",
        "expires_at",
        "outcome",
        "pin_id",
        "privacy",
        "roles[]",
        "scopes[]",
        "publish_at.local",
        "publish_at.offset",
        "publish_at.zone",
    ];
    WORDS.contains(&field)
}

#[test]
fn every_text_of_the_document_is_one_that_these_tests_know() {
    let documented: BTreeSet<String> = operations()
        .iter()
        .flat_map(|one| {
            one.fields.iter().filter(|field| !is_closed(field)).map(|field| format!("{} {field}", one.id))
        })
        .collect();
    let known: BTreeSet<String> = KEPT.iter().chain(COMPARED).map(|field| (*field).to_owned()).collect();
    let new: Vec<_> = documented.difference(&known).collect();
    let gone: Vec<_> = known.difference(&documented).collect();
    assert!(new.is_empty(), "say here what becomes of {new:?}, and send the strings through it");
    assert!(gone.is_empty(), "these take no text any more: {gone:?}");
}

/// A body in which one text is `typed` and all else could be right.
fn body(operation: &Operation, field: &str, typed: &str) -> Value {
    let mut body = match operation.id.as_str() {
        "create_draft" => json!({"connection_id": "con_00000000000000000000000000"}),
        "add_operator" => json!({"email": "x@halden.example", "name": "X", "roles": ["author"]}),
        "create_token" => json!({"name": "X", "scopes": ["drafts:read"]}),
        "begin_connection" => json!({"environment": "rehearsal"}),
        "create_board" => json!({"name": "X", "privacy": "PUBLIC"}),
        "approve_draft" => json!({"digest": "0"}),
        "resolve_publication" => json!({"outcome": "abandon", "reason": "x"}),
        _ => json!({}),
    };
    if let Some(list) = field.strip_suffix("[]") {
        body[list] = json!([typed]);
    } else if let Some((outer, inner)) = field.split_once('.') {
        body[outer] = json!({"local": "2027-01-01T09:00", "zone": "UTC"});
        body[outer][inner] = typed.into();
    } else {
        body[field] = typed.into();
    }
    body
}

/// A query or path with every sign written in per cent.
fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn with_parameter(
    actor: &Actor,
    ids: &Ids,
    one: &Operation,
    parameter: &(String, String),
    typed: &str,
) {
    let (place, name) = parameter;
    let path = match place.as_str() {
        "path" => one.path.replace(&format!("{{{name}}}"), &percent(typed)),
        "query" => format!("{}?{name}={}", one.path, percent(typed)),
        _ => one.path.clone(),
    };
    let call = actor.call(one.method.clone(), &ids.fill(&path));
    let call = match (place.as_str(), HeaderValue::from_bytes(typed.as_bytes())) {
        ("header", Ok(_)) => call.header(name, typed),
        ("header", Err(_)) => return,
        _ if matches!(one.method, Method::PATCH | Method::DELETE) => call.if_match("\"1\""),
        _ => call,
    };
    let answer = call.json(json!({})).go().await;
    let what = format!("{} {place} {name} = {typed:?}", one.id);
    assert!(answer.status < 500, "{what}: {}", answer.text());
    if answer.status >= 400 {
        refused(&answer, &what);
    }
}

#[tokio::test]
async fn what_is_no_word_of_ours_is_refused_in_every_place_and_changes_nothing() {
    let h = Harness::start().await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let ids = Ids::of_nothing();
    let before = h.log().await.0.len();
    let mut tried = 0;
    for (at, one) in operations().iter().enumerate() {
        for (nth, field) in one.fields.iter().filter(|field| is_closed(field)).enumerate() {
            for typed in some(at + nth * 7, 19).iter().filter(|typed| is_strange(field, typed)) {
                let call = everything.call(one.method.clone(), &ids.fill(&one.path)).if_match("\"1\"");
                let answer = call.json(body(one, field, typed)).go().await;
                refused(&answer, &format!("{} {field} = {typed:?}", one.id));
                tried += 1;
            }
        }
        let codes =
            one.fields.iter().filter(|field| COMPARED.contains(&format!("{} {field}", one.id).as_str()));
        for field in codes.filter(|_| one.path.starts_with("/me/totp")) {
            for typed in some(at, 19) {
                let answer =
                    everything.call(one.method.clone(), &one.path).json(body(one, field, &typed)).go().await;
                refused(&answer, &format!("{} {field} = {typed:?}", one.id));
                tried += 1;
            }
        }
        for (nth, parameter) in one.parameters.iter().enumerate() {
            for typed in some(at + nth * 7, 19).iter().filter(|typed| !typed.is_empty()) {
                with_parameter(&everything, &ids, one, parameter, typed).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 1_500, "only {tried} were tried");
    // Only that pages of the log were read is told, and that somebody guessed.
    let log = h.log().await;
    let done: Vec<&str> = log.kinds().into_iter().skip(before).filter(|kind| !is_told(kind)).collect();
    assert!(done.is_empty(), "{done:?}");
    h.finish().await;
}

/// What the log tells though nothing changes.
fn is_told(kind: &str) -> bool {
    kind.starts_with("audit.") || kind == "access.sign_in_failed"
}

/// Digits could be an id; nothing means nothing.
fn is_strange(field: &str, typed: &str) -> bool {
    let is_digits = typed.trim().bytes().all(|byte| byte.is_ascii_digit());
    !(typed.trim().is_empty() || field.ends_with("_id") && is_digits)
}
