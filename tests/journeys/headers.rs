//! The headers that keep a browser to ourselves stand on every answer: pages, the API, files, errors.

use countersign::pages::PAGES;
use countersign_tests::{Actor, Answer, Harness, Ids};
use reqwest::Method;
use serde_json::{Value, json};

/// On every answer, exactly so.
const FIXED: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

#[track_caller]
fn locked(answer: &Answer) {
    let asked = format!("{} ({})", answer.asked, answer.status);
    for (name, value) in FIXED {
        assert_eq!(answer.header(name), value, "{asked}: {name}");
    }
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action "] {
        assert!(policy.contains(part), "{asked}: {part} is not in {policy}");
    }
    for part in ["unsafe", "*", "http:", "strict-dynamic"] {
        let is_consent = part == "http:" && policy.contains("form-action 'self' http://127.0.0.1:");
        assert!(!policy.contains(part) || is_consent, "{asked}: {part} is in {policy}");
    }
    assert!(matches!(answer.header("referrer-policy"), "same-origin" | "no-referrer"), "{asked}");
    let cache = answer.header("cache-control");
    let is_own_file = cache.contains("immutable") || cache == "no-cache";
    assert!(cache.contains("no-store") || cache.starts_with("private") || is_own_file, "{asked}: {cache:?}");
    for cookie in answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()) {
        assert!(
            cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"),
            "{cookie}"
        );
    }
    assert!(answer.header("server").is_empty() && answer.header("x-powered-by").is_empty(), "{asked}");
    assert!(answer.header("access-control-allow-origin").is_empty(), "{asked}");
}

/// What the API answers is no page: nothing in it could run, whoever opens it.
#[track_caller]
fn is_data(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("; sandbox"), "{}: {policy}", answer.asked);
    let kind = answer.header("content-type");
    let is_data = kind.is_empty() || kind.contains("json") || kind.starts_with("image/");
    assert!(is_data, "{}: {kind}", answer.asked);
}

/// A 401 of the API names the proof that is wanted, in a way that makes no browser ask for a password.
#[track_caller]
fn wants_proof(answer: &Answer) {
    let expected = if answer.status == 401 { "Bearer realm=\"Countersign\"" } else { "" };
    assert_eq!(answer.header("www-authenticate"), expected, "{} ({})", answer.asked, answer.status);
}

async fn ask(person: &Actor, method: &str, path: &str) -> Answer {
    let call = person.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path);
    if method == "get" { call.go().await } else { call.header("origin", "null").json(json!({})).go().await }
}

#[tokio::test]
async fn on_every_page_and_every_operation_whatever_comes_of_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let things = Ids::of_things(&h, &stage).await;
    let nothing = Ids::of_nothing();
    let document: Value = serde_json::from_str(&countersign_api::http::document()).unwrap();
    let mut asked = 0;
    for person in [&everything, &h.anonymous()] {
        for ids in [&things, &nothing] {
            for (method, path) in PAGES {
                let answer = ask(person, method, &ids.fill(path)).await;
                locked(&answer);
                assert!(answer.header("www-authenticate").is_empty(), "{}: pages have a door", answer.asked);
                asked += 1;
            }
            for (path, methods) in document["paths"].as_object().unwrap() {
                for method in methods.as_object().unwrap().keys() {
                    let answer = ask(person, method, &format!("/api/v1{}", ids.fill(path))).await;
                    locked(&answer);
                    is_data(&answer);
                    wants_proof(&answer);
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 400, "{asked}");
    for path in [
        "/healthz",
        "/readyz",
        "/version",
        "/openapi.json",
        "/docs",
        "/no/such/page",
        "/api/v1/none",
        "/api/v1",
        "/api",
        "/assets/none.css",
        "/%ff",
        "/docs/",
        "/api/v1/drafts/%ff",
    ] {
        locked(&everything.page(path).await);
    }
    let page = everything.page("/").await.text();
    for file in page
        .split("\"/assets/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|file| file.contains('.'))
    {
        locked(everything.page(&format!("/assets/{file}")).await.is(200));
    }
    h.finish().await;
}

#[tokio::test]
async fn the_reference_runs_its_own_scripts_alone() {
    let h = Harness::start().await;
    let answer = h.anonymous().page("/docs").await;
    let policy = answer.is(200).header("content-security-policy").to_owned();
    assert_eq!(policy.matches("'sha256-").count(), 3, "{policy}");
    locked(&answer);
    h.finish().await;
}

#[tokio::test]
async fn an_uploaded_image_is_an_image_wherever_it_is_opened() {
    let h = Harness::start().await;
    let author = h.author().await;
    let asset = author
        .upload(countersign_tests::pictures::jpeg(300, 450, 3), "text/html", "x.html")
        .await
        .is(201)
        .json();
    let id = asset["id"].as_str().unwrap();
    for path in [
        format!("/api/v1/assets/{id}/content"),
        format!("/assets/{id}/content"),
        format!("/assets/{id}/thumbnail"),
    ] {
        let answer = author.page(&path).await;
        locked(answer.is(200));
        is_data(&answer);
        assert_eq!(answer.header("content-type"), "image/jpeg", "{path}");
        assert_eq!(answer.header("content-disposition"), "inline", "{path}");
    }
    h.finish().await;
}
