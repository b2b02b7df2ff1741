//! A create that is repeated under its key is answered again and not done again.

use countersign_tests::{Actor, Answer, Harness};
use reqwest::Method;
use serde_json::{Value, json};

async fn create(person: &Actor, path: &str, key: &str, body: &Value) -> Answer {
    person.call(Method::POST, path).header("idempotency-key", key).json(body.clone()).go().await
}

#[tokio::test]
async fn a_repeated_create_makes_one_draft() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let body = json!({"connection_id": stage.connection, "title": "Once"});
    let first = create(&stage.author, "/drafts", "key-1", &body).await.is(201).json();
    let second = create(&stage.author, "/drafts", "key-1", &body).await.is(201).json();
    assert_eq!(first["id"], second["id"]);
    assert_eq!(stage.author.all("/drafts").await.len(), 1);

    // Another body under the same key is a mistake; the same key of another person is another key.
    let other = json!({"connection_id": stage.connection, "title": "Other"});
    let mixed_up = create(&stage.author, "/drafts", "key-1", &other).await;
    assert!(matches!(mixed_up.status, 409 | 422), "{}", mixed_up.text());
    mixed_up.problem(mixed_up.status);
    let another = h.person("Second Author", &["author"]).await;
    create(&another, "/drafts", "key-1", &body).await.is(201);
    create(&stage.author, "/drafts", "key-2", &body).await.is(201);
    assert_eq!(stage.author.all("/drafts").await.len(), 3);
    h.finish().await;
}

#[tokio::test]
async fn what_a_person_was_answered_is_not_answered_to_a_program_of_theirs() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let owner = h.person("Tove Tokens", &["author", "reviewer", "admin", "auditor"]).await;
    let body = json!({"connection_id": stage.connection, "title": "Once"});
    create(&owner, "/drafts", "key-1", &body).await.is(201);
    let made = owner.make_token("x", &["drafts:write"]).await.is(201).json();
    let program = owner.with_bearer(made["token"].as_str().unwrap());
    create(&program, "/drafts", "key-1", &body).await.refused(422, "idempotency_key_reused");
    h.finish().await;
}

#[tokio::test]
async fn of_two_at_once_one_is_done() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let body = json!({"connection_id": stage.connection, "title": "Once"});
    let (one, two) = tokio::join!(
        create(&stage.author, "/drafts", "key-1", &body),
        create(&stage.author, "/drafts", "key-1", &body)
    );
    assert!([one.status, two.status].contains(&201), "{} {}", one.text(), two.text());
    assert_eq!(stage.author.all("/drafts").await.len(), 1);
    h.finish().await;
}

#[tokio::test]
async fn what_is_handed_out_once_is_not_kept_for_a_repetition() {
    // The search for secrets at the end looks into the table of saved answers, too.
    let h = Harness::start().await;
    let owner = h.person("Tove Tokens", &["author", "reviewer", "admin", "auditor"]).await;
    let person = json!({"name": "Ines", "email": "ines@halden.example", "roles": ["author"]});
    let made = create(&owner, "/operators", "key-p", &person).await.is(201).json();
    let link = countersign_tests::actor::link_of(&made);
    let secret = link.rsplit('/').next().unwrap();
    h.captured().secret("a one-time link", secret, countersign_tests::captured::Forbidden::AtRest);
    let token = json!({"name": "x", "scopes": ["drafts:read"]});
    let made = create(&owner, "/tokens", "key-t", &token).await.is(201).json();
    let secret = made["token"].as_str().unwrap();
    h.captured().secret("an API token", secret, countersign_tests::captured::Forbidden::AtRest);
    create(&owner, "/operators", "key-p", &person).await;
    create(&owner, "/tokens", "key-t", &token).await;
    assert_eq!(owner.get("/tokens").await.ok()["items"].as_array().unwrap().len(), 1);
    h.finish().await;
}
