//! Coming in, going out, and what was typed in between.

use std::time::Duration;

use super::support::Site;

const PASSWORD: &str = "a sentence is fine";

#[tokio::test]
async fn a_link_is_used_up_by_its_button_and_not_by_looking() {
    let site = Site::start().await;
    let (browser, link) = (site.browser(), site.link("Ada"));
    for _ in 0..2 {
        let page = browser.get(&link).await;
        assert!(page.status == 200 && page.has("Sign in as Ada"), "{}", page.html);
    }
    let page = browser.post(&link, &[]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/account/password"));
    let page = browser.get("/account/password").await;
    assert!(page.has("Skip in rehearsal") && !page.has("Present password"), "{}", page.html);
    let again = site.browser().post(&link, &[]).await;
    assert!(again.status == 410 && again.has("It was used already"), "{}", again.html);
    assert_eq!(site.browser().get("/sign-in/none").await.status, 404);
}

#[tokio::test]
async fn a_password_is_set_and_signs_in() {
    let site = Site::start().await;
    let browser = site.signed_in("Ada").await;
    let differ = browser.post("/account/password", &[("new", PASSWORD), ("again", "other")]).await;
    assert!(differ.status == 422 && differ.has("Type both again"), "{}", differ.html);
    let short = browser.post("/account/password", &[("new", "short"), ("again", "short")]).await;
    assert!(short.status == 422 && short.has("Use at least 12 characters"), "{}", short.html);
    assert!(!short.has("value=\"short\""));
    let page = browser.post("/account/password", &[("new", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/"));
    assert!(browser.get("/account").await.has("Your password was set."));
    assert!(!browser.get("/account").await.has("Your password was set."), "a message is shown once");
    assert_eq!(browser.post("/sign-out", &[]).await.location, "/sign-in");
    assert_eq!(browser.get("/account").await.location, "/sign-in?return_to=%2Faccount");
    let sent = [("email", "ADA@rehearsal.example"), ("password", PASSWORD), ("return_to", "/settings")];
    assert_eq!(browser.post("/sign-in", &sent).await.location, "/settings");
    assert!(browser.get("/account/password").await.has("Present password"));
}

#[tokio::test]
async fn a_wrong_password_says_so_and_keeps_the_address() {
    let site = Site::start().await;
    let sent =
        [("email", "ada@rehearsal.example"), ("password", "wrong wrong wrong"), ("return_to", "//evil")];
    let page = site.browser().post("/sign-in", &sent).await;
    assert!(page.status == 401 && page.has("is not right") && page.has("value=\"ada@rehearsal.example\""));
    assert!(!page.has("evil") && !page.has("wrong wrong"));
}

#[tokio::test]
async fn guessing_is_slowed_down_and_says_for_how_long() {
    let site = Site::start().await;
    let browser = site.browser();
    let sent = [("email", "ada@rehearsal.example"), ("password", "wrong wrong wrong")];
    let mut page = browser.post("/sign-in", &sent).await;
    for _ in 0..10 {
        page = browser.post("/sign-in", &sent).await;
    }
    assert!(page.status == 429 && page.has("Too many attempts. Wait") && page.retry_after > 0, "{page:?}");
}

#[tokio::test]
async fn opened_while_another_is_signed_in_a_link_names_both_and_offers_to_switch() {
    let site = Site::start().await;
    let (browser, link) = (site.signed_in("Ada").await, site.link("Rowan"));
    let page = browser.get(&link).await;
    assert!(page.has("You are signed in as Ada") && page.has("Switch to Rowan"), "{}", page.html);
    let page = browser.post(&link, &[]).await;
    assert!(page.status == 200 && page.has("Switch to Rowan"), "{}", page.html);
    assert_eq!(browser.post(&link, &[("switch", "yes")]).await.location, "/account/password");
    assert!(browser.get("/account").await.has("rowan@rehearsal.example"));
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let site = Site::start().await;
    let browser = site.signed_in("Ada").await;
    browser.post("/account/password", &[("new", PASSWORD), ("again", PASSWORD)]).await;
    let csrf = browser.csrf().await.unwrap();
    site.clock.advance(Duration::from_secs(31 * 60));
    let typed =
        [("csrf", csrf.as_str()), ("name", "Rowan \"R\" Ash"), ("email", "r@x.example"), ("role", "author")];
    let page = browser.post_bare("/operators", &typed, &[]).await;
    assert!(page.status == 401 && page.has("Your session ended") && page.has("Rowan &quot;R&quot; Ash"));
    assert_eq!(page.hidden("kept_action"), Some("/operators"));
    let kept = [
        ("kept_action", "/operators"),
        ("kept.name", "Rowan \"R\" Ash"),
        ("kept.email", "r@x.example"),
        ("kept.role", "author"),
    ];
    let proof = page.hidden("csrf").unwrap().to_owned();
    let door = [("csrf", proof.as_str()), ("email", "ada@rehearsal.example")];
    let wrong = [&door[..], &[("password", "wrong wrong wrong")], &kept[..]].concat();
    let page = browser.post_bare("/sign-in", &wrong, &[]).await;
    assert!(page.status == 401 && page.has("kept.name") && page.has("is not right"), "{}", page.html);
    let strange = [&[("csrf", "of another browser"), ("password", PASSWORD)], &kept[..]].concat();
    let page = browser.post_bare("/sign-in", &strange, &[]).await;
    assert!(page.status == 401 && page.has("kept.name"), "what was typed is not lost: {}", page.html);
    assert_eq!(page.hidden("csrf"), Some(proof.as_str()), "and there is a proof for the next try");
    let right = [&door[..], &[("password", PASSWORD)], &kept[..]].concat();
    let page = browser.post_bare("/sign-in", &right, &[]).await;
    assert!(page.status == 200 && page.has("Send it again?"), "{}", page.html);
    let sent = [
        ("csrf", page.hidden("csrf").unwrap()),
        ("name", "Rowan \"R\" Ash"),
        ("email", "r@x.example"),
        ("role", "author"),
    ];
    let page = browser.post_bare("/operators", &sent, &[]).await;
    assert!(page.status == 200 && page.has("A link for Rowan"), "{}", page.html);
}

#[tokio::test]
async fn pages_that_a_browser_opens_at_once_lead_to_doors_with_one_proof() {
    let site = Site::start().await;
    let browser = site.browser();
    assert_eq!(browser.get("/settings").await.location, "/sign-in?return_to=%2Fsettings");
    let proof = browser.cookie("countersign-door").expect("the way to the door brings the proof");
    for door in ["/sign-in?return_to=%2Fsettings", "/sign-in?return_to=%2Faudit"] {
        assert_eq!(browser.get(door).await.hidden("csrf"), Some(proof.as_str()), "{door}");
    }
}

#[tokio::test]
async fn a_form_of_an_earlier_session_is_asked_for_again_and_never_taken_in_silence() {
    let site = Site::start().await;
    let browser = site.signed_in("Ada").await;
    let old = browser.csrf().await.unwrap();
    browser.post("/account/password", &[("new", PASSWORD), ("again", PASSWORD)]).await;
    browser.post("/sign-out", &[]).await;
    browser.post("/sign-in", &[("email", "ada@rehearsal.example"), ("password", PASSWORD)]).await;
    let typed = [("csrf", old.as_str()), ("name", "Mira"), ("email", "m@x.example"), ("role", "author")];
    let page = browser.post_bare("/operators", &typed, &[]).await;
    assert!(page.status == 403 && page.has("Send it again?") && page.has("Mira"), "{}", page.html);
    assert_ne!(page.hidden("csrf"), Some(old.as_str()));
    assert!(!browser.get("/operators").await.has("Mira"));
}

#[tokio::test]
async fn a_lost_cookie_is_a_stranger() {
    let site = Site::start().await;
    let browser = site.signed_in("Ada").await;
    browser.forget_cookies();
    assert_eq!(browser.get("/settings").await.location, "/sign-in?return_to=%2Fsettings");
}

#[tokio::test]
async fn a_page_that_lies_open_keeps_no_session_alive() {
    let site = Site::start().await;
    let (open, busy) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    for _ in 0..4 {
        site.clock.advance(Duration::from_secs(600));
        open.get("/queue/tabs?tab=drafts").await;
        assert_eq!(busy.get("/").await.status, 200);
    }
    assert_eq!(open.get("/queue/tabs?tab=drafts").await.status, 401);
    assert_eq!(open.get("/").await.status, 303);
}
