//! Operators, tokens, one's own account, and who may see what.

use super::support::Site;

const NEW: [(&str, &str); 4] =
    [("name", "Mira <b>Okafor</b>"), ("email", "mira@x.example"), ("role", "author"), ("role", "reviewer")];

fn id_after<'a>(html: &'a str, before: &str) -> &'a str {
    let (_, rest) = html.split_once(before).unwrap();
    rest.split(['"', '/']).next().unwrap()
}

#[tokio::test]
async fn a_person_is_added_and_comes_in_by_a_link_that_is_shown_once() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let page = ada.post("/operators", &NEW).await;
    assert!(page.status == 200 && page.has("Mira &lt;b&gt;Okafor"), "{}", page.html);
    let link = page.html.split_once("http://127.0.0.1:8080").unwrap().1.split('<').next().unwrap();
    assert!(!ada.get("/operators").await.has(link));
    assert_eq!(site.browser().post(link, &[]).await.location, "/account/password");
    let taken = ada.post("/operators", &NEW).await;
    assert!(
        taken.status == 422 && taken.has("is in the list already") && taken.has("value=\"mira@x.example\"")
    );
    let empty = ada.post("/operators", &[]).await;
    assert!(
        empty.has("Give a name.") && empty.has("not an e-mail address") && empty.has("at least one role")
    );
}

#[tokio::test]
async fn a_person_is_renamed_disabled_and_enabled() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let rowan = site.signed_in("Rowan").await;
    let page = ada.get("/operators").await;
    let id = page
        .html
        .split("/operators/")
        .filter_map(|rest| rest.split_once("/disable"))
        .next()
        .unwrap()
        .0
        .to_owned();
    let asked = ada.get(&format!("/operators/{id}/disable")).await;
    assert!(asked.has("Disable Rowan") && asked.has("No scheduled Pin depends"), "{}", asked.html);
    assert_eq!(ada.post(&format!("/operators/{id}/disable"), &[]).await.location, "/operators");
    assert_eq!(rowan.get("/account").await.location, "/sign-in?return_to=%2Faccount&ended=yes");
    assert_eq!(ada.post(&format!("/operators/{id}/enable"), &[]).await.status, 303);
    let page = ada.post(&format!("/operators/{id}"), &[("name", "")]).await;
    assert!(page.status == 422 && page.has("Give a name."), "{}", page.html);
    let page = ada.post(&format!("/operators/{id}"), &[("name", "Rowan Ash"), ("role", "reviewer")]).await;
    assert_eq!(page.status, 303);
    assert!(ada.get("/operators").await.has("Rowan Ash"));
    assert!(ada.post(&format!("/operators/{id}/link"), &[]).await.has("A link for Rowan Ash"));
}

#[tokio::test]
async fn taking_the_role_of_whose_signature_waits_is_asked_for_once_more() {
    let site = Site::with_pinterest().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    let connection = site.connect(&ada).await;
    let draft = ada.signs(&connection, "Plum tart").await;
    rowan.countersigns(&draft).await;
    let page = ada.get("/operators").await;
    let id = page.html.split("/operators/").filter_map(|rest| rest.split_once("/disable")).next().unwrap().0;
    let less = [("name", "Rowan"), ("role", "auditor")];
    let asked = ada.post(&format!("/operators/{id}"), &less).await;
    let drf = draft.rsplit('/').next().unwrap();
    assert!(asked.status == 422 && asked.has("void the approvals of") && asked.has(drf), "{}", asked.html);
    assert!(asked.has("name=\"void_approvals\""));
    assert!(!page.has("name=\"void_approvals\""), "nobody is asked before it matters");
    let said = [less[0], less[1], ("void_approvals", "yes")];
    assert_eq!(ada.post(&format!("/operators/{id}"), &said).await.status, 303);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let page = ada.get("/operators").await;
    let id = page.html.split("/operators/").nth(1).unwrap().split(['/', '"']).next().unwrap().to_owned();
    let page = ada.post(&format!("/operators/{id}"), &[("name", "Ada"), ("role", "author")]).await;
    assert!(page.status == 409 && page.has("last enabled admin") && page.has("href=\"/operators\">Back"));
}

#[tokio::test]
async fn roles_open_their_own_doors() {
    let site = Site::start().await;
    let rowan = site.signed_in("Rowan").await;
    for path in ["/operators", "/operators/opr_1/disable"] {
        let page = rowan.get(path).await;
        assert!(
            page.status == 403 && page.has("This needs the role admin") && page.has("To the queue"),
            "{path}"
        );
    }
    assert_eq!(rowan.post("/operators", &NEW).await.status, 403);
    assert_eq!(rowan.post("/tokens", &[("token_name", "x"), ("scope", "drafts:read")]).await.status, 403);
    let told = site.told("access.refused").await;
    assert!(
        told.iter().any(|header| header.contains("operator.add") && header.contains("role_missing")),
        "{told:?}"
    );
    let settings = rowan.get("/settings").await;
    assert!(settings.status == 200 && !settings.has("API tokens") && !settings.has("href=\"/operators\""));
    assert_eq!(rowan.get("/tokens").await.status, 403);
    assert!(site.signed_in("Ada").await.get("/settings").await.has("href=\"/tokens\""));
}

#[tokio::test]
async fn a_token_is_shown_once_and_revoked() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let page = ada.post("/tokens", &[("token_name", ""), ("scope", "drafts:approve")]).await;
    assert!(page.status == 422 && page.has("Give a name."), "{}", page.html);
    let sent = [("token_name", "cms-sync"), ("scope", "drafts:write"), ("scope", "drafts:read")];
    let page = ada.post("/tokens", &sent).await;
    assert!(page.status == 200 && page.has("Copy it now"), "{}", page.html);
    let secret = page.html.split("cs_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let list = ada.get("/tokens").await;
    assert!(list.has("cms-sync") && !list.has(&secret));
    let id = id_after(&list.html, "/tokens/tok_");
    let page = ada.post(&format!("/tokens/tok_{id}/revoke"), &[]).await;
    assert_eq!(page.location, "/tokens");
    assert!(ada.get("/tokens").await.has("Revoked"));
    assert_eq!(ada.post(&format!("/tokens/tok_{id}/revoke"), &[]).await.status, 409);
}

#[tokio::test]
async fn ones_other_sessions_are_listed_and_ended() {
    let site = Site::start().await;
    let (here, password) = (site.signed_in("Ada").await, "a sentence is fine");
    here.post("/account/password", &[("new", password), ("again", password)]).await;
    let there = site.browser();
    there.post("/sign-in", &[("email", "ada@rehearsal.example"), ("password", password)]).await;
    let page = here.get("/account").await;
    let id = id_after(&page.html, "/account/sessions/").to_owned();
    assert_eq!(here.post(&format!("/account/sessions/{id}/revoke"), &[]).await.location, "/account");
    assert!(there.get("/account").await.location.ends_with("ended=yes"));
    assert_eq!(here.get("/account").await.status, 200);
    let rowan = site.signed_in("Rowan").await;
    assert_eq!(rowan.post(&format!("/account/sessions/{id}/revoke"), &[]).await.status, 404);
}

#[tokio::test]
async fn publishing_is_paused_by_a_reviewer_and_resumed_by_an_admin() {
    let site = Site::start().await;
    let (ada, rowan) = (site.signed_in("Ada").await, site.signed_in("Rowan").await);
    assert!(rowan.get("/settings").await.has("Pause publishing"));
    assert_eq!(rowan.post("/publishing/pause", &[]).await.location, "/settings#publishing");
    let account = ada.get("/account").await;
    assert!(account.has("Publishing is paused.") && account.has("Rowan paused it"), "{}", account.html);
    assert_eq!(rowan.post("/publishing/resume", &[]).await.status, 403);
    assert!(rowan.get("/settings").await.has("An admin can resume it."));
    assert_eq!(ada.post("/publishing/resume", &[]).await.location, "/settings#publishing");
    assert!(!ada.get("/account").await.has("Publishing is paused."));
}

#[tokio::test]
async fn keys_and_theme_are_remembered() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    assert!(ada.get("/account").await.has("data-keys"));
    assert_eq!(ada.post("/account/shortcuts", &[("enabled", "no")]).await.location, "/account");
    assert!(!ada.get("/account").await.has("data-keys"));
    let page = ada.post("/theme", &[("theme", "dark"), ("return_to", "/settings?x=1")]).await;
    assert_eq!(page.location, "/settings?x=1");
    assert!(ada.get("/account").await.has("data-theme=\"dark\""));
    assert_eq!(
        ada.post("/theme", &[("theme", "x"), ("return_to", "https://evil.example")]).await.location,
        "/"
    );
}

#[tokio::test]
async fn pages_promise_only_what_is_done() {
    let site = Site::start().await;
    let ada = site.signed_in("Ada").await;
    let settings = ada.get("/settings").await;
    for rule in ["A Pin is missed", "Between two Pins", "counts as missed", "every change of it"] {
        assert!(!settings.has(rule), "{rule}: {}", settings.html);
    }
    let policy = site.browser().get("/privacy-policy").await;
    assert!(
        policy.has("until whoever is responsible erases them") && !policy.has("given up"),
        "{}",
        policy.html
    );
}
