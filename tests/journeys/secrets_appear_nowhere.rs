//! Secrets of every kind are used, refused, rotated; afterwards none stands in a file, a log, a page or an answer.
//!
//! The search itself is part of every journey's end; this one makes sure that there is much to find.

use std::time::Duration;

use countersign_tests::Harness;
use countersign_tests::captured::{Forbidden, contains};
use countersign_tests::consent::{Press, parameter};
use countersign_tests::harness::{ACCOUNT, RECIPES, Stage};
use countersign_tests::promises::files_at_rest;
use serde_json::json;

#[tokio::test]
async fn after_a_day_of_use_and_misuse() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    let (admin, auditor) = (h.admin().await, h.auditor().await);

    // Sign-ins that fail, with the secret in the wrong field.
    let nobody = h.anonymous();
    nobody.post("/session", json!({"email": stage.author.password, "password": stage.author.email})).await;
    nobody.post("/session", json!({"link": stage.author.password})).await;
    nobody.page(&format!("/sign-in/{}", stage.author.password.replace(' ', "%20"))).await;

    // Callbacks with a real code, refused for each reason.
    let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    let url = begun.json()["authorize_url"].as_str().unwrap().to_owned();
    let callback = countersign_tests::consent::consent(&url, ACCOUNT, Press::Approve).await;
    nobody.open_callback(&callback).await;
    let code = parameter(&callback, "code").unwrap();
    h.captured().secret("an OAuth code", &code, Forbidden::Everywhere);
    h.with_fault(json!({
        "operation": "oauth/token", "fault": "status", "status": 400,
        "message": format!("code={code} is not valid, Basic c2VjcmV0 Bearer abc"),
    }));
    admin.open_callback(&callback).await;

    // A second factor in use, and its codes in wrong fields.
    let owner = h.person("Fia Factor", &["author"]).await;
    let factor = owner.turn_on_second_factor(h.app().now()).await;
    owner.in_another_browser().sign_in_with(&factor.codes[0]).await.is(201);
    owner.in_another_browser().sign_in_with(&factor.secret).await.refused(401, "totp_wrong");
    nobody
        .post("/session", json!({"email": factor.codes[1], "password": factor.codes[2]}))
        .await
        .problem(401);
    nobody.post("/session", json!({"link": factor.codes[3], "totp": factor.secret})).await.problem(401);
    nobody.page(&format!("/sign-in/{}", factor.codes[4])).await.is(404);
    owner.page("/account/second-factor").await.is(200);

    // Upstream errors that echo a token.
    let script = h.token(&["drafts:read", "drafts:write"]).await;
    script.draft(&stage.connection, RECIPES, json!({})).await;
    h.approved_draft(&stage).await;
    h.with_fault(json!({
        "operation": "pins/create", "fault": "status", "status": 400, "code": 1,
        "message": "Bad token pina_abcdefghijklmnopqrstuvwxyz in Authorization: Bearer pina_abcdefghijklmnopqrstuvwxyz",
    }));
    h.publish().await;

    // What people type that looks like a secret is not taken.
    let typed =
        json!({"connection_id": stage.connection, "description": "my token: pina_ABCDEFGHIJKLMNOPQRST"});
    stage.author.create_draft(typed).await.problem(422);

    read_everything(&h, &stage).await;
    auditor.all("/audit/events?limit=200").await;
    h.advance(Duration::from_secs(60));
    h.run_workers().await;
    h.restart().await;
    admin.get("/connections").await.ok();

    let canaries = h.captured().canaries();
    for name in [
        "a password",
        "the app's secret",
        "the master key",
        "an OAuth code",
        "an API token",
        "a session's cookie",
        "the secret of a second factor",
        "a recovery code",
    ] {
        assert!(canaries.iter().any(|canary| canary.name == name), "no canary of {name}");
    }
    h.finish().await;
}

/// Opens every page as everybody; what one may not open is refused and nothing else.
async fn read_everything(h: &Harness, stage: &Stage) {
    let (admin, auditor, founder) = (h.admin().await, h.auditor().await, h.founder().await);
    let draft = stage.author.all("/drafts").await[0]["id"].as_str().unwrap().to_owned();
    let pages = ["/", "/review", "/connections", "/settings", "/account", &format!("/drafts/{draft}")];
    for person in [&stage.author, &stage.reviewer, &admin, &auditor, &founder] {
        for path in pages {
            person.page(path).await.is(200);
        }
    }
    for (path, reader) in [("/audit", &auditor), ("/operators", &admin)] {
        reader.page(path).await.is(200);
        stage.author.page(path).await.is(403);
    }
}

#[tokio::test]
async fn the_access_log_has_routes_and_no_queries() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    admin.connect("rehearsal", ACCOUNT).await;
    admin.page("/?q=a-word-that-somebody-looked-for").await;
    let logs: Vec<_> =
        files_at_rest(&h.data_dir()).into_iter().filter(|path| path.ends_with_logs()).collect();
    assert!(!logs.is_empty(), "there is an access log");
    let text: String = logs.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert!(text.contains("/oauth/callback"));
    assert!(!contains(text.as_bytes(), "state=con."));
    assert!(!contains(text.as_bytes(), "a-word-that-somebody-looked-for"));
    for line in text.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(entry["status"].is_number(), "{line}");
    }
    h.finish().await;
}

/// Whether a path is one of the access log's files.
trait LogFile {
    fn ends_with_logs(&self) -> bool;
}

impl LogFile for std::path::PathBuf {
    fn ends_with_logs(&self) -> bool {
        self.extension().is_some_and(|extension| extension == "ndjson")
    }
}
