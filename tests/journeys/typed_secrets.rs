//! Tokens that somebody types or pastes where words belong: refused, neither kept nor repeated, wherever it is.

use countersign_tests::captured::Forbidden;
use countersign_tests::forms::{form_to, forms};
use countersign_tests::harness::RECIPES;
use countersign_tests::{Answer, Harness};
use reqwest::Method;
use serde_json::json;

/// Texts of the form of a token of ours and of Pinterest's.
fn tokens() -> [String; 4] {
    let tail = "Zq7xW3kT9mB2vN5rL8pY1cF4hJ6sD0gA_eU-iOqRtXz";
    [format!("cs_{tail}"), format!("pina_{tail}"), format!("pinr.{tail}"), format!("see cs_{tail}, please")]
}

/// That it was refused with the status of wrong fields and is not repeated.
#[track_caller]
fn is_refused(answer: &Answer, token: &str) {
    assert_eq!(answer.status, 422, "{}: {}", answer.asked, answer.text());
    assert!(
        !answer.text().contains(token) && !answer.text().contains("Zq7xW3kT9"),
        "{} repeats it",
        answer.asked
    );
}

#[tokio::test]
async fn through_the_api() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let (author, reviewer, admin) = (&stage.author, &stage.reviewer, h.admin().await);
    let draft = h.draft_in_review(&stage).await;
    let own = author.draft(&stage.connection, RECIPES, json!({})).await;
    let at = |verb: &str| format!("/drafts/{}/{verb}", draft.id());
    for token in tokens() {
        h.captured().secret("what somebody typed", &token, Forbidden::Everywhere);
        for field in ["title", "description", "alt_text", "link"] {
            let text = if field == "link" {
                format!("https://halden.example/?t={}", token.replace(' ', "+"))
            } else {
                token.clone()
            };
            let fields = json!({"connection_id": stage.connection, field: text});
            is_refused(&author.create_draft(fields).await, &token);
            is_refused(&author.edit(&own, json!({field: text})).await, &token);
        }
        for (person, path, body) in [
            (author, at("comments"), json!({"note": token})),
            (reviewer, at("approve"), json!({"digest": draft.digest(), "note": token})),
            (reviewer, at("request-changes"), json!({"note": token})),
            (reviewer, at("reject"), json!({"note": token})),
            (
                &admin,
                "/operators".to_owned(),
                json!({"name": token, "email": "x@halden.example", "roles": ["author"]}),
            ),
            (
                &admin,
                "/operators".to_owned(),
                json!({"name": "X", "email": format!("{}@halden.example", token.rsplit("see ").next().unwrap_or_default().replace(", please", "")), "roles": ["author"]}),
            ),
            (&admin, "/tokens".to_owned(), json!({"name": token, "scopes": ["drafts:read"]})),
            (
                &admin,
                "/connections".to_owned(),
                json!({"environment": "rehearsal", "expected_username": token}),
            ),
            (
                author,
                format!("/connections/{}/boards", stage.connection),
                json!({"name": token, "privacy": "PUBLIC"}),
            ),
        ] {
            is_refused(&person.post(&path, body).await, &token);
        }
        let rename =
            admin.call(Method::PATCH, &format!("/operators/{}", author.id)).json(json!({"name": token}));
        is_refused(&rename.go().await, &token);
        if !token.contains(' ') {
            let call = author.call(Method::POST, "/drafts").header("idempotency-key", &token);
            let answer = call.json(json!({"connection_id": stage.connection})).go().await;
            is_refused(&answer, &token);
            answer.refused(422, "idempotency_key_secret");
        }
    }
    assert_eq!(author.all("/drafts").await.len(), 2);
    h.finish().await;
}

#[tokio::test]
async fn through_the_form_that_takes_a_pin_down() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    let page = format!("/publications/{}", draft.publication());
    let form = form_to(stage.reviewer.page(&page).await.is(200).text(), "/take-down");
    for token in tokens() {
        h.captured().secret("what somebody typed", &token, Forbidden::Everywhere);
        let form = form.clone().with("reason", &token);
        is_refused(&stage.reviewer.press(&page, &form).await, &token);
        is_refused(&stage.reviewer.press(&page, &form.choosing("sure", "yes")).await, &token);
    }
    assert_eq!(h.deletes(), 0);
    h.finish().await;
}

#[tokio::test]
async fn through_the_form_that_settles_an_unknown_outcome() {
    let h = Harness::builder().duplicating().start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!([
        {"operation": "pins/create", "fault": "duplicate"},
        {"operation": "pins/create", "when": "after", "fault": "reset"},
    ]));
    h.publish().await;
    h.advance(std::time::Duration::from_secs(5));
    h.run_workers().await;
    let page = format!("/publications/{}", draft.publication());
    let text = stage.reviewer.page(&page).await.is(200).text();
    let form = form_to(&text, "/resolve");
    let pin = forms(&text).into_iter().find(|form| form.value("pin_id").is_some()).unwrap();
    for token in tokens() {
        h.captured().secret("what somebody typed", &token, Forbidden::Everywhere);
        is_refused(&stage.reviewer.press(&page, &form.clone().with("reason", &token)).await, &token);
        let other = pin.clone().with("pin_id", &token).with("reason", "It is this one.");
        is_refused(&stage.reviewer.press(&page, &other).await, &token);
    }
    assert_eq!(stage.author.publication(&draft.publication()).await["state"], "needs_decision");
    h.finish().await;
}

#[tokio::test]
async fn through_the_pages() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let draft = h.draft_in_review(&stage).await;
    let composer = form_to(everything.page("/drafts/new").await.is(200).text(), "/drafts");
    let desk = format!("/review?draft={}", draft.id());
    let review = everything.page(&desk).await.is(200).text();
    let page = format!("/drafts/{}", draft.id());
    let own = everything.page(&page).await.is(200).text();
    let renamed = format!("/operators/{}", stage.author.id);
    for token in tokens() {
        h.captured().secret("what somebody typed", &token, Forbidden::Everywhere);
        for field in ["title", "description", "alt_text", "link", "new_board_name"] {
            for then in ["save", "submit", "account", "board", "boards:x"] {
                let form = composer.clone().with(field, &token).choosing("then", then);
                is_refused(&everything.press("/drafts/new", &form).await, &token);
            }
            let form = composer.clone().with(field, &token);
            let autosave = everything.plain_post("/drafts/new/autosave").form(&form.fields).go().await;
            is_refused(&autosave, &token);
        }
        for verb in ["approve", "request-changes", "reject"] {
            is_refused(&everything.press(&desk, &form_to(&review, verb).with("note", &token)).await, &token);
        }
        is_refused(
            &everything.press(&page, &form_to(&own, "/comments").with("comment", &token)).await,
            &token,
        );
        let forms = [
            ("/operators", "/operators", "name"),
            ("/operators", "/operators", "email"),
            ("/tokens", "/tokens", "token_name"),
            ("/connections", "/connections", "expected_username"),
            ("/connections", "/boards", "name"),
            ("/operators", &renamed, "name"),
        ];
        for (page, action, field) in forms {
            let form = form_to(everything.page(page).await.is(200).text(), action).with(field, &token);
            is_refused(&everything.press(page, &form).await, &token);
        }
        let door = h.anonymous();
        let form = form_to(door.page("/sign-in").await.text(), "/sign-in").with("email", &token);
        let answer = door.press("/sign-in", &form.with("password", "x")).await;
        assert!(matches!(answer.status, 401 | 429) && !answer.text().contains(&token));
    }
    assert_eq!(h.intruder().await.number("SELECT COUNT(*) FROM working_copy").await, 0);
    h.finish().await;
}

/// A form that comes from an earlier session, or from none, is shown again to be sent once more.
#[tokio::test]
async fn through_a_form_that_is_kept() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let page = format!("/drafts/{}", draft.id());
    let form = form_to(stage.author.page(&page).await.is(200).text(), "/comments");
    let kept = stage.author.press(&page, &form.clone().with("csrf", "old").with("comment", "Plums")).await;
    assert!(kept.status >= 400 && kept.text().contains("Plums"), "{}", kept.text());
    for token in tokens() {
        h.captured().secret("what somebody typed", &token, Forbidden::Everywhere);
        let form = form.clone().with("csrf", "old").with("comment", &token);
        for who in [&stage.author, &h.anonymous()] {
            let answer = who.press(&page, &form).await;
            assert!(answer.status >= 400 && !answer.text().contains(&token), "{} repeats it", answer.asked);
        }
    }
    h.finish().await;
}
