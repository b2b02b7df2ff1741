//! Codes, tokens, and what they open.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use sha2::{Digest, Sha256};

use crate::support::{REDIRECT, SCOPES, World, answer, assert_refused, pair, parameter, pin, send};

const DAY: i64 = 86_400;

fn code_form(code: &str) -> [(&str, &str); 3] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)]
}

#[tokio::test]
async fn a_code_gives_a_rotating_pair() {
    let world = World::start().await;
    let (status, body) = answer(world.token("/v5", &code_form(&world.code().await)).await).await;
    assert_eq!(status, 200);
    let first = pair(&body);
    assert!(first.access.starts_with("pina_") && first.refresh.starts_with("pinr_"));
    assert_eq!((&body["token_type"], &body["expires_in"]), (&"bearer".into(), &2_592_000.into()));
    assert_eq!(body["refresh_token_expires_in"], 5_184_000);
    let mut scopes: Vec<_> = body["scope"].as_str().unwrap().split(' ').collect();
    scopes.sort_unstable();
    let mut asked: Vec<_> = SCOPES.split(',').collect();
    asked.sort_unstable();
    assert_eq!(scopes, asked);

    let (status, body) = answer(world.refresh("/v5", &first.refresh).await).await;
    assert_eq!((status, body["response_type"].as_str()), (200, Some("refresh_token")));
    let second = pair(&body);
    assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
    let (status, body) = answer(world.refresh("/v5", &first.refresh).await).await;
    assert_eq!(
        (status, body["code"].as_i64(), body["message"].as_str()),
        (401, Some(2), Some("Authentication failed."))
    );
    assert_eq!(world.read(&second.access, "/v5/user_account").await.0, 200);
}

#[tokio::test]
async fn a_code_works_once_and_for_ten_minutes() {
    let world = World::start().await;
    let code = world.code().await;
    assert_eq!(world.token("/v5", &code_form(&code)).await.status(), 200);
    assert_eq!(world.token("/v5", &code_form(&code)).await.status(), 401);
    let code = world.code().await;
    world.simulator.advance_clock(600);
    assert_eq!(world.token("/v5", &code_form(&code)).await.status(), 401);
}

#[tokio::test]
async fn the_redirect_address_must_be_repeated_exactly() {
    let world = World::start().await;
    let code = world.code().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", "http://127.0.0.1:8080/oauth/callback/"),
    ];
    assert_eq!(world.token("/v5", &form).await.status(), 401);
}

#[tokio::test]
async fn a_verifier_that_comes_is_checked() {
    let world = World::start().await;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("the verifier"));
    let change = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    for (verifier, status) in [(Some("the verifier"), 200), (Some("another"), 401), (None, 200)] {
        let back = world.press(&world.authorize_url(&change), "halden_kitchen", "approve").await;
        let code = parameter(&back, "code").unwrap();
        let mut form = code_form(&code).to_vec();
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        assert_eq!(world.token("/sandbox/v5", &form).await.status(), status, "{verifier:?}");
    }
}

#[tokio::test]
async fn the_token_call_is_a_form_from_the_app() {
    let world = World::start().await;
    let code = world.code().await;
    let (id, secret) = (world.simulator.app_id().to_owned(), world.simulator.app_secret().to_owned());
    let call = || world.post("/v5/oauth/token");
    assert_refused(call().form(&code_form(&code)), 401, 2, "Authentication failed.").await;
    assert_refused(call().basic_auth(&id, Some("wrong")).form(&code_form(&code)), 401, 2, "Auth").await;
    let json = serde_json::json!({"grant_type": "authorization_code", "code": code});
    assert_refused(call().basic_auth(&id, Some(&secret)).json(&json), 415, 1, "form-urlencoded").await;
    let form = [("grant_type", "password")];
    assert_refused(call().basic_auth(&id, Some(&secret)).form(&form), 400, 1, "grant types").await;
    let form = [("grant_type", "authorization_code"), ("code", "")];
    assert_refused(call().basic_auth(&id, Some(&secret)).form(&form), 400, 1, "'code'").await;
    assert_eq!(world.token("/v5", &code_form(&code)).await.status(), 200, "none of these spent the code");
}

#[tokio::test]
async fn tokens_end_with_their_time() {
    let world = World::start().await;
    let pair = world.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await;
    world.simulator.advance_clock(30 * DAY - 1);
    assert_eq!(world.read(&pair.access, "/sandbox/v5/user_account").await.0, 200);
    world.simulator.advance_clock(1);
    assert_eq!(world.read(&pair.access, "/sandbox/v5/user_account").await.0, 401);
    world.simulator.advance_clock(30 * DAY);
    assert_eq!(world.refresh("/sandbox/v5", &pair.refresh).await.status(), 401);
}

#[tokio::test]
async fn the_environments_do_not_know_each_others_tokens() {
    let world = World::start().await;
    let sandbox = world.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await;
    let production = world.connect_as("/v5", "halden_kitchen", SCOPES).await;
    assert_eq!(world.read(&sandbox.access, "/sandbox/v5/boards").await.0, 200);
    assert_eq!(world.read(&production.access, "/v5/boards").await.0, 200);
    assert_refused(world.get("/v5/boards").bearer_auth(&sandbox.access), 401, 2, "Authentication failed.")
        .await;
    assert_refused(world.get("/sandbox/v5/boards").bearer_auth(&production.access), 401, 2, "Auth").await;
    assert_eq!(world.refresh("/v5", &sandbox.refresh).await.status(), 401);
    assert_refused(world.get("/v5/boards"), 401, 2, "Auth").await;
}

#[tokio::test]
async fn missing_scopes_are_named() {
    let world = World::start().await;
    let token = world.connect_as("/sandbox/v5", "halden_kitchen", "boards:read,pins:read").await.access;
    let call = world.create(&token, &pin("Tart"));
    assert_refused(call, 401, 3, "Missing: ['boards:write', 'pins:write']").await;
    let call = world.get("/sandbox/v5/user_account").bearer_auth(&token);
    assert_refused(call, 401, 3, "['user_accounts:read']").await;
}

#[tokio::test]
async fn the_answer_lists_all_scopes_ever_approved() {
    let world = World::start().await;
    world.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await;
    let back =
        world.press(&world.authorize_url(&[("scope", "boards:read")]), "halden_kitchen", "approve").await;
    let code = parameter(&back, "code").unwrap();
    let (_, body) = answer(world.token("/sandbox/v5", &code_form(&code)).await).await;
    assert!(body["scope"].as_str().unwrap().contains("pins:write"));
    assert_refused(world.create(&pair(&body).access, &pin("Tart")), 401, 3, "pins:write").await;
}

#[tokio::test]
async fn a_refresh_may_narrow_the_scopes_and_not_widen_them() {
    let world = World::start().await;
    let first = world.connect_as("/v5", "halden_kitchen", "boards:read,pins:read").await;
    let form = |scope| {
        [("grant_type", "refresh_token"), ("refresh_token", first.refresh.as_str()), ("scope", scope)]
    };
    assert_eq!(world.token("/v5", &form("boards:read,pins:write")).await.status(), 400);
    let (_, body) = answer(world.token("/v5", &form("pins:read")).await).await;
    assert_eq!(world.read(&pair(&body).access, "/v5/boards").await.0, 401);
}

#[tokio::test]
async fn the_account_that_was_chosen_is_the_one_connected() {
    let world = World::start().await;
    let token = world.connect_as("/sandbox/v5", "halden_home", SCOPES).await.access;
    let (_, account) = world.read(&token, "/sandbox/v5/user_account").await;
    assert_eq!(
        (account["username"].as_str(), account["account_type"].as_str()),
        (Some("halden_home"), Some("BUSINESS"))
    );
}

#[tokio::test]
async fn revocation_over_the_api_is_for_system_users() {
    let world = World::start().await;
    let pair = world.connect_as("/v5", "halden_kitchen", SCOPES).await;
    let (id, secret) = (world.simulator.app_id(), world.simulator.app_secret());
    let call = || world.call(Method::POST, "/v5/oauth/token/revoke").form(&[("token", &pair.access)]);
    assert_refused(call().basic_auth(id, Some(secret)), 403, 29, "not permitted").await;
    assert_refused(call(), 401, 2, "Authentication failed.").await;
    assert_eq!(world.read(&pair.access, "/v5/user_account").await.0, 200);
}

#[tokio::test]
async fn taking_the_access_away_ends_all_its_tokens() {
    let world = World::start().await;
    let one = world.connect_as("/sandbox/v5", "halden_kitchen", SCOPES).await;
    let other = world.connect_as("/sandbox/v5", "halden_home", SCOPES).await;
    let call = world.post("/_simulator/revoke").json(&serde_json::json!({"account": "halden_kitchen"}));
    assert_eq!(send(call).await.status(), 200);
    assert_eq!(world.read(&one.access, "/sandbox/v5/user_account").await.0, 401);
    assert_eq!(world.refresh("/sandbox/v5", &one.refresh).await.status(), 401);
    assert_eq!(world.read(&other.access, "/sandbox/v5/user_account").await.0, 200);
}
