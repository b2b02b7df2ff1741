//! The doorway, asked as a client does.

use poem::{
    Endpoint, EndpointExt as _, Request, Response, Route,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};

use super::super::{
    body_limit::{BODY_BYTES, BodyLimit},
    health::Stopping,
    mount,
};
use crate::{
    app::App,
    audit::AuditedTx,
    data_keys,
    operators::{Authority, NewOperator, OperatorChange, people},
    secret::Secret,
    testing::{self, TestApp},
};

const PASSWORD: &str = "correct horse battery";

/// An API and somebody with all roles, signed in.
struct Door {
    test: TestApp,
    cookie: String,
    csrf: String,
}

fn api(app: &App) -> impl Endpoint<Output = Response> {
    let routes = mount(Route::new(), app).data(Stopping::default());
    routes.with(BodyLimit { limit: |_| BODY_BYTES }).map_to_response()
}

impl Door {
    async fn open() -> Self {
        let test = testing::app().await;
        let new = NewOperator {
            email: "ada@x.example".to_owned(),
            name: "Ada".to_owned(),
            roles: "author,reviewer,admin,auditor".parse().unwrap(),
            password: Some(Secret::from(PASSWORD)),
        };
        people::add(&test.app, Authority::command_line(), new).await.unwrap();
        let mut door = Self { test, cookie: String::new(), csrf: String::new() };
        let signed_in = json!({"email": "ada@x.example", "password": PASSWORD});
        let response = door.send(Method::POST, "/session", &[], Some(&signed_in.to_string())).await;
        let cookie = response.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let me = body(response).await;
        (door.cookie, door.csrf) = (cookie, me["csrf_token"].as_str().unwrap().to_owned());
        door
    }

    async fn send(&self, method: Method, path: &str, more: &[(&str, &str)], json: Option<&str>) -> Response {
        let mut request = Request::builder().method(method).uri_str(format!("/api/v1{path}"));
        let own = [("cookie", self.cookie.as_str()), ("x-csrf-token", self.csrf.as_str())];
        for (name, value) in
            own.into_iter().chain(more.iter().copied()).filter(|(_, value)| !value.is_empty())
        {
            request = request.header(name, value);
        }
        let request = match json {
            Some(json) => request.content_type("application/json").body(json.to_owned()),
            None => request.finish(),
        };
        api(&self.test.app).get_response(request).await
    }

    async fn invite(&self, key: &str, email: &str) -> (StatusCode, Value) {
        let new =
            json!({"email": email, "name": format!("Somebody at {email}"), "roles": ["author"]}).to_string();
        let response = self.send(Method::POST, "/operators", &[("idempotency-key", key)], Some(&new)).await;
        (response.status(), body(response).await)
    }
}

async fn body(response: Response) -> Value {
    serde_json::from_str(&response.into_body().into_string().await.unwrap()).unwrap()
}

#[tokio::test]
async fn whatever_is_refused_is_a_problem_with_a_code() {
    let door = Door::open().await;
    let large = "x".repeat(2 << 20);
    for (method, path, json, status, code) in [
        (Method::GET, "/nowhere", None, 404, "not_found"),
        (Method::PUT, "/me", None, 405, "method_not_allowed"),
        (Method::POST, "/operators", Some("{"), 400, "json_malformed"),
        (Method::POST, "/operators", Some("{\"admin\":true}"), 422, "fields_invalid"),
        (Method::POST, "/operators", Some(large.as_str()), 413, "body_too_large"),
        (Method::POST, "/operators", None, 415, "content_type_unsupported"),
        (Method::GET, "/drafts?limit=many", None, 400, "parameter_invalid"),
        (Method::GET, "/drafts?limit=201", None, 400, "parameter_invalid"),
        (Method::GET, "/drafts/con_1", None, 404, "draft_not_found"),
        (Method::PATCH, "/drafts/drf_1", Some("{}"), 428, "if_match_required"),
    ] {
        let response = door.send(method, path, &[], json).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(response.content_type(), Some("application/problem+json"), "{path}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{path}");
        let problem = body(response).await;
        assert_eq!(problem["code"], code, "{path}");
        assert_eq!(problem["status"], status, "{path}");
    }
}

#[tokio::test]
async fn a_create_under_a_key_is_done_once_and_answered_twice() {
    let door = Door::open().await;
    let first = door.invite("k1", "bo@x.example").await;
    assert_eq!(first.0, StatusCode::CREATED);
    assert_eq!(door.invite("k1", "bo@x.example").await, first);
    assert_eq!(people::list(&door.test.app).await.unwrap().len(), 2);
    let (status, other) = door.invite("k1", "cy@x.example").await;
    assert_eq!((status.as_u16(), other["code"].as_str()), (422, Some("idempotency_key_reused")));
    // A refusal frees its key, so that what was wrong can be mended.
    assert_eq!(door.invite("k2", "no address").await.0.as_u16(), 422);
    assert_eq!(door.invite("k2", "cy@x.example").await.0, StatusCode::CREATED);
    assert_eq!(door.invite("not a key", "di@x.example").await.0.as_u16(), 400);
}

#[tokio::test]
async fn a_kept_answer_is_given_only_to_who_may_still_do_it() {
    let door = Door::open().await;
    let app = &door.test.app;
    assert_eq!(door.invite("k1", "bo@x.example").await.0, StatusCode::CREATED);
    let other = NewOperator {
        email: "cy@x.example".to_owned(),
        name: "Cy".to_owned(),
        roles: "admin".parse().unwrap(),
        password: Some(Secret::from(PASSWORD)),
    };
    people::add(app, Authority::command_line(), other).await.unwrap();
    let ada = people::find_by_email(app, "ada@x.example").await.unwrap();
    let less = OperatorChange { roles: Some("author".parse().unwrap()), ..OperatorChange::default() };
    people::change(app, Authority::command_line(), &ada.id, less).await.unwrap();
    let (status, refused) = door.invite("k1", "bo@x.example").await;
    assert_eq!((status.as_u16(), refused["code"].as_str()), (403, Some("role_missing")));
}

#[tokio::test]
async fn a_link_asked_for_twice_under_a_key_is_one_link() {
    let door = Door::open().await;
    let (_, made) = door.invite("k1", "bo@x.example").await;
    let path = format!("/operators/{}/link", made["operator"]["id"].as_str().unwrap());
    let mut links = Vec::new();
    for key in ["k2", "k2", "k3"] {
        let response = door.send(Method::POST, &path, &[("idempotency-key", key)], None).await;
        links.push(body(response).await["sign_in_link"].as_str().unwrap().to_owned());
    }
    assert!(links[0] == links[1] && links[0] != links[2], "{links:?}");
}

#[tokio::test]
async fn readiness_waits_for_no_writer() {
    let door = Door::open().await;
    data_keys::get_or_create(&door.test.app, "approval_mac").await.unwrap();
    let _writer = AuditedTx::begin(&door.test.app).await.unwrap();
    let request = Request::builder().uri_str("/readyz").finish();
    let response = api(&door.test.app).get_response(request).await;
    assert_eq!(body(response).await["checks"]["migrations"], "ok");
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day_and_its_answer_is_sealed() {
    let door = Door::open().await;
    let (_, made) = door.invite("k1", "bo@x.example").await;
    let link = made["sign_in_link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let folder = door.test.app.data_dir.path();
    for file in
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
    {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(link.len()).any(|found| found == link.as_bytes()), "{file:?}");
    }
    door.test.clock.advance(door.test.app.timing.process.idempotency_ttl + std::time::Duration::from_secs(1));
    // The session has ended by then; a new one of the same person may use the key again.
    let again = json!({"email": "ada@x.example", "password": PASSWORD}).to_string();
    let response = door.send(Method::POST, "/session", &[], Some(&again)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let cookie = response.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let csrf = body(response).await["csrf_token"].as_str().unwrap().to_owned();
    let door = Door { cookie, csrf, ..door };
    assert_eq!(door.invite("k1", "cy@x.example").await.0, StatusCode::CREATED);
}
