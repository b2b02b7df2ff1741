//! What a request brings as JSON: every field that is unknown, missing or of the wrong type is named, all at once.

use std::marker::PhantomData;

use poem::{FromRequest, Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    payload::{Json, Payload as _},
    registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry},
    types::{ParseFromJSON, Type},
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{
    problem::{Problem, ProblemField},
    refused::Refused,
};
use crate::error::Kind;

mod unique;

use unique::Unique;

/// A JSON object as a request's body. It is read only when the operation asks: who may not do it learns nothing of what
/// is wrong with the body.
pub struct Input<T> {
    content_type: Option<String>,
    bytes: Vec<u8>,
    kind: PhantomData<fn() -> T>,
}

/// The body of a verb without fields: none, or `{}`.
#[derive(Debug, poem_openapi::Object)]
pub struct Nothing {}

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for Input<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = MetaMediaType { content_type: "application/json", schema: T::schema_ref() };
        let required = Schema::of::<T>().needs_something();
        Some(MetaRequest { description: None, content: vec![content], required })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let bytes = <Vec<u8> as FromRequest>::from_request(request, body).await?;
        Ok(Self { content_type: request.content_type().map(str::to_owned), bytes, kind: PhantomData })
    }
}

impl<T: ParseFromJSON> Input<T> {
    /// What it says.
    ///
    /// # Errors
    /// A problem with everything that is wrong.
    pub fn read(&self) -> Result<T, Refused> {
        let schema = Schema::of::<T>();
        if self.bytes.is_empty() && !schema.needs_something() {
            return parse(&schema, Map::new());
        }
        check_type(self.content_type.as_deref())?;
        match serde_json::from_slice(&self.bytes) {
            Ok(Unique(Value::Object(object))) => parse(&schema, object),
            Ok(Unique(_)) => Err(not_an_object().into()),
            Err(error) if error.is_data() => Err(doubled(&error).into()),
            Err(error) => Err(malformed(&error).into()),
        }
    }

    /// The SHA-256 of what was sent, in hex: two requests under one `Idempotency-Key` must be alike.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }
}

fn check_type(given: Option<&str>) -> Result<(), Refused> {
    let is_json = given.is_some_and(Json::<Value>::check_content_type);
    let detail = "send JSON, with the header Content-Type: application/json";
    let refuse = || Problem::new(Kind::UnsupportedType, "content_type_unsupported", detail);
    if is_json { Ok(()) } else { Err(refuse().into()) }
}

fn parse<T: ParseFromJSON>(schema: &Schema, object: Map<String, Value>) -> Result<T, Refused> {
    let mut wrong = Vec::new();
    schema.check(schema.root(), "", &object, &mut wrong);
    if !wrong.is_empty() {
        return Err(Problem::fields(wrong).into());
    }
    let body = T::parse_from_json(Some(Value::Object(object)));
    body.map_err(|error| Problem::new(Kind::Malformed, "body_malformed", error.into_message()).into())
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = format!("the body is not JSON (line {}, column {})", error.line(), error.column());
    Problem::new(Kind::Malformed, "json_malformed", detail)
}

fn doubled(error: &serde_json::Error) -> Problem {
    let detail =
        format!("a member is named twice (line {}, column {}). Name it once", error.line(), error.column());
    Problem::new(Kind::Malformed, "json_member_doubled", detail)
}

fn not_an_object() -> Problem {
    Problem::new(Kind::Malformed, "json_malformed", "the body has to be a JSON object: { ... }")
}

/// The schema of a body, as the document shows it.
struct Schema {
    registry: Registry,
    root: MetaSchemaRef,
}

impl Schema {
    fn of<T: Type>() -> Self {
        let mut registry = Registry::new();
        T::register(&mut registry);
        Self { registry, root: T::schema_ref() }
    }

    fn root(&self) -> Option<&MetaSchema> {
        self.resolve(&self.root)
    }

    /// Whether a field must be there: where none must, no body is one without fields.
    fn needs_something(&self) -> bool {
        self.root().is_none_or(|root| !root.required.is_empty())
    }

    fn resolve<'a>(&'a self, schema: &'a MetaSchemaRef) -> Option<&'a MetaSchema> {
        match schema {
            MetaSchemaRef::Reference(name) => self.registry.schemas.get(name),
            // A description beside a reference wraps it.
            MetaSchemaRef::Inline(inline) => match inline.all_of.first() {
                Some(inner) if inline.ty.is_empty() => self.resolve(inner),
                _ => Some(inline),
            },
        }
    }

    fn check(
        &self,
        schema: Option<&MetaSchema>,
        prefix: &str,
        object: &Map<String, Value>,
        wrong: &mut Vec<ProblemField>,
    ) {
        let Some(schema) = schema else { return };
        for name in object.keys() {
            if !schema.properties.iter().any(|(known, _)| known == name) {
                let known: Vec<&str> = schema.properties.iter().map(|(known, _)| *known).collect();
                wrong.push(unknown(&format!("{prefix}{name}"), &known));
            }
        }
        for (name, property) in &schema.properties {
            let is_required = schema.required.contains(name);
            self.check_one(property, &format!("{prefix}{name}"), is_required, object.get(*name), wrong);
        }
    }

    fn check_one(
        &self,
        schema: &MetaSchemaRef,
        name: &str,
        is_required: bool,
        value: Option<&Value>,
        wrong: &mut Vec<ProblemField>,
    ) {
        let ty = self.resolve(schema).map_or("", |schema| schema.ty);
        match value {
            None | Some(Value::Null) if is_required => {
                wrong.push(ProblemField::new(name, "missing", "This field is needed."));
            }
            None | Some(Value::Null) => {}
            Some(Value::Object(inner)) if ty == "object" => {
                self.check(self.resolve(schema), &format!("{name}."), inner, wrong);
            }
            Some(value) if !fits(ty, value) => {
                wrong.push(ProblemField::new(name, "wrong_type", format!("Send {}.", with_article(ty))));
            }
            Some(_) => {}
        }
    }
}

fn unknown(name: &str, known: &[&str]) -> ProblemField {
    let message = match known {
        [] => "This takes no fields.".to_owned(),
        known => format!("There is no such field. There are: {}.", known.join(", ")),
    };
    ProblemField::new(name.chars().take(100).collect::<String>(), "unknown_field", message)
}

fn fits(ty: &str, value: &Value) -> bool {
    match ty {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn with_article(ty: &str) -> &'static str {
    match ty {
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        _ => "an object",
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::{Object, types::MaybeUndefined};

    use super::*;

    #[derive(Debug, Object)]
    struct Time {
        local: String,
    }

    #[derive(Debug, Object)]
    struct Sample {
        /// Its name.
        name: String,
        title: MaybeUndefined<String>,
        /// When.
        at: Option<Time>,
        roles: Option<Vec<String>>,
    }

    #[derive(Debug, Object)]
    struct Change {
        title: Option<String>,
    }

    fn input<T>(json: &str) -> Input<T> {
        let content_type = Some("application/merge-patch+json".to_owned());
        Input { content_type, bytes: json.into(), kind: PhantomData }
    }

    fn read(json: &str) -> Result<Sample, Box<Problem>> {
        problem(input::<Sample>(json).read())
    }

    fn problem<T>(read: Result<T, Refused>) -> Result<T, Box<Problem>> {
        read.map_err(|refused| match refused {
            Refused::Problem(problem) => problem,
            _ => panic!("the service was not asked"),
        })
    }

    #[test]
    fn absent_null_and_a_value_differ() {
        assert!(matches!(read(r#"{"name":"a"}"#).unwrap().title, MaybeUndefined::Undefined));
        assert!(matches!(read(r#"{"name":"a","title":null}"#).unwrap().title, MaybeUndefined::Null));
        let given = read(r#"{"name":"a","title":"b"}"#).unwrap();
        assert!(matches!(given.title, MaybeUndefined::Value(title) if title == "b"));
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let json = r#"{"title":7,"at":{"local":"x","zone":"y"},"roles":"admin","state":"approved"}"#;
        let problem = read(json).unwrap_err();
        let told: Vec<(String, String)> =
            problem.fields.unwrap().into_iter().map(|field| (field.field, field.code)).collect();
        let expected = [
            ("state", "unknown_field"),
            ("name", "missing"),
            ("title", "wrong_type"),
            ("at.zone", "unknown_field"),
            ("roles", "wrong_type"),
        ];
        assert_eq!(told, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
        assert_eq!(problem.status, 422);
    }

    #[test]
    fn a_verb_without_fields_takes_none() {
        let bare = Input::<Nothing> { content_type: None, bytes: Vec::new(), kind: PhantomData };
        assert!(bare.read().is_ok());
        assert!(input::<Nothing>("{}").read().is_ok());
        assert_eq!(problem(input::<Nothing>("{\"x\":1}").read()).unwrap_err().status, 422);
    }

    #[test]
    fn only_a_verb_with_a_field_that_must_be_there_needs_a_body() {
        fn bare<T>() -> Input<T> {
            Input { content_type: None, bytes: Vec::new(), kind: PhantomData }
        }
        assert!(problem(bare::<Change>().read()).unwrap().title.is_none());
        assert!(input::<Change>("{}").read().is_ok());
        assert_eq!(problem(bare::<Sample>().read()).unwrap_err().status, 415);
    }

    #[test]
    fn what_is_no_json_object_is_told_apart() {
        assert_eq!(read("[]").unwrap_err().code, "json_malformed");
        assert_eq!(read(r#"{"name":"a","name":"b"}"#).unwrap_err().code, "json_member_doubled");
        assert_eq!(read("{").unwrap_err().status, 400);
        let plain = Input::<Sample> { content_type: Some("text/plain".into()), ..input("{}") };
        assert_eq!(problem(plain.read()).unwrap_err().status, 415);
    }
}
