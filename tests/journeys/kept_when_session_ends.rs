//! A session that ends while somebody types costs a sign-in, not the words.

use std::time::Duration;

use countersign_tests::Harness;
use countersign_tests::forms::form_to;
use countersign_tests::harness::RECIPES;
use serde_json::json;

#[tokio::test]
async fn what_was_typed_is_there_after_signing_in_again() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let path = format!("/drafts/{}", draft.id());
    let edit = stage.author.page(&format!("{path}/edit")).await;
    let page = if edit.status == 200 { edit } else { stage.author.page(&path).await };
    let action =
        if page.text().contains(&format!("{path}/edit")) { format!("{path}/edit") } else { path.clone() };
    let form = form_to(page.is(200).says("<form"), &action).with("title", "Typed for an hour, never saved");

    h.advance(Duration::from_secs(31 * 60));
    let answer = stage.author.press(&path, &form).await;
    // Either the page asks to sign in and carries the words along, or it shows them with a way to sign in.
    assert!(answer.status < 500, "{}", answer.text());
    assert_eq!(h.author().await.get("/me").await.status, 401, "the session has ended");
    let words = "Typed for an hour, never saved";
    let kept_on_page = answer.text().contains(words);
    stage.author.sign_in().await.is(201);
    let after = stage.author.page(&path).await.text();
    assert!(kept_on_page || after.contains(words), "the words are lost: {} {}", answer.status, answer.text());
    // And nothing was saved without the person.
    assert_eq!(stage.author.look(draft.id()).await.revision(), draft.revision());
    h.finish().await;
}

#[tokio::test]
async fn a_refused_form_shows_what_was_typed() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let path = format!("/drafts/{}", draft.id());
    let edit = stage.author.page(&format!("{path}/edit")).await;
    let page = if edit.status == 200 { edit } else { stage.author.page(&path).await };
    let action =
        if page.text().contains(&format!("{path}/edit")) { format!("{path}/edit") } else { path.clone() };
    let form = form_to(page.is(200).says("<form"), &action);
    let wrong = form.with("title", &"Far too long ".repeat(20)).with("description", "But this is good.");
    let answer = stage.author.press(&path, &wrong).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    answer.says("But this is good.");
    answer.says("Far too long Far too long");
    assert_eq!(stage.author.look(draft.id()).await.revision(), draft.revision());
    h.finish().await;
}
