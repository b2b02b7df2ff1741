//! Writing a Pin without JavaScript: nothing that was typed is lost, whatever is wrong.

use super::support::{Page, RECIPES, Site, Typed, picture};

#[tokio::test]
async fn what_is_refused_comes_back_whole_with_the_image() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let wrong = Typed::pin()
        .with("connection_id", &*connection)
        .with("title", "x".repeat(101))
        .with("link", "ftp://nowhere")
        .with("publish_local", "2026-03-29T02:30")
        .with("publish_zone", "Europe/Berlin")
        .image(picture());
    let page = ada.compose("/drafts", &wrong, "save").await;
    assert_eq!(page.status, 422);
    for words in ["3 things to fix", "href=\"#f-title\"", "Take out 1", "https://", "does not exist"] {
        assert!(page.has(words), "{words}");
    }
    assert_eq!((page.typed("title"), page.typed("link")), ("x".repeat(101), "ftp://nowhere".to_owned()));
    assert_eq!(page.typed("description"), "Twelve plums.");
    assert!(is_chosen(&page, RECIPES) && page.has("a tart.png"));
    let asset = page.hidden("asset_id").unwrap();

    let mended = Typed::pin().with("connection_id", &*connection).with("asset_id", asset);
    let saved = ada.compose("/drafts", &mended, "save").await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    let draft = ada.get(&saved.location).await;
    assert!(draft.has("Plum tart") && draft.has(&format!("/assets/{asset}/content")), "{}", draft.html);
    assert!(ada.get("/?tab=drafts").await.has("1 Pin, and that is all"));
    site.finish(0).await;
}

fn is_chosen(page: &Page, board: &str) -> bool {
    page.has(&format!("name=\"board\" value=\"{board}\" checked"))
}

#[tokio::test]
async fn a_time_that_occurs_twice_is_asked_and_then_kept() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let typed = Typed::pin()
        .with("connection_id", connection)
        .with("publish_local", "2026-10-25T02:30")
        .with("publish_zone", "Europe/Berlin");
    let asked = ada.compose("/drafts", &typed, "save").await;
    assert!(asked.status == 422 && asked.has("That time occurs twice") && asked.has("value=\"+01:00\""));
    let saved = ada.compose("/drafts", &typed.with("publish_offset", "+01:00"), "save").await;
    assert!(ada.get(&saved.location).await.has("Sun 25 Oct 2026, 02:30 (+01:00) Europe/Berlin"));

    let fields = [("publish_local", "2027-03-28T02:30"), ("publish_zone", "Europe/Berlin")];
    let gap = ada.post(&format!("{}/reschedule", saved.location), &fields).await;
    assert!(gap.status == 422 && gap.has("does not exist") && gap.typed("publish_local") == fields[0].1);
    let none = ada.post(&format!("{}/reschedule", saved.location), &[("publish_local", "")]).await;
    assert_eq!((none.status, none.location), (303, saved.location));
}

#[tokio::test]
async fn boards_and_sections_are_asked_for_and_a_board_is_created_on_the_way() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let typed = Typed::pin().with("connection_id", &*connection).with("new_board_privacy", "PUBLIC");
    let unnamed = [("name", " "), ("privacy", "PUBLIC")];
    let unnamed = ada.post(&format!("/connections/{connection}/boards"), &unnamed).await;
    assert!(unnamed.status == 422 && unnamed.has(" autofocus aria-invalid"), "{}", unnamed.html);
    let page = ada.compose("/drafts", &typed, &format!("sections:{RECIPES}:")).await;
    assert!(page.status == 200 && page.has("Recipes › Bakes") && page.typed("title") == "Plum tart");
    let unnamed = ada.compose("/drafts", &typed.clone().with("new_board_name", " "), "board").await;
    assert!(unnamed.status == 422 && unnamed.has("1 to 180 characters"), "{}", unnamed.html);
    let created = ada.compose("/drafts", &typed.clone().with("new_board_name", "Plums"), "board").await;
    assert!(created.status == 200 && created.has("The board “Plums” was created and chosen."));
    assert!(!is_chosen(&created, RECIPES) && created.typed("title") == "Plum tart");
    let protected = typed.clone().with("new_board_name", "Pits").with("new_board_privacy", "PROTECTED");
    let protected = ada.compose("/drafts", &protected, "board").await;
    assert!(protected.has("Pits") && !protected.has(" secret"), "{}", protected.html);
    let later = ada.compose("/drafts", &typed, &format!("sections:{RECIPES}:nonsense")).await;
    let first = ada.compose("/drafts", &typed, &format!("sections:{RECIPES}")).await;
    assert!(first.has("Recipes › Bakes") && later.html != first.html, "the page of boards is asked for, too");
    let away = ada.compose("/drafts", &typed, "boards:nonsense").await;
    assert!(away.status == 200 && is_kept(&away), "{}", away.html);
}

/// Another page of boards, or none at all: the chosen board stays chosen.
fn is_kept(page: &Page) -> bool {
    is_chosen(page, RECIPES) || page.hidden("board") == Some(RECIPES)
}

#[tokio::test]
async fn a_draft_can_be_saved_while_pinterest_is_away() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    site.pinterest()
        .set_faults(
            serde_json::from_str(r#"[{"operation":"boards/list","fault":"reset","times":0}]"#).unwrap(),
        )
        .unwrap();
    site.clock.advance(std::time::Duration::from_secs(61));
    let page = ada.get("/drafts/new").await;
    assert!(page.status == 200 && page.has("The boards could not be loaded"), "{}", page.html);
    let typed = Typed::pin().with("connection_id", connection);
    let saved = ada.compose("/drafts", &typed, "save").await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    let edit = ada.get(&format!("{}/edit", saved.location)).await;
    assert!(edit.has("The board that you chose before is kept") && edit.hidden("board") == Some(RECIPES));
}

#[tokio::test]
async fn signing_says_what_is_missing_and_keeps_the_draft() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let none = ["title", "description", "alt_text", "link", "board"];
    let nothing =
        none.iter().fold(Typed::pin().with("connection_id", &*connection), |it, name| it.with(name, ""));
    let page = ada.compose("/drafts", &nothing, "submit").await;
    assert!(page.status == 422 && page.has("Image: Add an image"), "{}", page.html);
    assert!(!ada.get("/?tab=drafts").await.has("No title yet"), "nothing is kept of nothing");
    let bare = Typed::pin().with("connection_id", connection).with("board", "");
    let page = ada.compose("/drafts", &bare, "submit").await;
    assert_eq!(page.status, 422);
    for words in ["2 things to fix", "Choose the board", "Add an image", "Saved as a draft"] {
        assert!(page.has(words), "{words}: {}", page.html);
    }
    let (_, rest) = page.html.split_once("action=\"/drafts/drf_").unwrap();
    let action = format!("/drafts/drf_{}", rest.split('"').next().unwrap());
    let whole = Typed::pin().with("revision", "1").image(picture());
    let signed = ada.compose(&action, &whole, "submit").await;
    assert_eq!((signed.status, signed.location.as_str()), (303, action.as_str()), "{}", signed.html);
    assert!(ada.get(&action).await.has("Signed. It now waits for a second person."));
    assert_eq!(ada.get("/drafts/new?connection=nonsense").await.status, 200);
    site.finish(0).await;
}

#[tokio::test]
async fn a_time_that_is_probably_not_meant_is_told_to_both() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let passed = Typed::pin().with("connection_id", connection).with("publish_local", "2020-01-01T09:00");
    let odd = passed.with("publish_zone", "EST5EDT").with("description", "One.\n\nTwo.").image(picture());
    let draft = ada.compose("/drafts", &odd, "submit").await.location;
    let told = "This time has passed: it goes out as soon as it is countersigned";
    let page = ada.get(&format!("{draft}/edit")).await;
    assert!(page.has(told) && page.has("6 years ago"), "{}", page.html);
    assert!(page.has("<option value=\"EST5EDT\" selected>") && !page.has("value=\"EST\""));
    let desk = rowan.desk(&draft).await;
    assert!(desk.has(told) && desk.has("<p class=\"lines\">One.\n\nTwo.</p>"), "{}", desk.html);
}

#[tokio::test]
async fn somebody_elses_change_is_not_overwritten_unseen() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let typed = Typed::pin().with("connection_id", connection);
    let draft = ada.compose("/drafts", &typed, "save").await.location;
    let first = typed.clone().with("revision", "1").with("title", "Pear tart");
    assert_eq!(ada.compose(&draft, &first, "save").await.status, 303);
    let late = typed.with("revision", "1").with("title", "Quince tart");
    let page = ada.compose(&draft, &late, "save").await;
    assert_eq!(page.status, 412);
    assert!(page.has("Ada saved revision 2") && page.has("It now says: Pear tart"), "{}", page.html);
    assert_eq!((page.typed("title").as_str(), page.hidden("revision")), ("Quince tart", Some("2")));
    let again = ada.compose(&draft, &late.with("revision", "2"), "save").await;
    assert_eq!(again.status, 303);
    assert!(ada.get(&draft).await.has("Quince tart"));
}

#[tokio::test]
async fn what_was_typed_and_not_saved_waits_for_its_author() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let draft =
        ada.compose("/drafts", &Typed::pin().with("connection_id", connection), "save").await.location;
    let kept = ada.post(&format!("{draft}/autosave"), &[("title", "Half a thou"), ("revision", "1")]).await;
    assert_eq!(kept.status, 204);
    assert!(ada.get(&draft).await.has("You have words that are not saved"));
    let edit = ada.get(&format!("{draft}/edit")).await;
    assert!(edit.typed("title") == "Half a thou" && edit.has("This is what you had typed"), "{}", edit.html);
    let rowan = site.signed_in("Rowan").await;
    assert!(!rowan.get(&draft).await.has("Half a thou"));
    let saved = ada.compose(&draft, &Typed::pin().with("revision", "1"), "save").await;
    assert_eq!(saved.status, 303);
    assert!(!ada.get(&draft).await.has("You have words that are not saved"));
}

#[tokio::test]
async fn a_file_that_is_no_image_says_what_to_do() {
    let site = Site::with_pinterest().await;
    let ada = site.signed_in("Ada").await;
    let connection = site.connect(&ada).await;
    let typed = Typed::pin().with("connection_id", connection);
    let large = |mib: usize| vec![0xff; (mib << 20) + 9];
    for (file, words) in
        [(b"<svg></svg>".to_vec(), "SVG"), (large(10), "more than 10 MiB"), (large(20), "more than 10 MiB")]
    {
        let page = ada.compose("/drafts", &typed.clone().image(file), "submit").await;
        assert!(page.status == 422 && page.has(words) && page.typed("title") == "Plum tart", "{words}");
    }
}

#[tokio::test]
async fn an_image_is_for_those_who_are_signed_in() {
    let site = Site::with_pinterest().await;
    let (ada, nobody) = (site.signed_in("Ada").await, site.browser());
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    let page = ada.get(&draft).await;
    let (_, rest) = page.html.split_once("src=\"/assets/ast_").unwrap();
    let path = format!("/assets/ast_{}", rest.split('"').next().unwrap());
    let image = ada.get(&path).await;
    assert_eq!((image.status, image.content_type.as_str()), (200, "image/jpeg"));
    assert!(image.etag.len() > 60);
    let again = ada.get_if_changed(&path, &image.etag).await;
    assert_eq!((again.status, again.html.len()), (304, 0));
    let small = ada.get(&path.replace("/content", "/thumbnail")).await;
    assert_eq!((small.status, small.content_type.as_str()), (200, "image/jpeg"));
    assert_eq!(nobody.get(&path).await.status, 303);
    assert_eq!(ada.get("/assets/ast_nowhere/content").await.status, 404);
    assert_eq!(ada.get("/assets/drf_1/content").await.status, 404);
}
