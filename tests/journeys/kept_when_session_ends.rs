//! A session that ends while somebody types costs a sign-in, not the words.

use std::time::Duration;

use countersign_tests::captured::Forbidden;
use countersign_tests::forms::{Form, form_to, forms};
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Draft, Harness};
use serde_json::json;

const WORDS: &str = "Typed for an hour, never saved";

/// The composer of an existing draft.
async fn composer(stage: &Stage, draft: &Draft) -> Form {
    let path = format!("/drafts/{}", draft.id());
    let page = stage.author.page(&format!("{path}/edit")).await;
    form_to(page.is(200).says("<form"), &path).choosing("then", "save")
}

#[tokio::test]
async fn what_was_typed_comes_back_after_signing_in_and_is_saved_only_then() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let form = composer(&stage, &draft).await.with("title", WORDS);

    h.advance(Duration::from_secs(31 * 60));
    let asked = stage.author.press("/", &form).await;
    assert!((400..500).contains(&asked.status), "{}: {}", asked.status, asked.text());
    let door = form_to(asked.says(WORDS), "/sign-in");
    let door = door.with("email", &stage.author.email).with("password", &stage.author.password);
    let signed_in = stage.author.press("/", &door).await.is(200).says(WORDS);

    // Nothing was saved without the person; one more press does it.
    let again = forms(&signed_in).into_iter().find(|form| form.value("title").is_some());
    let again = again.unwrap_or_else(|| panic!("no way to send it again: {signed_in}"));
    assert_eq!(h.reviewer_again().await.look(draft.id()).await.revision(), draft.revision());
    stage.author.press("/", &again).await.is(303);
    assert_eq!(h.reviewer_again().await.look(draft.id()).await.json["title"], WORDS);
    h.finish().await;
}

#[tokio::test]
async fn a_password_that_was_typed_is_not_kept() {
    let h = Harness::start().await;
    let author = h.author().await;
    let page = author.page("/account/password").await.is(200).text().to_owned();
    let typed = "Nobody reads this but me";
    h.captured().secret("a password that was typed", typed, Forbidden::Everywhere);
    let form = ["current", "new", "again"]
        .iter()
        .fold(form_to(&page, "/account/password"), |form, field| form.with(field, typed));
    // With the proof of another session, and then of one that has ended.
    let again = author.press("/account/password", &form.clone().with("csrf", "old")).await;
    let again = form_to(again.is(403).text(), "/account/password");
    assert!(
        again.value("new").is_none() && !again.fields.iter().any(|(_, value)| value == typed),
        "{again:?}"
    );
    h.advance(Duration::from_secs(31 * 60));
    assert!(author.press("/account/password", &form).await.is(303).location().starts_with("/sign-in?"));
    h.finish().await;
}

#[tokio::test]
async fn a_refused_form_shows_what_was_typed() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let form = composer(&stage, &draft).await;
    let wrong = form.with("title", &"Far too long ".repeat(20)).with("description", "But this is good.");
    let answer = stage.author.press("/", &wrong).await;
    answer.is(422).says("But this is good.");
    answer.says("Far too long Far too long");
    assert_eq!(stage.author.look(draft.id()).await.revision(), draft.revision());
    h.finish().await;
}

#[tokio::test]
async fn somebody_elses_change_in_between_is_not_overwritten() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let form = composer(&stage, &draft).await.with("title", WORDS);
    let other = h.person("Second Author", &["author"]).await;
    other.edit(&other.look(draft.id()).await, json!({"title": "Theirs"})).await.ok();
    let answer = stage.author.press("/", &form).await;
    answer.is(412).says("Theirs");
    answer.says(WORDS);
    assert_eq!(stage.author.look(draft.id()).await.json["title"], "Theirs");
    h.finish().await;
}

#[tokio::test]
async fn what_is_typed_and_left_is_offered_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let form = composer(&stage, &draft).await.with("title", WORDS);
    let path = format!("/drafts/{}", draft.id());
    stage.author.plain_post(&format!("{path}/autosave")).form(&form.fields).go().await.is(204);
    assert_eq!(stage.author.look(draft.id()).await.revision(), draft.revision(), "autosaving is no revision");
    stage.author.page(&format!("{path}/edit")).await.is(200).says(WORDS);
    let theirs = h.person("Second Author", &["author"]).await.page(&format!("{path}/edit")).await;
    assert!(!theirs.text().contains(WORDS), "what is not saved is one's own");
    h.finish().await;
}
