//! Consents that come back.

use countersign_entities::vocabulary::{ConnectionState, HoldReason};

use super::support::{HOME, KITCHEN, World, world};
use crate::{
    connections::{ConnectionError, confirm, consent, disconnect, find, list, reconnect, usable},
    error::Refusal,
    pinterest::scope::{Scope, Scopes},
};

/// Every byte that the database keeps.
fn database_bytes(world: &World) -> Vec<u8> {
    let folder = world.app().data_dir.path().to_owned();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect()
}

#[tokio::test]
async fn the_expected_account_is_connected_and_its_story_told() {
    let world = world().await;
    let started = world.start(Some("@Halden_Kitchen")).await;
    assert_eq!(started.connection.state, ConnectionState::Pending);
    let asked: Vec<(String, String)> = started.authorize_url.query_pairs().into_owned().collect();
    let asked =
        |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap();
    assert_eq!(asked("scope"), "user_accounts:read,boards:read,boards:write,pins:read,pins:write");
    assert_eq!(asked("redirect_uri"), "http://127.0.0.1:8080/oauth/callback");
    assert_eq!((asked("code_challenge_method"), asked("response_type")), ("S256".into(), "code".into()));

    let connection = world.consent(&started, KITCHEN).await.unwrap();
    assert_eq!(connection.state, ConnectionState::Active);
    assert_eq!(connection.username.as_deref(), Some(KITCHEN));
    assert_eq!(find(world.app(), &connection.id).await.unwrap(), connection);
    assert_eq!(list(world.app()).await.unwrap(), std::slice::from_ref(&connection));
    let expected = [
        "oauth.authorize.started",
        "oauth.callback.received",
        "oauth.token.exchange_started",
        "oauth.token.exchanged",
        "api.request",
        "api.response",
        "oauth.account.confirmed",
    ];
    assert_eq!(world.story(&connection.id).await, expected);
    let usable = usable(world.app(), &connection.id).await.unwrap();
    assert_eq!(usable.scopes, Scopes::publishing());
    world.check().await;

    let kept = database_bytes(&world);
    for secret in [usable.token.expose(), asked("state").as_str(), "pinr_", world.simulator.app_secret()] {
        assert!(!kept.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[tokio::test]
async fn without_an_expected_username_an_admin_confirms() {
    let world = world().await;
    let started = world.start(None).await;
    let connection = world.consent(&started, KITCHEN).await.unwrap();
    assert_eq!(connection.state, ConnectionState::Unconfirmed);
    assert!(usable(world.app(), &connection.id).await.is_err());
    let confirmed = confirm(world.app(), &world.admin, &connection.id).await.unwrap();
    assert_eq!(confirmed.state, ConnectionState::Active);
    assert!(usable(world.app(), &connection.id).await.is_ok());
    let again = confirm(world.app(), &world.admin, &connection.id).await.unwrap_err();
    assert!(matches!(again, ConnectionError::NotConfirmable(ConnectionState::Active)), "{again}");
    world.check().await;
}

#[tokio::test]
async fn another_account_than_expected_waits_for_an_admin() {
    let world = world().await;
    let started = world.start(Some(HOME)).await;
    let connection = world.consent(&started, KITCHEN).await.unwrap();
    assert_eq!(connection.state, ConnectionState::WrongAccount);
    let story = world.story(&connection.id).await;
    assert_eq!(story.last().unwrap(), "oauth.account.mismatched denied");
    assert!(usable(world.app(), &connection.id).await.is_err());
    let confirmed = confirm(world.app(), &world.admin, &connection.id).await.unwrap();
    assert_eq!(confirmed.state, ConnectionState::Active);
    // The account that was confirmed is the expected one from now on.
    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    assert_eq!(world.consent(&started, KITCHEN).await.unwrap().state, ConnectionState::Active);
    world.check().await;
}

#[tokio::test]
async fn a_missing_scope_holds_until_it_is_granted() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let less = Scopes::publishing().iter().filter(|scope| *scope != Scope::PinsWrite).collect::<Scopes>();
    let url = started.authorize_url.as_str();
    let narrowed = url.replace("%2Cpins%3Awrite", "").parse().unwrap();
    assert_ne!(url, format!("{narrowed}"));
    let query = world.press(&narrowed, KITCHEN, "approve").await;
    let connection = world.come_back(&query).await.unwrap();
    assert_eq!((connection.state, connection.hold_reason), (ConnectionState::Held, Some(HoldReason::Scope)));
    assert_eq!(consent(world.app(), &connection.id).await.unwrap().unwrap().scopes, less);
    let story = world.story(&connection.id).await;
    assert_eq!(story[story.len() - 2..], ["oauth.scope.insufficient denied", "oauth.connection.held"]);

    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    let connection = world.consent(&started, KITCHEN).await.unwrap();
    assert_eq!((connection.state, connection.hold_reason), (ConnectionState::Active, None));
    assert_eq!(world.story(&connection.id).await.last().unwrap(), "oauth.connection.released");
    world.check().await;
}

#[tokio::test]
async fn a_reconnect_replaces_the_tokens_of_the_same_account() {
    let world = world().await;
    let connection = world.connected().await;
    let before = usable(world.app(), &connection.id).await.unwrap();
    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    assert_eq!(
        started.connection.state,
        ConnectionState::Active,
        "it works on while the consent is on its way"
    );
    world.consent(&started, KITCHEN).await.unwrap();
    let after = usable(world.app(), &connection.id).await.unwrap();
    assert!(after.grant != before.grant && !after.token.matches(before.token.expose()));
    assert!(world.story(&connection.id).await.contains(&"oauth.token.deleted".to_owned()));
    world.check().await;
}

#[tokio::test]
async fn a_disconnect_deletes_the_tokens_and_a_reconnect_brings_the_account_back() {
    let world = world().await;
    let connection = world.connected().await;
    let ended = disconnect(world.app(), &world.admin, &connection.id).await.unwrap();
    assert_eq!(ended.state, ConnectionState::Disconnected);
    assert!(consent(world.app(), &connection.id).await.unwrap().is_none());
    assert!(usable(world.app(), &connection.id).await.is_err());
    let story = world.story(&connection.id).await;
    assert_eq!(story[story.len() - 2..], ["oauth.token.deleted", "oauth.connection.disconnected"]);
    disconnect(world.app(), &world.admin, &connection.id).await.unwrap();
    assert_eq!(world.story(&connection.id).await, story, "once is enough");

    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    let back = world.consent(&started, KITCHEN).await.unwrap();
    assert_eq!((back.state, back.ended_at), (ConnectionState::Active, None));
    world.check().await;
}

#[tokio::test]
async fn a_second_disconnect_ends_the_consent_that_is_under_way() {
    let world = world().await;
    let connection = world.connected().await;
    disconnect(world.app(), &world.admin, &connection.id).await.unwrap();
    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    let before = world.story(&connection.id).await;
    disconnect(world.app(), &world.admin, &connection.id).await.unwrap();
    let told = world.story(&connection.id).await.split_off(before.len());
    assert_eq!(told, ["oauth.connection.disconnected"]);
    let refused = world.consent(&started, KITCHEN).await.unwrap_err();
    assert_eq!(refused.code(), "consent_reused");
    assert_eq!(find(world.app(), &connection.id).await.unwrap().state, ConnectionState::Disconnected);
    world.check().await;
}

#[tokio::test]
async fn an_account_has_one_connection_in_an_environment() {
    let world = world().await;
    let first = world.connected().await;
    let started = world.start(None).await;
    let refused = world.consent(&started, KITCHEN).await.unwrap_err();
    assert_eq!(refused.code(), "account_already_connected");
    let second = find(world.app(), &started.connection.id).await.unwrap();
    assert_eq!(second.state, ConnectionState::Disconnected);
    assert!(consent(world.app(), &second.id).await.unwrap().is_none(), "its tokens are dropped");
    let story = world.story(&second.id).await;
    let expected =
        ["oauth.account.mismatched denied", "oauth.token.deleted", "oauth.connection.disconnected"];
    assert_eq!(story[story.len() - 3..], expected);

    // Once the first has ended, the account is free.
    disconnect(world.app(), &world.admin, &first.id).await.unwrap();
    let started = world.start(None).await;
    assert!(world.consent(&started, KITCHEN).await.is_ok());
    world.check().await;
}

#[tokio::test]
async fn an_unknown_connection_is_none() {
    let world = world().await;
    let id = "con_none".parse().unwrap();
    for refused in [
        find(world.app(), &id).await.unwrap_err(),
        confirm(world.app(), &world.admin, &id).await.unwrap_err(),
        disconnect(world.app(), &world.admin, &id).await.unwrap_err(),
    ] {
        assert_eq!(refused.code(), "connection_not_found");
    }
}
