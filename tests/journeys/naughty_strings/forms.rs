//! The same through the pages' own forms.

use countersign_tests::forms::{Form, form_to, forms};
use countersign_tests::harness::RECIPES;
use countersign_tests::html::Page;
use countersign_tests::naughty::{has_control, some, strings, tidied};
use countersign_tests::{Actor, Harness};
use serde_json::json;

use super::{read, text};

#[tokio::test]
async fn a_pin_that_is_written_in_the_composer() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let form = form_to(stage.author.page("/drafts/new").await.is(200).text(), "/drafts");
    let mut taken = 0;
    for typed in strings() {
        let filled = ["title", "description", "alt_text"]
            .iter()
            .fold(form.clone(), |form, name| form.with(name, &typed));
        let filled = filled.choosing("then", "save");
        let answer = stage.author.press("/drafts/new", &filled).await;
        if answer.status == 303 {
            let draft = stage.author.get(&answer.location()).await.ok();
            for field in ["title", "description", "alt_text"] {
                assert_eq!(text(&draft, field), tidied(&typed), "{field}");
            }
            taken += 1;
            continue;
        }
        let page = Page::read(&answer.is(422).text());
        assert_eq!(page.elements().filter(|element| element.name == "script").count(), 1, "{typed:?}");
        // What was typed is still there; of what no page can hold (a zero, a lone carriage return) a browser keeps less.
        if !has_control(&typed, true) && !typed.contains('\r') {
            let title = page.element(|element| element.get("id") == "f-title");
            assert_eq!(title.get("value"), typed);
            let description = page.text(|element| element.get("id") == "f-description");
            assert_eq!(description.strip_prefix('\n').unwrap(), typed);
        }
    }
    assert!(taken > 450, "{taken}");
    h.finish().await;
}

/// Types a text into every field of a form that people fill in.
fn filled(form: &Form, typed: &str) -> Form {
    let kept = [
        "csrf",
        "return_to",
        "digest",
        "privacy",
        "environment",
        "then",
        "theme",
        "revision",
        "role",
        "scope",
    ];
    let mut filled = form.clone();
    for (name, value) in &mut filled.fields {
        if !kept.contains(&name.as_str()) && !name.ends_with("_id") {
            typed.clone_into(value);
        }
    }
    filled
}

async fn all_forms(person: &Actor, page: &str) {
    let plain = person.page(page).await.is(200).text();
    for form in forms(&plain)
        .iter()
        .filter(|form| !matches!(form.action.as_str(), "/theme" | "/sign-out" | "/sign-in"))
    {
        let is_typed = filled(form, "?").fields != form.fields;
        for typed in some(form.action.len(), 23).iter().filter(|_| is_typed) {
            let form = filled(form, typed);
            let answer = match form.method.as_str() {
                "post" => person.press(page, &form).await,
                _ => {
                    let query = reqwest::Url::parse_with_params("http://x/", &form.fields).unwrap();
                    person.page(&format!("{}?{}", form.action, query.query().unwrap_or_default())).await
                }
            };
            assert!(answer.status < 500, "{page} {} {typed:?}: {}", form.action, answer.text());
            let location = answer.header("location");
            assert!(
                answer.status < 300
                    || answer.status >= 400
                    || location.starts_with('/')
                    || location.starts_with("http://127.0.0.1"),
                "{location}"
            );
            if answer.header("content-type").starts_with("text/html") && !answer.body.is_empty() {
                let page = Page::read(&answer.text());
                let scripts = page.elements().filter(|element| element.name == "script").count();
                assert_eq!(scripts, 1, "{} {typed:?}", form.action);
                let handlers = page.elements().flat_map(|element| element.attributes.keys());
                let handlers: Vec<_> = handlers.filter(|name| name.starts_with("on")).collect();
                assert!(handlers.is_empty(), "{} {typed:?}: {handlers:?}", form.action);
            }
        }
    }
}

#[tokio::test]
async fn every_other_form_holds_whatever_is_typed_into_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let everything = h.person("Eve Everything", &["author", "reviewer", "admin", "auditor"]).await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({})).await;
    let in_review = h.draft_in_review(&stage).await;
    let pages = [
        "/".to_owned(),
        "/audit".to_owned(),
        "/settings".to_owned(),
        "/operators".to_owned(),
        "/connections".to_owned(),
        "/account".to_owned(),
        format!("/drafts/{}", draft.id()),
        format!("/review?draft={}", in_review.id()),
    ];
    for page in pages {
        all_forms(&everything, &page).await;
    }
    let door = h.anonymous();
    let form = form_to(door.page("/sign-in").await.text(), "/sign-in");
    for typed in some(5, 20) {
        let answer =
            door.press("/sign-in", &form.clone().with("email", &typed).with("password", &typed)).await;
        assert!(matches!(answer.status, 401 | 429), "{typed:?}: {}", answer.status);
        let page = Page::read(&answer.text());
        if !has_control(&typed, false) {
            assert_eq!(page.element(|element| element.get("id") == "f-email").get("value"), typed);
        }
    }
    let page = read(&everything, "/operators").await;
    assert_eq!(page.elements().filter(|element| element.name == "script").count(), 1);
    h.finish().await;
}
