//! People and programs: who may do what, by the roles and scopes that an admin gives.

use countersign_tests::Harness;
use countersign_tests::actor::link_of;
use countersign_tests::harness::RECIPES;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_admin_invites_changes_and_disables_people() {
    let h = Harness::start().await;
    let (admin, founder) = (h.admin().await, h.founder().await);
    let made = admin.invite("Ines New", "ines@halden.example", &["author"]).await.is(201).json();
    let newcomer = h.anonymous();
    let session = newcomer.sign_in_by_link(&link_of(&made)).await.is(201).json();
    let id = session["operator"]["id"].as_str().unwrap().to_owned();
    newcomer.get("/drafts").await.ok();
    newcomer.get("/operators").await.problem(403);

    let path = format!("/operators/{id}");
    admin.call(Method::PATCH, &path).json(json!({"roles": ["auditor"]})).go().await.ok();
    newcomer.get("/audit/events").await.ok();
    admin.call(Method::PATCH, &path).json(json!({"disabled": true})).go().await.ok();
    newcomer.get("/drafts").await.problem(401);

    // Nobody is left who could undo it: refused.
    let own = format!("/operators/{}", admin.id);
    let founders = format!("/operators/{}", founder.id);
    admin.call(Method::PATCH, &founders).json(json!({"disabled": true})).go().await.ok();
    admin.call(Method::PATCH, &own).json(json!({"disabled": true})).go().await.refused(409, "last_admin");
    let log = h.log().await;
    for kind in ["access.operator_invited", "access.role_changed", "access.operator_disabled"] {
        assert!(!log.of(kind).is_empty(), "{kind} is not in {:?}", log.kinds());
    }
    h.finish().await;
}

#[tokio::test]
async fn a_reviewer_whose_approvals_wait_is_disabled_only_by_whoever_says_so() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let admin = h.admin().await;
    let path = format!("/operators/{}", stage.reviewer.id);
    for change in [json!({"disabled": true}), json!({"roles": ["author"]})] {
        let refused =
            admin.call(Method::PATCH, &path).json(change).go().await.refused(409, "voids_approvals");
        assert_eq!(refused["would_void"], json!([draft.id()]));
    }
    admin.call(Method::PATCH, &path).json(json!({"name": "Rae Renamed"})).go().await.ok();
    let said = json!({"disabled": true, "void_approvals": true});
    admin.call(Method::PATCH, &path).json(said).go().await.ok();
    h.publish().await;
    assert_eq!(h.creates(), 0, "nothing goes out on a disabled reviewer's approval");
    h.finish().await;
}

#[tokio::test]
async fn wrong_fields_are_named_and_an_address_belongs_to_one_person() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    for (name, email, roles) in [
        ("", "a@halden.example", vec!["author"]),
        ("A", "not an address", vec!["author"]),
        ("A", "a@halden.example", vec!["boss"]),
        ("A", "ALMA.ADMIN@halden.example", vec!["author"]),
    ] {
        let answer = admin.invite(name, email, &roles).await;
        assert!(matches!(answer.status, 400 | 409 | 422), "{name} {email} {roles:?}: {}", answer.status);
        answer.problem(answer.status);
    }
    h.finish().await;
}

#[tokio::test]
async fn only_admins_make_people_and_tokens() {
    let h = Harness::start().await;
    for person in [h.author().await, h.reviewer().await, h.auditor().await] {
        person.invite("X", "x@halden.example", &["admin"]).await.problem(403);
        person.make_token("x", &["drafts:read"]).await.problem(403);
        person.get("/operators").await.problem(403);
    }
    let nobody = h.anonymous();
    nobody.get("/operators").await.problem(401);
    nobody.get("/drafts").await.problem(401);
    h.finish().await;
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let reading = h.token(&["drafts:read"]).await;
    reading.get("/drafts").await.ok();
    reading.get("/connections").await.ok();
    reading.create_draft(json!({"connection_id": stage.connection})).await.problem(403);
    reading.get("/audit/events").await.problem(403);
    reading.get(&format!("/publications/{}", draft.id())).await.problem(403);

    let writing = h.token(&["drafts:read", "drafts:write"]).await;
    let own = writing.draft(&stage.connection, RECIPES, json!({})).await;
    writing.submit(&own).await;
    let auditing = h.token(&["audit:read"]).await;
    auditing.get("/audit/events").await.ok();
    auditing.get("/drafts").await.problem(403);

    for script in [&reading, &writing, &auditing] {
        script.try_approve(&draft).await.problem(403);
        script.post_empty("/publishing/pause").await.problem(403);
        script.get("/operators").await.problem(403);
        script.make_token("another", &["drafts:write"]).await.problem(403);
        script.put("/me/password", json!({"new": "a password by a script 1"})).await.problem(403);
    }
    let log = h.log().await;
    assert!(log.has("review.draft.created", "\"via\":\"token\""), "{:?}", log.kinds());
    h.finish().await;
}

#[tokio::test]
async fn a_token_that_may_only_write_is_told_what_became_of_its_draft() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let script = h.token(&["drafts:write"]).await;
    let body = json!({"connection_id": stage.connection, "title": "Once"});
    let create =
        || script.call(Method::POST, "/drafts").header("idempotency-key", "k").json(body.clone()).go();
    let (first, again) = (create().await.is(201).json(), create().await.is(201).json());
    assert_eq!(first["id"], again["id"], "it is not made twice");
    let path = format!("/drafts/{}/reschedule", first["id"].as_str().unwrap());
    let nothing_said = script.post(&path, json!({})).await.problem(422);
    assert!(nothing_said.to_string().contains("publish_at"), "{nothing_said}");
    script.post(&path, json!({"publish_at": null})).await.ok();

    let listed = |query: String| {
        let author = stage.author.clone();
        async move { author.all(&format!("/drafts?{query}")).await.len() }
    };
    assert_eq!(listed(format!("connection={}", stage.connection)).await, 1);
    assert_eq!(listed("connection=con_0".to_owned()).await, 0);
    assert_eq!(listed(format!("author={}", stage.author.id)).await, 0, "the token's owner made it");
    assert_eq!(listed("board=1".to_owned()).await, 0);
    stage.author.get("/drafts?author=con_0").await.problem(400);
    h.finish().await;
}

#[tokio::test]
async fn unknown_scopes_are_refused_and_a_revoked_token_is_dead() {
    let h = Harness::start().await;
    let owner = h.person("Tove Tokens", &["author", "reviewer", "admin", "auditor"]).await;
    for scope in ["approve", "drafts:approve", "*", ""] {
        let answer = owner.make_token("x", &[scope]).await;
        assert!(matches!(answer.status, 400 | 422), "{scope}: {}", answer.status);
    }
    let made = owner.make_token("x", &["drafts:read"]).await.is(201).json();
    let script = owner.with_bearer(made["token"].as_str().unwrap());
    script.get("/drafts").await.ok();
    let listed = owner.get("/tokens").await.ok().to_string();
    assert!(!listed.contains(made["token"].as_str().unwrap()), "a token is shown once");
    owner.delete(&format!("/tokens/{}", made["id"].as_str().unwrap()), None).await.ok();
    script.get("/drafts").await.problem(401);
    h.finish().await;
}

#[tokio::test]
async fn a_token_ends_with_its_owner() {
    let h = Harness::start().await;
    let script = h.token(&["drafts:read"]).await;
    script.get("/drafts").await.ok();
    let path = format!("/operators/{}", script.id);
    h.admin().await.call(Method::PATCH, &path).json(json!({"disabled": true})).go().await.ok();
    script.get("/drafts").await.problem(401);
    h.finish().await;
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_ends_other_sessions() {
    let h = Harness::start().await;
    let author = h.author().await;
    let elsewhere = author.in_another_browser();
    elsewhere.sign_in().await.is(201);
    let new = "a longer new canary 88";
    let wrong = elsewhere.put("/me/password", json!({"current": "wrong", "new": new})).await;
    assert!(matches!(wrong.status, 401 | 403 | 422), "{}", wrong.status);
    elsewhere.put("/me/password", json!({"current": author.password, "new": "short"})).await.problem(422);
    elsewhere.put("/me/password", json!({"current": author.password, "new": new})).await.ok();
    author.get("/me").await.problem(401);
    author.in_another_browser().sign_in().await.problem(401);
    assert!(!h.log().await.of("access.password_changed").is_empty());
    h.finish().await;
}
