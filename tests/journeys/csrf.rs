//! What a page of somebody else's could make a browser send is refused.

use countersign::pages::PAGES;
use countersign_tests::forms::form_to;
use countersign_tests::{Answer, Harness, Ids};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_session_without_its_token_changes_nothing() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let author = stage.author.clone();
    let csrf = author.csrf().unwrap();
    let fields = json!({"connection_id": stage.connection, "title": "Forged"});
    for token in ["", "wrong", &csrf[..csrf.len() - 1], &stage.reviewer.csrf().unwrap()] {
        author.use_csrf(token);
        author.create_draft(fields.clone()).await.problem(403);
    }
    author.use_csrf(&csrf);
    assert!(author.all("/drafts").await.is_empty());
    author.create_draft(fields).await.is(201);
    h.finish().await;
}

#[tokio::test]
async fn a_request_from_elsewhere_is_refused_whatever_it_brings() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let headers = [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for (name, value) in headers {
        let call =
            stage.author.call(Method::POST, "/drafts").json(json!({"connection_id": stage.connection}));
        let answer: Answer = call.header(name, value).go().await;
        assert_eq!(answer.status, 403, "{name}: {value}: {}", answer.text());
    }
    assert!(stage.author.all("/drafts").await.is_empty());
    h.finish().await;
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let path = format!("/drafts/{}/approve", draft.id());
    let fields = [("digest", draft.digest())];
    let answer = stage.reviewer.plain_post(&path).form(&fields).go().await;
    assert!((400..500).contains(&answer.status), "{}: {}", answer.status, answer.text());
    let fields = [("digest", draft.digest()), ("csrf", "wrong"), ("csrf_token", "wrong")];
    let answer = stage.reviewer.plain_post(&path).form(&fields).go().await;
    assert!((400..500).contains(&answer.status), "{}: {}", answer.status, answer.text());
    assert_eq!(stage.author.look(draft.id()).await.state(), "in_review");
    h.finish().await;
}

#[tokio::test]
async fn reading_changes_nothing() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    for verb in ["approve", "submit", "withdraw", "reject", "undo", "cancel", "request-changes"] {
        let answer = stage.reviewer.get(&format!("/drafts/{}/{verb}", draft.id())).await;
        assert!(matches!(answer.status, 404 | 405), "GET {verb}: {}", answer.status);
        let answer = stage.reviewer.page(&format!("/drafts/{}/{verb}", draft.id())).await;
        assert!(answer.status >= 300, "GET page {verb}: {}", answer.status);
    }
    assert_eq!(stage.author.look(draft.id()).await.state(), "in_review");
    h.finish().await;
}

#[tokio::test]
async fn a_token_needs_none_and_a_cookie_beside_it_does_not_count() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let script = h.token(&["drafts:read", "drafts:write"]).await;
    script.create_draft(json!({"connection_id": stage.connection, "title": "By a script"})).await.is(201);
    let nobody = h.anonymous();
    nobody.create_draft(json!({"connection_id": stage.connection})).await.problem(401);
    nobody.with_bearer("cs_not-a-token").get("/drafts").await.problem(401);
    h.finish().await;
}

#[tokio::test]
async fn pages_cannot_be_framed_nor_run_strangers_scripts() {
    let h = Harness::start().await;
    let author = h.author().await;
    for path in ["/", "/sign-in", "/drafts/new", "/account", "/no-such-page"] {
        let answer = author.page(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("cache-control").contains("no-store"), "{path}");
    }
    h.finish().await;
}

/// Every operation that changes something: method and path.
fn changing() -> Vec<(Method, String)> {
    let document: Value = serde_json::from_str(&countersign_api::http::document()).unwrap();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let methods = methods.as_object().unwrap().keys().filter(|method| *method != "get");
        all.extend(
            methods
                .map(|method| (Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path.clone())),
        );
    }
    assert!(all.len() > 25, "{all:?}");
    all
}

/// What a page of another site could make a browser send along, with which the session's own token does not help.
const FOREIGN: [(&str, &str); 7] = [
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("origin", "http://127.0.0.1"),
    ("origin", ""),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-site", ""),
];

#[tokio::test]
async fn no_operation_is_anothers_to_call() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let ids = Ids::of_things(&h, &stage).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let (own, other) = (everything.csrf().unwrap(), stage.reviewer.csrf().unwrap());
    let before = h.log().await.0.len();
    for (method, path) in changing()
        .into_iter()
        .filter(|(method, path)| (method.as_str(), path.as_str()) != ("POST", "/session"))
    {
        let call = || everything.call(method.clone(), &ids.fill(&path)).if_match("*").json(json!({}));
        for token in ["", "wrong", &own[1..], &other] {
            everything.use_csrf(token);
            let answer = call().go().await;
            assert_eq!(answer.status, 403, "{method} {path} with {token:?}: {}", answer.text());
            answer.problem(403);
        }
        everything.use_csrf(&own);
        for (name, value) in FOREIGN {
            let answer = call().header(name, value).go().await;
            assert_eq!(answer.status, 403, "{method} {path} with {name} {value:?}: {}", answer.text());
        }
        // What a form of another site can send without asking first, with the cookie that the browser adds.
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
        {
            everything.use_csrf("");
            let plain = everything.call(method.clone(), &ids.fill(&path)).body(content_type, b"{}".to_vec());
            let answer = plain.go().await;
            assert!(matches!(answer.status, 403 | 415), "{method} {path} {content_type}: {}", answer.text());
        }
        everything.use_csrf(&own);
    }
    assert_eq!(h.log().await.0.len(), before, "{:?}", h.log().await.kinds().split_off(before));
    h.finish().await;
}

#[tokio::test]
async fn no_button_is_anothers_to_press() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let ids = Ids::of_things(&h, &stage).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let csrf = everything.csrf().unwrap();
    let before = h.log().await.0.len();
    for (_, path) in PAGES.iter().filter(|(method, _)| *method == "post") {
        let path = ids.fill(path);
        for (name, value) in FOREIGN {
            let call =
                everything.request(Method::POST, &path).form(&[("csrf", csrf.as_str())]).header(name, value);
            let answer = call.go().await;
            assert_eq!(answer.status, 403, "{path} with {name} {value:?}: {}", answer.text());
        }
        // Of several, each counts.
        let call = everything
            .request(Method::POST, &path)
            .form(&[("csrf", csrf.as_str())])
            .header("origin", &h.base());
        assert_eq!(call.header("origin", "https://evil.example").go().await.status, 403, "{path}");
    }
    // That it was refused is told, and nothing else.
    let told = h.log().await.kinds().split_off(before).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(told.iter().all(|kind| kind == "access.refused"), "{told:?}");
    h.finish().await;
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_site() {
    let h = Harness::start().await;
    let author = h.author().await;
    let nobody = h.anonymous();
    let body = json!({"email": author.email, "password": author.password});
    for (name, value) in FOREIGN {
        let answer = nobody.call(Method::POST, "/session").json(body.clone()).header(name, value).go().await;
        assert_eq!(answer.status, 403, "{name} {value:?}: {}", answer.text());
        let fields = [("email", author.email.as_str()), ("password", author.password.as_str())];
        let answer = nobody.request(Method::POST, "/sign-in").form(&fields).header(name, value).go().await;
        assert_eq!(answer.status, 403, "{name} {value:?}: {}", answer.text());
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
    {
        let call = nobody.call(Method::POST, "/session").body(content_type, body.to_string().into_bytes());
        call.go().await.problem(415);
    }
    nobody.page("/account").await.is(303);
    h.finish().await;
}

/// A browser that does not say where a form comes from proves it by what stands in the form and by its cookie.
#[tokio::test]
async fn a_form_before_there_is_a_session_proves_that_it_is_ours() {
    let h = Harness::start().await;
    let author = h.author().await;
    let (browser, other) = (author.in_another_browser(), h.anonymous());
    let door = form_to(browser.page("/sign-in").await.text(), "/sign-in");
    let others = form_to(other.page("/sign-in").await.text(), "/sign-in");
    let (own, others) = (door.value("csrf").unwrap().to_owned(), others.value("csrf").unwrap().to_owned());
    assert_ne!(own, others);
    let fields = [("email", author.email.as_str()), ("password", author.password.as_str())];
    let sign_in = |csrf: String| {
        let fields = fields
            .iter()
            .copied()
            .chain([("csrf", csrf.as_str())])
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        browser.request(Method::POST, "/sign-in").form(&fields.collect::<Vec<_>>())
    };
    for csrf in ["", "wrong", &own[1..], &others] {
        let answer = sign_in(csrf.to_owned()).go().await;
        assert_eq!(answer.status, 403, "{csrf:?}: {}", answer.text());
        answer.says("could not be checked");
        answer.says("keep cookies");
        let theme = [("theme", "dark"), ("return_to", "/privacy-policy"), ("csrf", csrf)];
        let answer = browser.request(Method::POST, "/theme").form(&theme).go().await;
        assert_eq!(answer.status, 403, "{csrf:?}: {}", answer.text());
        answer.says("href=\"/privacy-policy\"");
        browser.page("/account").await.is(303);
    }
    let theme = [("theme", "dark"), ("return_to", "/privacy-policy"), ("csrf", own.as_str())];
    let answer = browser.request(Method::POST, "/theme").form(&theme).go().await;
    assert_eq!(answer.is(303).location(), "/privacy-policy");
    sign_in(own).go().await.is(303);
    browser.page("/account").await.is(200);
    h.finish().await;
}

#[tokio::test]
async fn looking_changes_nothing_whatever_else_it_says() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let ids = Ids::of_things(&h, &stage).await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let before = h.log().await.0.len();
    let csrf = everything.csrf().unwrap();
    for (method, path) in changing() {
        for safe in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let path = format!("{}?_method={method}&csrf={csrf}", ids.fill(&path));
            let call = everything.call(safe.clone(), &path).header("x-http-method-override", method.as_str());
            let answer = call.header("x-csrf-token", &csrf).go().await;
            assert!(answer.status < 500, "{safe} {path}: {}", answer.text());
            assert!(answer.header("access-control-allow-origin").is_empty(), "{path}");
        }
    }
    for (_, path) in PAGES.iter().filter(|(method, _)| *method == "post") {
        let answer = everything.page(&format!("{}?_method=post&csrf={csrf}", ids.fill(path))).await;
        assert!(answer.status < 500, "{path}: {}", answer.text());
    }
    let told = h.log().await.kinds().split_off(before).into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(
        told.iter().all(|kind| kind.starts_with("audit.") || kind == "api.request" || kind == "api.response"),
        "{told:?}"
    );
    everything.get("/me").await.ok();
    h.finish().await;
}
