//! What was typed is not lost, whatever became of the draft meanwhile; and what a composer says beside it.

use std::time::Duration;

use super::support::{Browser, RECIPES, Site, Typed, picture};

/// A Pin that was countersigned, with its path.
async fn countersigned(site: &Site, ada: &Browser<'_>, rowan: &Browser<'_>) -> String {
    let connection = site.connect(ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    draft
}

fn late() -> Typed {
    Typed::pin().with("revision", "1").with("title", "Quince tart")
}

#[tokio::test]
async fn a_save_while_it_is_sent_keeps_the_words() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let draft = countersigned(&site, &ada, &rowan).await;
    let lost = r#"[{"operation":"pins/create","when":"before","fault":"reset"}]"#;
    site.pinterest().set_faults(serde_json::from_str(lost).unwrap()).unwrap();
    site.work(Duration::from_secs(11)).await;
    let page = ada.compose(&draft, &late(), "save").await;
    assert_eq!(page.status, 409, "{}", page.html);
    assert!(page.has("it is being sent") && page.typed("title") == "Quince tart", "{}", page.html);
    assert!(page.has(&format!("action=\"{draft}\"")) && page.hidden("revision") == Some("1"));
}

#[tokio::test]
async fn what_is_typed_into_a_draft_that_has_ended_becomes_another_one() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let draft = countersigned(&site, &ada, &rowan).await;
    let kept = ada.post(&format!("{draft}/autosave"), &[("title", "Half a thou"), ("revision", "1")]).await;
    assert_eq!(kept.status, 204);
    site.work(Duration::from_secs(11)).await;
    let connection = ada.get("/drafts/new").await;
    let connection = connection.hidden("connection_id").unwrap();
    let page = ada.compose(&draft, &late().with("connection_id", connection), "save").await;
    assert_eq!(page.status, 409, "{}", page.html);
    assert!(page.has("the Pin is published") || page.has("The Pin is published"), "{}", page.html);
    assert!(page.typed("title") == "Quince tart" && page.has("action=\"/drafts\""), "{}", page.html);
    let left = ada.get(&draft).await;
    assert!(left.has("Half a thou") && left.has("Duplicate it to go on"), "{}", left.html);
    assert!(!left.has("Go on writing"), "the composer does not open for it");
    site.finish(1).await;
}

#[tokio::test]
async fn a_new_draft_waits_for_its_author_until_it_is_saved_or_begun_anew() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let half = [("title", "Half a thou"), ("connection_id", &*connection), ("board", RECIPES)];
    assert_eq!(ada.post("/drafts/new/autosave", &half).await.status, 204);
    assert_eq!(rowan.post("/drafts/new/autosave", &half).await.status, 403, "Rowan is no author");
    let page = ada.get("/drafts/new").await;
    assert!(page.typed("title") == "Half a thou" && page.has("Begin anew"), "{}", page.html);
    let anew = ada.compose("/drafts", &Typed::pin(), "anew").await;
    assert_eq!((anew.status, anew.location.as_str()), (303, "/drafts/new"));
    assert!(ada.get("/drafts/new").await.typed("title").is_empty());
    ada.post("/drafts/new/autosave", &half).await;
    let saved = ada.compose("/drafts", &Typed::pin().with("connection_id", connection), "save").await;
    assert_eq!(saved.status, 303);
    assert!(ada.get("/drafts/new").await.typed("title").is_empty());
}

#[tokio::test]
async fn the_same_image_or_link_on_a_board_is_said_to_the_author_and_to_the_reviewer() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    assert!(rowan.desk(&draft).await.has("No other draft has its image or link on this board"));
    let typed = Typed::pin().with("connection_id", &*connection).with("title", "");
    let page = ada.compose("/drafts", &typed, &format!("sections:{RECIPES}")).await;
    assert!(page.has("Same link on this board") && page.has("“Plum tart”"), "{}", page.html);
    let other = typed.clone().with("link", "https://halden.example/pear").image(picture());
    let page = ada.compose("/drafts", &other, "account").await;
    assert!(page.has("Same image on this board"), "{}", page.html);
    let neither = typed.with("link", "https://halden.example/pear");
    assert!(!ada.compose("/drafts", &neither, "account").await.has("on this board"));
    let twin = ada.signs(&connection, "Plum tart again").await;
    let desk = rowan.desk(&twin).await;
    assert!(desk.has("Same image and link on this board"), "{}", desk.html);
}

#[tokio::test]
async fn a_chosen_time_says_how_far_off_it_is() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let typed = Typed::pin().with("connection_id", connection).with("publish_local", "2026-03-01T12:00");
    let page = ada.compose("/drafts", &typed, "account").await;
    assert!(page.has("Sun 1 Mar 2026, 12:00 UTC, in 2 h"), "{}", page.html);
    assert!(page.has("A screen reader says:") && page.has("On dark"));
}

#[tokio::test]
async fn the_answer_to_a_form_leads_back_to_its_page() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    let empty = ada.post(&format!("{draft}/comments"), &[("comment", " "), ("return_to", &draft)]).await;
    assert_eq!((empty.status, empty.hidden("return_to")), (422, Some(&*draft)));
    let desk = rowan.desk(&draft).await;
    let digest = desk.hidden("digest").unwrap();
    let page = rowan.post(&format!("{draft}/reject"), &[("digest", digest), ("note", "")]).await;
    let id = draft.rsplit('/').next().unwrap();
    assert_eq!((page.status, page.hidden("return_to")), (422, Some(&*format!("/review?draft={id}"))));
}

#[tokio::test]
async fn a_drafts_own_page_names_its_board_after_the_minute_in_which_names_are_kept() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    site.clock.advance(Duration::from_secs(61));
    assert!(ada.get("/?tab=review").await.has("board …0201"), "a list asks for nothing");
    assert!(ada.get(&draft).await.has("For Recipes on"));
    let away = r#"[{"operation":"boards/list","fault":"reset","times":0}]"#;
    site.pinterest().set_faults(serde_json::from_str(away).unwrap()).unwrap();
    site.clock.advance(Duration::from_secs(61));
    let page = ada.get(&draft).await;
    assert!(page.status == 200 && page.has("For board …0201"), "{}", page.html);
}
