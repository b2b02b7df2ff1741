//! What a page of somebody else's could make a browser send is refused.

use countersign_tests::{Answer, Harness};
use reqwest::Method;
use serde_json::json;

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
