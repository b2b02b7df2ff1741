//! Every answer keeps to the schema of the OpenAPI document (data/pinterest-answers-5.23.0.json).
//!
//! Only what that document uses is checked. `format: date-time` is not: live answers have no zone.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{RECIPES, World, answer, pin, send};

const DOCUMENT: &str = include_str!("../../data/pinterest-answers-5.23.0.json");

struct Contract(Value);

impl Contract {
    fn new() -> Self {
        Self(serde_json::from_str(DOCUMENT).unwrap())
    }

    /// Checks the body that `operation` answered with `status`.
    fn check(&self, operation: &str, status: u16, body: &Value) {
        let responses = &self.0["operations"][operation]["responses"];
        let schema = responses.get(status.to_string()).unwrap_or(&responses["default"]);
        assert!(schema.is_object(), "{operation} declares no {status}");
        if let Err(problem) = self.valid(schema, body) {
            panic!("{operation} {status}: {problem}\n{body:#}");
        }
    }

    fn valid(&self, schema: &Value, value: &Value) -> Result<(), String> {
        if let Some(name) = schema["$ref"].as_str() {
            return self.valid(self.named(name), value);
        }
        if value.is_null() && schema["nullable"] == true {
            return Ok(());
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.valid(part, value)?;
        }
        if let Some(property) = schema["discriminator"]["propertyName"].as_str() {
            let name =
                schema["discriminator"]["mapping"][value[property].as_str().unwrap_or_default()].as_str();
            self.valid(self.named(name.ok_or("no such variant")?), value)?;
        }
        if let Some(choices) = schema["enum"].as_array()
            && !choices.contains(value)
        {
            return Err(format!("{value} is none of {choices:?}"));
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, value),
            Some("array") => {
                let items = value.as_array().ok_or_else(|| format!("{value} is no array"))?;
                items.iter().try_for_each(|item| self.valid(&schema["items"], item))
            }
            Some("string") => text(schema, value),
            Some("integer") if !value.is_i64() => Err(format!("{value} is no integer")),
            Some("boolean") if !value.is_boolean() => Err(format!("{value} is no boolean")),
            // Some lists of the document say what their items are without saying that they are lists.
            _ => match (value.as_array(), schema.get("items")) {
                (Some(items), Some(schema)) => items.iter().try_for_each(|item| self.valid(schema, item)),
                _ => Ok(()),
            },
        }
    }

    fn object(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let fields = value.as_object().ok_or_else(|| format!("{value} is no object"))?;
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            fields.get(name).ok_or_else(|| format!("{name} is missing"))?;
        }
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = fields.get(name) {
                self.valid(schema, value).map_err(|problem| format!("{name}: {problem}"))?;
            }
        }
        Ok(())
    }

    fn named(&self, reference: &str) -> &Value {
        let name = reference.strip_prefix("#/components/schemas/").expect("a schema");
        let schema = &self.0["components"]["schemas"][name];
        assert!(schema.is_object(), "{name} is in the document");
        schema
    }
}

fn text(schema: &Value, value: &Value) -> Result<(), String> {
    let text = value.as_str().ok_or_else(|| format!("{value} is no string"))?;
    let length = text.chars().count() as u64;
    let is_long = schema["maxLength"].as_u64().is_some_and(|limit| length > limit);
    let is_short = schema["minLength"].as_u64().is_some_and(|limit| length < limit);
    let is_odd =
        schema["pattern"] == "^\\d+$" && (text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()));
    if is_long || is_short || is_odd { Err(format!("{text:?} breaks {schema}")) } else { Ok(()) }
}

#[tokio::test]
async fn every_operation_answers_by_the_document() {
    let (world, contract) = (World::start().await, Contract::new());
    let code = world.code().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", crate::support::REDIRECT),
    ];
    let (status, body) = answer(world.token("/sandbox/v5", &form).await).await;
    contract.check("oauth/token", status, &body);
    let (status, body) =
        answer(world.refresh("/sandbox/v5", body["refresh_token"].as_str().unwrap()).await).await;
    contract.check("oauth/token", status, &body);
    let token = body["access_token"].as_str().unwrap().to_owned();
    let own = [("grant_type", "client_credentials"), ("scope", "boards:read")];
    let (status, body) = answer(world.token("/sandbox/v5", &own).await).await;
    contract.check("oauth/token", status, &body);

    let write = |method: Method, path: &str, body: Value| {
        world.call(method, &format!("/sandbox/v5/{path}")).bearer_auth(&token).json(&body)
    };
    let (status, made) = answer(send(write(Method::POST, "pins", pin("Tart"))).await).await;
    contract.check("pins/create", status, &made);
    let recipes = format!("boards/{RECIPES}");
    let sections = format!("{recipes}/sections");
    for (operation, method, path, body) in [
        ("boards/create", Method::POST, "boards", json!({"name": "New", "description": null})),
        ("boards/update", Method::PATCH, &recipes, json!({"description": "Other words"})),
        ("board_sections/create", Method::POST, &sections, json!({"name": "New"})),
    ] {
        let (status, body) = answer(send(write(method, path, body)).await).await;
        assert!(status < 300);
        contract.check(operation, status, &body);
    }
    let (_, list) = world.read(&token, &format!("/sandbox/v5/{sections}")).await;
    let in_section = format!("{sections}/{}/pins", list["items"][0]["id"].as_str().unwrap());
    let one_pin = format!("pins/{}", made["id"].as_str().unwrap());
    for (operation, path) in [
        ("user_account/get", "user_account"),
        ("boards/list", "boards"),
        ("boards/list", "boards?page_size=1"),
        ("boards/get", &recipes),
        ("board_sections/list", &sections),
        ("board_sections/list_pins", &in_section),
        ("boards/list_pins", &format!("{recipes}/pins")),
        ("pins/list", "pins"),
        ("pins/get", &one_pin),
    ] {
        let (status, body) = world.read(&token, &format!("/sandbox/v5/{path}")).await;
        assert_eq!(status, 200, "{path}");
        contract.check(operation, status, &body);
    }
}

#[tokio::test]
async fn every_refusal_answers_by_the_document() {
    let (world, contract) = (World::start().await, Contract::new());
    let token = world.connect().await;
    for (operation, path) in [
        ("user_account/get", "user_account?ad_account_id=1"),
        ("boards/list", "boards?page_size=0"),
        ("boards/get", "boards/1"),
        ("boards/list_pins", "boards/1/pins"),
        ("pins/get", "pins/1"),
    ] {
        let (status, body) = world.read(&token, &format!("/sandbox/v5/{path}")).await;
        assert!(status >= 400);
        contract.check(operation, status, &body);
    }
}

#[test]
fn the_check_can_fail() {
    let contract = Contract::new();
    let pin = contract.named("#/components/schemas/Pin");
    assert!(contract.valid(pin, &json!({"id": "1", "title": "Tart"})).is_ok());
    for bad in [
        json!({"title": "Tart"}),
        json!({"id": "x"}),
        json!({"id": 1}),
        json!({"id": "1", "title": "x".repeat(101)}),
        json!({"id": "1", "creative_type": "FILM"}),
        json!({"id": "1", "media": {"media_type": "image", "images": {"600x": {"url": 5}}}}),
        json!({"id": "1", "is_owner": null}),
    ] {
        assert!(contract.valid(pin, &bad).is_err(), "{bad}");
    }
}
