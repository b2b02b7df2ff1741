//! Accounts: the way to Pinterest's consent page and each way back that connects nothing.

use std::time::Duration;

use super::support::{Browser, Page, Site};

const CONNECT: [(&str, &str); 2] = [("environment", "rehearsal"), ("expected_username", "@halden_kitchen")];

/// Starts a consent; gives its state.
async fn start(browser: &Browser<'_>) -> String {
    let page = browser.post("/connections", &CONNECT).await;
    assert_eq!(page.status, 303);
    let url: url::Url = page.location.parse().unwrap();
    assert_eq!((url.port(), url.path()), (Some(1), "/oauth/"));
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    assert!(state.starts_with("con."));
    state
}

async fn back(browser: &Browser<'_>, query: &str) -> Page {
    let page = browser.get(&format!("/oauth/callback?{query}")).await;
    assert!(page.has("What to do") && page.has("href=\"/connections#connect\""), "{}", page.html);
    page
}

#[tokio::test]
async fn a_denial_is_a_normal_end_and_counts_once() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let state = start(&ada).await;
    assert!(ada.get("/connections").await.has("The consent was not finished"));
    let looked = ada.head(&format!("/oauth/callback?error=access_denied&state={state}")).await;
    assert_eq!(looked.status, 405, "a look at the address uses nothing up");
    let denied = back(&ada, &format!("error=access_denied&state={state}")).await;
    assert!(denied.status == 200 && denied.has("You declined"), "{}", denied.html);
    assert!(!denied.has(&state), "no state stands in a page");
    let again = back(&ada, &format!("error=access_denied&state={state}")).await;
    assert!(again.has("This answer was used before"), "{}", again.html);
    assert!(ada.get("/connections").await.has("No account is connected"));
}

#[tokio::test]
async fn what_pinterest_ended_itself_is_no_denial_and_says_who_can_mend_it() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    for (word, told, todo) in [
        ("server_error", "server_error", "Try again later"),
        ("temporarily_unavailable", "temporarily_unavailable", "Try again later"),
        ("invalid_scope", "invalid_scope", "the redirect address under Settings"),
        ("unauthorized_client", "unauthorized_client", "An admin should compare"),
        ("x%3Cb%3E", "(other)", "An admin should compare"),
    ] {
        let state = start(&ada).await;
        let page = back(&ada, &format!("error={word}&state={state}")).await;
        assert!(page.status == 502 && !page.has("You declined"), "{}", page.html);
        assert!(page.has("Pinterest gave no access") && page.has(told) && page.has(todo), "{}", page.html);
    }
}

#[tokio::test]
async fn each_wrong_return_says_what_to_do() {
    let site = Site::start().await;
    let (ada, rowan, nobody) = (site.signed_in("Ada").await, site.signed_in("Rowan").await, site.browser());
    for query in ["", "code=1", "code=1&state=con.guess", "code=1&state=ins.other"] {
        assert!(back(&ada, query).await.has("belongs to no question"), "{query}");
    }
    let state = start(&ada).await;
    let doubled = back(&ada, &format!("code=1&state={state}&state={state}")).await;
    assert!(doubled.status == 400 && doubled.has("The address is damaged"));
    for other in [&rowan, &nobody] {
        let page = back(other, &format!("code=1&state={state}")).await;
        assert!(page.status == 403 && page.has("Begun by somebody else"), "{}", page.html);
    }
    assert!(back(&ada, &format!("state={state}")).await.has("no answer along"));
    let late = start(&ada).await;
    site.clock.advance(Duration::from_secs(601));
    assert!(back(&ada, &format!("code=1&state={late}")).await.has("That took too long"));
}

#[tokio::test]
async fn what_cannot_be_connected_says_so_in_the_form_or_on_a_page() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let wrong = ada.post("/connections", &[("environment", "rehearsal"), ("expected_username", "a b")]).await;
    assert!(
        wrong.status == 422 && wrong.has("Is no username") && wrong.has("value=\"a b\""),
        "{}",
        wrong.html
    );
    let closed = ada.post("/connections", &[("environment", "production")]).await;
    assert!(closed.status == 409 && closed.has("PINTEREST_APP_ID") && closed.has("href=\"/connections\""));
    assert_eq!(ada.post("/connections", &[("environment", "moon")]).await.status, 400);
    assert_eq!(ada.post("/connections/con_1/confirm", &[]).await.status, 404);
}

#[tokio::test]
async fn only_an_admin_connects() {
    let site = Site::start().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    start(&ada).await;
    let page = rowan.get("/connections").await;
    assert!(
        page.status == 200 && !page.has("action=\"/connections") && page.has("REHEARSAL"),
        "{}",
        page.html
    );
    assert_eq!(rowan.post("/connections", &CONNECT).await.status, 403);
    let list = ada.get("/connections").await;
    let id = list.html.split("/connections/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert_eq!(rowan.post(&format!("/connections/{id}/boards"), &[("name", "x")]).await.status, 403);
    assert!(ada.get(&format!("/connections/{id}/disconnect")).await.has("Disconnect this account"));
    assert_eq!(ada.post(&format!("/connections/{id}/disconnect"), &[]).await.location, "/connections");
    assert!(ada.get("/connections").await.has("Its tokens were deleted here"));
}
