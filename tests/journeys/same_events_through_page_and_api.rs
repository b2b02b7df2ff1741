//! The pages and the API are two doors to the same house: the same story leaves the same events, but for `via`.

use countersign_tests::forms::form_to;
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::{Actor, Harness, pictures};
use reqwest::multipart;
use serde_json::json;

/// The types of the story's events, in order, and through which door they came.
async fn story(h: &Harness, draft: &str) -> Vec<(String, String)> {
    let log = h.log().await;
    let about = log.0.iter().filter(|event| event.object() == draft);
    about.map(|event| (event.kind().to_owned(), event.fact("via").to_owned())).collect()
}

async fn by_api(h: &Harness) -> Vec<(String, String)> {
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    stage.author.edit(&draft, json!({"title": "Plum tart, revised"})).await.ok();
    let draft = stage.author.submit(&stage.author.look(draft.id()).await).await;
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    story(h, draft.id()).await
}

async fn by_page(h: &Harness) -> Vec<(String, String)> {
    let stage = h.stage().await;
    let id = compose(&stage).await;
    revise(&stage.author, &id).await;
    press(&stage.author, &format!("/drafts/{id}"), &format!("/drafts/{id}/submit")).await;
    press(&stage.reviewer, &format!("/review?draft={id}"), &format!("/drafts/{id}/approve")).await;
    h.publish().await;
    story(h, &id).await
}

/// Writes a draft on the page, image and all; its id.
async fn compose(stage: &Stage) -> String {
    let page =
        stage.author.page(&format!("/drafts/new?connection={}", stage.connection)).await.is(200).text();
    let form = form_to(&page, "/drafts")
        .with("title", "Plum tart with almonds")
        .with("description", "Short crust, twelve plums, an hour of patience.")
        .with("alt_text", "A round tart on a blue table")
        .with("link", "https://halden.example/recipes/plum-tart")
        .choosing("board", RECIPES)
        .choosing("then", "save");
    let file =
        multipart::Part::bytes(pictures::picture(90)).file_name("tart.png").mime_str("image/png").unwrap();
    let parts = form
        .fields
        .iter()
        .fold(multipart::Form::new(), |parts, (name, value)| parts.text(name.clone(), value.clone()));
    let answer = stage.author.plain_post("/drafts").multipart(parts.part("image", file)).go().await;
    let location = answer.is(303).location();
    location.split(['?', '#']).next().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn revise(author: &Actor, id: &str) {
    let path = format!("/drafts/{id}");
    let page = author.page(&format!("{path}/edit")).await.is(200).text();
    let form = form_to(&page, &path).with("title", "Plum tart, revised").choosing("then", "save");
    author.press(&path, &form).await.is(303);
}

async fn press(person: &Actor, page: &str, action: &str) {
    let shown = person.page(page).await.is(200).text();
    person.press(page, &form_to(&shown, action)).await.is(303);
}

#[tokio::test]
async fn one_story_two_doors() {
    let (api, page) = (Harness::start().await, Harness::start().await);
    let (through_api, through_page) = (by_api(&api).await, by_page(&page).await);
    let kinds = |story: &[(String, String)]| story.iter().map(|(kind, _)| kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&through_api), kinds(&through_page));
    for (told, via) in [(&through_api, "api"), (&through_page, "page")] {
        let by_people = told.iter().filter(|(kind, _)| kind.starts_with("review."));
        assert!(by_people.clone().all(|(_, door)| door == via), "{told:?}");
        assert!(by_people.count() >= 4, "{told:?}");
    }
    api.finish().await;
    page.finish().await;
}
