//! The list of pages is the contract of the views, and every address answers a page.

use super::support::Site;
use crate::pages::PAGES;
use crate::views::forms::{FORMS, FRAGMENTS};

fn pattern(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with(':') { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn every_form_of_a_view_has_its_route_and_every_route_its_form() {
    let posts: Vec<String> =
        PAGES.iter().filter(|(method, _)| *method == "post").map(|(_, path)| pattern(path)).collect();
    for path in &posts {
        let is_known =
            FORMS.iter().any(|form| form.path == path) || FRAGMENTS.iter().any(|(known, _)| known == path);
        assert!(is_known, "{path} is in no view");
    }
    for form in FORMS.iter() {
        assert!(posts.iter().any(|path| path == form.path), "no route takes {}", form.path);
    }
}

#[tokio::test]
async fn an_address_that_is_none_has_a_page_with_a_way_out() {
    let site = Site::start().await;
    let browser = site.signed_in("Ada").await;
    for path in ["/nowhere", "/operators/opr_1/nowhere", "/operators/con_1/disable", "/assets/none/at/all"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(
            page.has("REHEARSAL") && page.has("To the queue") && page.has("Ada"),
            "{path}: {}",
            page.html
        );
    }
    let page = browser.get("/theme").await;
    assert_eq!((page.status, page.has("To the queue")), (405, true));
}

#[tokio::test]
async fn nobody_sees_a_page_but_the_public_ones_without_signing_in() {
    let site = Site::start().await;
    let browser = site.browser();
    for (_, path) in PAGES.iter().filter(|(method, _)| *method == "get") {
        let path = path.replace(":id", "opr_1").replace(":token", "none");
        let page = browser.get(&path).await;
        match path.as_str() {
            "/sign-in" | "/privacy-policy" => assert_eq!(page.status, 200, "{path}"),
            "/sign-in/none" => assert_eq!(page.status, 404, "{path}"),
            "/oauth/callback" => {
                assert!(page.location.starts_with("/sign-in?") || page.status >= 400, "{path}")
            }
            _ if page.status == 401 => {
                assert!(FRAGMENTS.iter().any(|(known, _)| *known == pattern_of(&path)), "{path}")
            }
            _ => assert!(
                page.status == 303 && page.location.starts_with("/sign-in?return_to=%2F"),
                "{path}: {page:?}"
            ),
        }
    }
}

fn pattern_of(path: &str) -> String {
    path.replace("opr_1", "{id}")
}

#[tokio::test]
async fn no_form_acts_for_nobody_or_for_another_site() {
    let site = Site::start().await;
    let (nobody, ada) = (site.browser(), site.signed_in("Ada").await);
    let csrf = ada.csrf().await.unwrap();
    for (_, path) in PAGES.iter().filter(|(method, _)| *method == "post") {
        let (path, open) =
            (path.replace(":id", "opr_1").replace(":token", "none"), ["/sign-in", "/sign-in/none", "/theme"]);
        let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
        let page = ada.post_bare(&path, &[("csrf", &csrf)], &foreign).await;
        assert_eq!(page.status, 403, "{path}");
        if open.contains(&path.as_str()) {
            continue;
        }
        let page = nobody.post_bare(&path, &[("note", "typed")], &[]).await;
        assert!(page.status == 401 || page.location.starts_with("/sign-in"), "{path}: {page:?}");
        let page = ada.post_bare(&path, &[("csrf", "0123"), ("note", "typed")], &[]).await;
        assert!(page.status == 403 || page.status == 401, "{path}: {page:?}");
    }
}
