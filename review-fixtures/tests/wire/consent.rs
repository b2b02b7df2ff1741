//! The consent page and the way back to the app.

use crate::support::{REDIRECT, World, parameter, send};

#[tokio::test]
async fn approving_leads_back_with_a_code_and_the_state() {
    let world = World::start().await;
    let back = world.press(&world.authorize_url(&[]), "halden_kitchen", "approve").await;
    assert!(back.as_str().starts_with(REDIRECT));
    assert_eq!(parameter(&back, "state").as_deref(), Some("con.xyz"));
    assert_eq!(parameter(&back, "code").unwrap().len(), 40);
}

#[tokio::test]
async fn denying_leads_back_with_an_error_and_no_code() {
    let world = World::start().await;
    let back = world.press(&world.authorize_url(&[]), "halden_kitchen", "deny").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "state").as_deref(), Some("con.xyz"));
    assert_eq!(parameter(&back, "code"), None);
}

#[tokio::test]
async fn the_page_says_what_it_is_and_asks_for_no_password() {
    let world = World::start().await;
    let page = send(world.client.get(world.authorize_url(&[]))).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let page = page.text().await.unwrap();
    for wanted in ["REHEARSAL", "Countersign", "See your public boards", "@halden_kitchen", "@halden_home"] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    assert!(!page.contains("type=\"password\"") && !page.contains("<script"));
}

#[tokio::test]
async fn a_bad_request_is_said_on_the_page_and_never_redirected() {
    let world = World::start().await;
    let bad = [
        ("client_id", "999"),
        ("client_id", ""),
        ("redirect_uri", "https://elsewhere.example/cb"),
        ("redirect_uri", "http://127.0.0.1.elsewhere.example/cb"),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", ""),
        ("response_type", "token"),
        ("response_type", ""),
        ("scope", "boards:read,boards:burn"),
        ("scope", ""),
    ];
    for change in bad {
        let page = send(world.client.get(world.authorize_url(&[change]))).await;
        assert_eq!(page.status(), 400, "{change:?}");
        assert!(page.headers().get("location").is_none());
        assert!(page.text().await.unwrap().contains("Nothing was granted"));
    }
}

#[tokio::test]
async fn the_older_name_of_the_client_id_is_taken_too() {
    let world = World::start().await;
    let id = world.simulator.app_id().to_owned();
    let page = world.authorize_url(&[("client_id", ""), ("consumer_id", &id), ("refreshable", "true")]);
    let back = world.press(&page, "halden_kitchen", "approve").await;
    assert!(parameter(&back, "code").is_some());
}

#[tokio::test]
async fn a_query_that_the_redirect_address_has_stays() {
    let world = World::start().await;
    let page =
        world.authorize_url(&[("redirect_uri", "http://localhost:8089/callback?flow=a%26b"), ("state", "")]);
    let back = world.press(&page, "halden_kitchen", "approve").await;
    assert_eq!(parameter(&back, "flow").as_deref(), Some("a&b"));
    assert_eq!(parameter(&back, "state"), None);
    assert!(parameter(&back, "code").is_some());
}

#[tokio::test]
async fn it_leads_back_also_through_a_proxy_with_tls() {
    let world = World::start().await;
    let page = world.authorize_url(&[("redirect_uri", "https://pins.localhost:8443/oauth/callback")]);
    let back = world.press(&page, "halden_kitchen", "approve").await;
    assert_eq!(back.origin().ascii_serialization(), "https://pins.localhost:8443");
}
