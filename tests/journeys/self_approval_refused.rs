//! Nobody countersigns what they wrote, whatever their roles.

use countersign_tests::forms::form_to;
use countersign_tests::harness::RECIPES;
use countersign_tests::{Actor, Draft, Harness};
use serde_json::json;

const ALL_ROLES: &[&str] = &["author", "reviewer", "admin", "auditor"];

/// That the person cannot approve, that it is told, and that no Pin comes of it.
async fn is_refused(h: &Harness, person: &Actor, draft: &Draft) {
    let seen = person.look(draft.id()).await;
    person.try_approve(&seen).await.refused(403, "own_draft");
    assert_eq!(person.look(draft.id()).await.state(), "in_review");
    h.publish().await;
    assert_eq!(h.creates(), 0);
    let log = h.log().await;
    assert!(log.of("review.approved").is_empty());
    assert!(log.has("access.refused", &person.id), "{:?}", log.kinds());
}

#[tokio::test]
async fn somebody_with_all_roles() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let everything = h.person("Eve Everything", ALL_ROLES).await;
    let draft = everything.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = everything.submit(&draft).await;
    is_refused(&h, &everything, &draft).await;
    // Another one may.
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    h.the_pin();
    h.finish().await;
}

#[tokio::test]
async fn the_first_person_of_the_installation() {
    let h = Harness::builder()
        .variable("COUNTERSIGN_BOOTSTRAP_EMAIL", "first@halden.example")
        .variable("COUNTERSIGN_BOOTSTRAP_PASSWORD", "bootstrap canary 2291")
        .start()
        .await;
    let mut first = h.anonymous();
    first.name = "first".into();
    first.email = "first@halden.example".into();
    first.password = "bootstrap canary 2291".into();
    let session = first.sign_in().await.is(201).json();
    first.id = session["operator"]["id"].as_str().unwrap().to_owned();
    let connection = first.connect("rehearsal", countersign_tests::harness::ACCOUNT).await;
    let draft = first.draft(&connection, RECIPES, json!({})).await;
    let draft = first.submit(&draft).await;
    is_refused(&h, &first, &draft).await;
    h.finish().await;
}

#[tokio::test]
async fn the_owner_of_the_token_that_wrote_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let owner = h.person("Tove Tokens", ALL_ROLES).await;
    let script = h.token_of(&owner, &["drafts:read", "drafts:write"]).await;
    let draft = script.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = script.submit(&draft).await;
    is_refused(&h, &owner, &draft).await;
    // No scope lets a token decide, its own draft or not.
    script.try_approve(&draft).await.problem(403);
    let other = h.draft_in_review(&stage).await;
    script.try_approve(&other).await.problem(403);
    h.finish().await;
}

#[tokio::test]
async fn somebody_who_edited_anothers_draft() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let both = h.person("Bo Both", &["author", "reviewer"]).await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    both.edit(&both.look(draft.id()).await, json!({"title": "Better"})).await.ok();
    // Also where the first author put everything back as it was.
    let edited = stage.author.look(draft.id()).await;
    stage.author.edit(&edited, json!({"title": "Plum tart with almonds"})).await.ok();
    let draft = stage.author.submit(&stage.author.look(draft.id()).await).await;
    is_refused(&h, &both, &draft).await;
    h.finish().await;
}

#[tokio::test]
async fn an_author_who_became_a_reviewer_later() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    let path = format!("/operators/{}", stage.author.id);
    let roles = json!({"roles": ["reviewer"]});
    h.admin().await.call(reqwest::Method::PATCH, &path).json(roles).go().await.ok();
    stage.author.sign_in().await.is(201);
    is_refused(&h, &stage.author, &draft).await;
    h.finish().await;
}

#[tokio::test]
async fn the_page_says_why_and_has_no_button() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let both = h.person("Bo Both", &["author", "reviewer"]).await;
    let draft = both.draft(&stage.connection, RECIPES, json!({})).await;
    let draft = both.submit(&draft).await;
    let (desk, approve) =
        (format!("/review?draft={}", draft.id()), format!("/drafts/{}/approve", draft.id()));
    let own = both.page(&desk).await;
    let text = own.is(200).main();
    assert!(text.contains("You wrote"), "the reason is told: {text}");
    assert!(!text.contains(&approve) && !text.contains("name=\"digest\""), "there is a button: {text}");

    // Whoever may decide finds on the same page what the author does not.
    let others = stage.reviewer.page(&desk).await.is(200).text();
    let form = form_to(&others, &approve);
    assert_eq!(form.value("digest"), Some(draft.digest()));
    let refused = both.press(&desk, &form.with("csrf", &both.csrf().unwrap())).await;
    assert_eq!(refused.status, 403, "a form made by hand");
    assert_eq!(both.look(draft.id()).await.state(), "in_review");
    h.finish().await;
}
