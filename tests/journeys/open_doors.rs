//! What who is not signed in may use: a short list with a reason for each, and nothing else. It gets shorter; whoever
//! makes it longer needs a good reason.

use std::collections::BTreeSet;
use std::fs;

use countersign::pages::PAGES;
use countersign_tests::actor::Call;
use countersign_tests::documented::Document;
use countersign_tests::source::root;
use countersign_tests::{Actor, Answer, Harness, Ids};
use reqwest::Method;
use serde_json::json;

/// Method, path, why.
const OPEN: &[(&str, &str, &str)] = &[
    ("POST", "/api/v1/session", "signs in"),
    ("GET", "/sign-in", "the form that signs in"),
    ("POST", "/sign-in", "signs in"),
    ("GET", "/sign-in/:token", "shows the button behind a one-time link"),
    ("POST", "/sign-in/:token", "signs in by a one-time link"),
    ("GET", "/oauth/callback", "where Pinterest sends a browser back; the session is asked for inside"),
    ("HEAD", "/oauth/callback", "so that looking at the address uses nothing up"),
    ("GET", "/privacy-policy", "is for everybody whom it is about"),
    ("POST", "/theme", "the look of the page, also of the one that signs in"),
    ("GET", "/healthz", "for whatever watches the process"),
    ("GET", "/readyz", "for whatever watches the process"),
    ("GET", "/version", "for whatever watches the process"),
    ("GET", "/openapi.json", "describes the API; the repository has it, too"),
    ("GET", "/docs", "describes the API"),
    ("GET", "/assets/:name", "style sheet, script and icons of the page that signs in"),
];

/// What is neither an operation of the API nor a page, from the lines that mount it.
pub(super) fn mounted() -> Vec<String> {
    let text = fs::read_to_string(root().join("api/src/http/mod.rs")).unwrap();
    let paths = text.split(".at(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut paths: Vec<String> = paths.map(str::to_owned).collect();
    let pages = fs::read_to_string(root().join("console/src/pages/mod.rs")).unwrap();
    assert_eq!(pages.matches(".nest(\"").count(), 1, "only the files are nested among the pages");
    assert!(pages.contains(".nest(\"/assets\""));
    paths.push("/assets/:name".to_owned());
    paths
}

/// Every route there is.
fn routes() -> Vec<(String, String)> {
    let document = Document::read();
    let operations = document.operations();
    let operations = operations.into_iter().map(|(method, path, _)| (method, format!("/api/v1{path}")));
    let pages = PAGES.iter().map(|(method, path)| (method.to_uppercase(), (*path).to_owned()));
    let rest = mounted().into_iter().map(|path| ("GET".to_owned(), path));
    operations.chain(pages).chain(rest).collect()
}

/// Comes without anything that proves who it is.
fn request(nobody: &Actor, method: &str, path: &str) -> Call {
    let path = match path.strip_prefix("/api/v1") {
        Some(path) => format!("/api/v1{}", Ids::of_nothing().fill(path)),
        None => Ids::of_nothing().fill(path).replace(":name", "countersign.css"),
    };
    if method == "POST" && !path.starts_with("/api/") {
        return nobody.plain_post(&path).form(&[("x", "y")]);
    }
    let call = nobody.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    if path == "/api/v1/session" && method == "POST" {
        return call.json(json!({"email": "x@halden.example", "password": "x"}));
    }
    call
}

/// Whether the answer says no more than to sign in.
fn is_turned_away(answer: &Answer) -> bool {
    let text = answer.text();
    match answer.status {
        303 => answer.location().starts_with("/sign-in"),
        401 if answer.header("content-type").starts_with("application/problem") => {
            answer.json()["code"] == "not_signed_in"
        }
        401 => text.is_empty() || text.contains("name=\"kept_action\""),
        _ => false,
    }
}

#[tokio::test]
async fn what_is_open_is_on_the_list_and_nothing_else() {
    let h = Harness::start().await;
    let nobody = h.anonymous();
    let mut open = BTreeSet::new();
    for (method, path) in routes() {
        let answer = request(&nobody, &method, &path).go().await;
        assert!(answer.status < 500, "{method} {path}: {}", answer.text());
        if !is_turned_away(&answer) {
            open.insert((method, path));
        }
    }
    let listed: BTreeSet<(String, String)> =
        OPEN.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert!(OPEN.iter().all(|(.., why)| !why.is_empty()));
    let more: Vec<_> = open.difference(&listed).collect();
    let fewer: Vec<_> = listed.difference(&open).collect();
    assert!(more.is_empty(), "open to strangers, and not on the list: {more:?}");
    assert!(fewer.is_empty(), "on the list, and not open: take it off: {fewer:?}");
    println!("{} routes, {} of them open", routes().len(), open.len());
    h.finish().await;
}

#[tokio::test]
async fn strangers_leave_nothing_in_the_log_but_what_they_tried_at_a_door() {
    let h = Harness::start().await;
    let (nobody, before) = (h.anonymous(), h.log().await.0.len());
    for (method, path) in routes() {
        request(&nobody, &method, &path).go().await;
        // As another site makes a browser ask.
        let foreign = request(&nobody, &method, &path).header("origin", "https://elsewhere.example");
        foreign.header("sec-fetch-site", "cross-site").go().await;
    }
    let log = h.log().await;
    let told = &log.kinds()[before..];
    // A return from a consent page comes from another site by its nature.
    let doors = ["access.sign_in_failed", "oauth.callback.refused"];
    assert!(told.iter().all(|kind| doors.contains(kind)) && told.len() <= 6, "{told:?}");
    assert!(doors.iter().all(|door| told.contains(door)), "the doors were tried: {told:?}");
    h.finish().await;
}
