//! The words of a Pin.

use std::collections::{BTreeMap, BTreeSet};

use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::html::{Element, Page};
use countersign_tests::naughty::{has_control, strings, tidied};
use countersign_tests::{Draft, Harness, pictures};
use serde_json::{Map, Value, json};

use super::{nothing_broke_out, read, refused, text};

/// The fields, and the most characters of each.
const FIELDS: [(&str, usize); 3] = [("title", 100), ("description", 800), ("alt_text", 500)];

/// Whether a text may stand in a field.
fn fits(field: &str, limit: usize, typed: &str) -> bool {
    tidied(typed).chars().count() <= limit && !has_control(typed, field == "description")
}

/// What may be typed into a link besides the text itself.
fn links(typed: &str) -> [String; 2] {
    [typed.to_owned(), format!("https://halden.example/{typed}")]
}

/// Makes a draft of one text in every field; what is refused is left out of it. The draft's id and what it must say.
async fn planted(stage: &Stage, asset: &str, typed: &str, link: &str) -> (String, Map<String, Value>) {
    let mut fields = json!({"connection_id": stage.connection, "asset_id": asset, "link": link});
    for (field, _) in FIELDS {
        fields[field] = typed.into();
    }
    let mut answer = stage.author.create_draft(fields.clone()).await;
    if answer.status != 201 {
        let wrong = refused(&answer, typed);
        for (field, limit) in FIELDS {
            let is_told = wrong.iter().any(|name| name == field);
            assert_eq!(!is_told, fits(field, limit, typed), "{field}: {typed:?}: {}", answer.text());
        }
        for name in wrong {
            fields.as_object_mut().unwrap().remove(&name).unwrap_or_else(|| panic!("{name}: {typed:?}"));
        }
        answer = stage.author.create_draft(fields.clone()).await;
    }
    let draft = Draft::of(answer.is(201));
    (draft.id().to_owned(), fields.as_object().unwrap().clone())
}

/// Everything that was planted.
async fn all_planted(h: &Harness, stage: &Stage) -> Vec<(String, Map<String, Value>)> {
    let asset = stage.author.upload_png(pictures::picture(90)).await["id"].as_str().unwrap().to_owned();
    let mut planted_ones = Vec::new();
    for (at, typed) in strings().iter().enumerate() {
        planted_ones.push(planted(stage, &asset, typed, &links(typed)[at % 2]).await);
    }
    // Half of the links were tried bare and the other half behind a host; here the other way round, alone.
    for (at, typed) in strings().iter().enumerate() {
        let fields = json!({"connection_id": stage.connection, "link": links(typed)[1 - at % 2]});
        let answer = stage.author.create_draft(fields.clone()).await;
        match answer.status {
            201 => {
                planted_ones.push((Draft::of(&answer).id().to_owned(), fields.as_object().unwrap().clone()))
            }
            _ => assert_eq!(refused(&answer, typed), ["link"]),
        }
    }
    let links = planted_ones.iter().filter(|(_, fields)| fields.contains_key("link")).count();
    assert!(links > 150, "only {links} links were taken");
    assert!(h.log().await.of("review.draft.created").len() == planted_ones.len());
    planted_ones
}

/// What a field of the draft must say now.
fn wanted(fields: &Map<String, Value>, field: &str) -> String {
    tidied(fields.get(field).and_then(Value::as_str).unwrap_or_default())
}

#[tokio::test]
async fn they_come_out_of_the_api_the_log_and_the_pages_as_they_went_in() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let planted = all_planted(&h, &stage).await;

    let listed = stage.author.all("/drafts?limit=200").await;
    let listed: BTreeMap<&str, &Value> = listed.iter().map(|draft| (text(draft, "id"), draft)).collect();
    let log = h.log().await;
    let told: BTreeMap<&str, &Value> = log
        .of("review.draft.created")
        .into_iter()
        .map(|event| (event.object(), &event.content["draft"]))
        .collect();
    for (id, fields) in &planted {
        for field in ["title", "description", "alt_text", "link"] {
            let wanted = wanted(fields, field);
            assert_eq!(text(listed[id.as_str()], field), wanted, "{field}");
            assert_eq!(text(told[id.as_str()], field), wanted, "{field}");
        }
    }

    let plain = json!({"title": "A", "description": "B", "alt_text": "C", "link": "https://halden.example/"});
    let plain = stage.author.draft(&stage.connection, RECIPES, plain).await;
    let mut shapes = read(&stage.author, &format!("/drafts/{}", plain.id())).await.shapes();
    shapes.extend(bare(&stage).await.shapes());
    for (id, fields) in planted.iter().take(strings().len()) {
        let page = read(&stage.author, &format!("/drafts/{id}")).await;
        nothing_broke_out(&page, &shapes, &wanted(fields, "title"));
        shown(&page, fields);
    }
    h.finish().await;
}

/// The page of a draft that says nothing.
async fn bare(stage: &Stage) -> Page {
    let bare = Draft::of(&stage.author.create_draft(json!({"connection_id": stage.connection})).await);
    read(&stage.author, &format!("/drafts/{}", bare.id())).await
}

/// That the page of a draft shows what it says, no more and no less.
#[track_caller]
fn shown(page: &Page, fields: &Map<String, Value>) {
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let is = |name: &'static str, class: &'static str| move |element: &Element| element.is(name, class);
    let title = wanted(fields, "title");
    assert_eq!(page.text(|element| element.name == "h1"), or(title.clone(), "Pin without a title"));
    assert_eq!(page.texts(is("p", "title"))[0], or(title, "No title yet"));
    let description = wanted(fields, "description");
    let lines = page.texts(is("p", "lines")).into_iter().next().unwrap_or_default();
    assert_eq!(lines, description);
    let alt = countersign_api::hidden::spelled_out(&wanted(fields, "alt_text"));
    assert!(page.elements().any(|element| element.name == "img" && element.get("alt") == alt), "{alt:?}");
    let link = wanted(fields, "link");
    let code = page.texts(|element| element.name == "code" && element.get("dir") == "ltr");
    assert_eq!(code.into_iter().next().unwrap_or_default(), link);
}

#[tokio::test]
async fn a_reviewer_sees_what_is_signed_and_what_is_hidden_in_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let mut shapes = BTreeSet::new();
    for _ in 0..2 {
        let plain = h.draft_in_review(&stage).await;
        shapes.extend(read(&stage.reviewer, &format!("/review?draft={}", plain.id())).await.shapes());
    }
    let (mut hidden, mut signed) = (0, 0);
    for (at, typed) in strings().iter().enumerate() {
        let is_hidden = countersign_api::hidden::first(&tidied(typed)).is_some();
        let is_asked = is_hidden || typed.contains('<') || at % 25 == 0;
        if tidied(typed).is_empty() || !fits("title", 100, typed) || !is_asked {
            continue;
        }
        let fields = json!({"title": typed, "description": typed, "alt_text": typed});
        let draft = stage.author.draft(&stage.connection, RECIPES, fields.clone()).await;
        stage.author.submit(&draft).await;
        let page = stage.reviewer.page(&format!("/review?draft={}", draft.id())).await.is(200).text();
        let says = page.contains("The title has characters that nobody sees");
        assert_eq!(says, is_hidden, "{typed:?}");
        assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{2067}', '\u{e0041}', '\u{2028}']), "{typed:?}");
        let page = Page::read(&page);
        nothing_broke_out(&page, &shapes, typed);
        let title = page.text(|element| element.name == "h1");
        assert_eq!(title, tidied(typed));
        let named = page.element(|element| element.name == "h1").get("dir") == "auto";
        assert!(named, "it is kept apart");
        (hidden, signed) = (hidden + usize::from(is_hidden), signed + 1);
    }
    assert!(hidden >= 8 && signed > 60, "{hidden} of {signed}");
    h.finish().await;
}

#[tokio::test]
async fn what_changed_is_shown_with_what_is_hidden_in_it() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let draft = stage.author.draft(&stage.connection, RECIPES, json!({"title": "A tart.jpg"})).await;
    stage.author.edit(&draft, json!({"title": "A tart\u{202e}gpj.exe"})).await.ok();
    let page = stage.author.page(&format!("/drafts/{}?from=1&to=2", draft.id())).await.is(200).text();
    assert!(!page.contains('\u{202e}'), "it is not let loose");
    let page = Page::read(&page);
    let sides = |class: &'static str| page.texts(move |element: &Element| element.is("dd", class));
    assert!(sides("was").contains(&"A tart.jpg".to_owned()), "{:?}", sides("was"));
    assert!(sides("now").contains(&"A tart\u{202e}gpj.exe".to_owned()), "{:?}", sides("now"));
    h.finish().await;
}
