//! The OpenAPI document: what the framework writes of the operations, and what it cannot say of them. The same list
//! says which methods an address takes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use poem::{
    PathPattern, Response,
    http::{HeaderValue, header},
};
use serde_json::{Map, Value, json};

use super::{ROOT, page, service};

/// A refusal leaves out what it does not have; all else says null.
const LEAVES_OUT: &str = "Problem";
/// What [`super::etag`] takes.
const IF_MATCH: &str = r#"^(\*|"[0-9]+")$"#;
/// What [`super::idempotency`] takes.
const IDEMPOTENCY_KEY: &str = "^[!-~]{1,200}$";
/// What is uploaded is kept as one of these.
const IMAGES: [&str; 2] = ["image/jpeg", "image/png"];
/// What every operation may answer.
const MALFORMED: &str = "The request or a parameter is malformed.";
/// What a 401 has in `WWW-Authenticate`.
const CHALLENGE: &str = "Which proof is wanted: `Bearer`, for an API token. A session's cookie does as well.";
/// What an address takes that shows something and no more.
const READS: HeaderValue = HeaderValue::from_static("GET, HEAD");

/// The document as JSON.
pub fn document() -> String {
    let spec = service().spec();
    let text = match serde_json::from_str(&spec) {
        Ok(spec) => format!("{:#}", completed(spec)),
        Err(_) => spec,
    };
    format!("{text}\n")
}

fn completed(mut spec: Value) -> Value {
    let closed = bodies(&spec);
    for (name, schema) in members(spec.pointer_mut("/components/schemas")) {
        if name != LEAVES_OUT {
            say_null(schema);
        }
        if closed.contains(name) {
            schema["additionalProperties"] = false.into();
        }
    }
    for (_, methods) in members(spec.get_mut("paths")) {
        for (_, operation) in members(Some(methods)) {
            describe(operation);
            refuse_what_is_doubled(operation);
            challenge(operation);
        }
    }
    spec
}

/// [`super::doubled`] stands before all operations, also those that take nothing.
fn refuse_what_is_doubled(operation: &mut Value) {
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    if let (false, Some(mut refused)) = (responses.contains_key("400"), responses.get("500").cloned()) {
        refused["description"] = MALFORMED.into();
        responses.insert("400".to_owned(), refused);
        responses.sort_keys();
    }
}

/// [`super::doorway`] says which proof is wanted.
fn challenge(operation: &mut Value) {
    if let Some(refused) = operation.pointer_mut("/responses/401") {
        let header = json!({ "description": CHALLENGE, "required": true, "schema": { "type": "string" } });
        refused["headers"]["WWW-AUTHENTICATE"] = header;
    }
}

fn members(object: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    object.and_then(Value::as_object_mut).into_iter().flat_map(Map::iter_mut)
}

/// What need not be there is null where it is absent, in answers, and may be null in bodies.
fn say_null(schema: &mut Value) {
    let required: BTreeSet<String> = words(&schema["required"]);
    for (_, property) in members(schema.get_mut("properties")).filter(|(name, _)| !required.contains(*name)) {
        if let Some(reference) = property.get("$ref").cloned() {
            *property = json!({ "allOf": [{ "$ref": reference }] });
        }
        property["nullable"] = true.into();
    }
}

fn words(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The names of all schemas of JSON that is sent here: they take no field that they do not name.
fn bodies(spec: &Value) -> BTreeSet<String> {
    let methods = spec["paths"].as_object().into_iter().flat_map(Map::values);
    let operations = methods.filter_map(Value::as_object).flat_map(Map::values);
    let mut open: Vec<String> = operations
        .flat_map(|operation| referenced(&operation["requestBody"]["content"]["application/json"]))
        .collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            open.extend(referenced(&spec["components"]["schemas"][name]));
        }
    }
    found
}

/// The names of the schemas that something refers to.
fn referenced(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
            name.map(str::to_owned).into_iter().chain(object.values().flat_map(referenced)).collect()
        }
        Value::Array(items) => items.iter().flat_map(referenced).collect(),
        _ => Vec::new(),
    }
}

/// Says how the parameters that many operations share look, and of which type an image is.
fn describe(operation: &mut Value) {
    let wants_if_match = operation["responses"].get("428").is_some();
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        match parameter["name"].as_str() {
            Some("If-Match") => {
                parameter["required"] = wants_if_match.into();
                parameter["schema"]["pattern"] = IF_MATCH.into();
            }
            Some("Idempotency-Key") => parameter["schema"]["pattern"] = IDEMPOTENCY_KEY.into(),
            Some("limit") => {
                parameter["schema"]["minimum"] = 1.into();
                parameter["schema"]["maximum"] = page::MAX_LIMIT.into();
            }
            _ => {}
        }
    }
    if let Some(content) = operation.pointer_mut("/responses/200/content")
        && let Some(bytes) = content.get("application/octet-stream").cloned()
    {
        *content = IMAGES.iter().map(|image| ((*image).to_owned(), bytes.clone())).collect();
    }
}

/// Every address with what it takes, for `Allow`.
static TAKEN: LazyLock<BTreeMap<String, HeaderValue>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(&document()).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    let taken = paths.filter_map(|(path, methods)| {
        Some((nameless(&format!("{ROOT}{path}")), listed(methods.as_object()?.keys())))
    });
    taken.collect()
});

/// An address without its parameters' names: the framework's routes have names of their own for them.
fn nameless(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| if part.starts_with([':', '{']) { ":" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Methods as `Allow` lists them; whatever is shown can also be asked for without its body.
pub fn listed(methods: impl IntoIterator<Item = impl AsRef<str>>) -> HeaderValue {
    let mut names: BTreeSet<String> =
        methods.into_iter().map(|method| method.as_ref().to_uppercase()).collect();
    if names.contains("GET") {
        names.insert("HEAD".to_owned());
    }
    let names: Vec<String> = names.into_iter().collect();
    HeaderValue::from_str(&names.join(", ")).unwrap_or(READS)
}

/// Adds to a refusal of the method which ones the address takes.
pub(super) fn allow(response: &mut Response, pattern: Option<&PathPattern>) {
    let taken = pattern.and_then(|pattern| TAKEN.get(&nameless(&pattern.0)));
    response.headers_mut().insert(header::ALLOW, taken.cloned().unwrap_or(READS));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed() -> Value {
        serde_json::from_str(&document()).unwrap()
    }

    #[test]
    fn what_is_null_in_answers_may_be_null_in_the_document() {
        let document = parsed();
        let draft = &document["components"]["schemas"]["DraftBody"]["properties"];
        assert_eq!(draft["title"]["nullable"], true);
        assert_eq!(draft["approval"]["nullable"], true);
        assert!(draft["approval"]["$ref"].is_null(), "nothing stands beside a reference");
        assert!(draft["id"]["nullable"].is_null());
        let problem = &document["components"]["schemas"]["Problem"]["properties"];
        assert!(problem["fields"]["nullable"].is_null(), "a refusal leaves it out");
    }

    #[test]
    fn nothing_is_said_twice_or_left_open() {
        assert!(!document().contains("null,") && !document().contains(": null"), "no member is null");
        let content = parsed()["paths"]["/assets/{id}/content"]["get"]["responses"]["200"]["content"].clone();
        assert_eq!(content.as_object().unwrap().keys().collect::<Vec<_>>(), IMAGES);
    }

    #[test]
    fn whoever_is_not_signed_in_is_told_which_proof_is_wanted() {
        let refused = parsed()["paths"]["/drafts"]["get"]["responses"]["401"].clone();
        assert_eq!(refused["headers"]["WWW-AUTHENTICATE"]["required"], true, "{refused}");
    }

    #[test]
    fn bodies_take_no_field_that_they_do_not_name() {
        let schemas = parsed()["components"]["schemas"].clone();
        for name in ["SignIn", "NewDraftInput", "PublishAtField", "Nothing"] {
            assert_eq!(schemas[name]["additionalProperties"], false, "{name}");
        }
        assert!(schemas["DraftBody"]["additionalProperties"].is_null(), "answers may get more fields");
    }

    #[test]
    fn what_must_be_said_of_a_draft_is_said_where_it_must_be() {
        let draft = &parsed()["paths"]["/drafts/{id}"];
        let is_needed = |method: &str| {
            let parameters = draft[method]["parameters"].as_array().unwrap().iter();
            let found = parameters.clone().find(|parameter| parameter["name"] == "If-Match");
            found.unwrap()["required"] == true
        };
        assert!(is_needed("patch") && is_needed("delete"));
        let submit = &parsed()["paths"]["/drafts/{id}/submit"]["post"]["parameters"][1];
        assert_eq!((&submit["name"], &submit["required"]), (&json!("If-Match"), &json!(false)));
    }

    #[test]
    fn every_address_says_what_it_takes() {
        assert_eq!(TAKEN["/api/v1/drafts/:"], "DELETE, GET, HEAD, PATCH");
        assert_eq!(TAKEN["/api/v1/drafts/:/approve"], "POST");
    }
}
