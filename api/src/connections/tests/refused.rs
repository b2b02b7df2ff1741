//! Consents that are refused, lost or taken back.

use std::time::Duration;

use countersign_entities::vocabulary::{ConnectionState, Environment};
use countersign_review_fixtures::{Fault, Kind, When};

use super::support::{HOME, KITCHEN, World, hasty_world, world};
use crate::{
    audit::read,
    connections::{
        CallbackQuery, CallbackRefused, Connect, Connection, callback, connect, disconnect, find, reconnect,
        resume, sweep, usable,
    },
    error::Refusal,
    hooks::Point,
};

async fn installation_story(world: &World) -> Vec<String> {
    let events = read::tail(&world.app().db, 0, 100).await.unwrap();
    let refused = events.into_iter().filter(|event| event.kind.starts_with("oauth."));
    refused.filter(|event| event.stream == "installation").map(|event| event.header).collect()
}

/// The code of what was refused; a connection is none.
fn code(result: Result<Connection, CallbackRefused>) -> &'static str {
    result.map(|connection| connection.state).unwrap_err().code()
}

#[tokio::test]
async fn an_unknown_state_is_told_by_its_digest_alone() {
    let world = world().await;
    for query in ["code=x&state=con.canary-state", "code=x&state=ins.canary-state", "code=x", ""] {
        assert_eq!(code(world.come_back(query).await), "consent_unknown", "{query}");
    }
    let told = installation_story(&world).await;
    assert_eq!(told.len(), 4);
    assert!(told[0].contains(r#""reason":"unknown""#) && told[0].contains("state_digest"), "{}", told[0]);
    assert!(told.iter().all(|line| !line.contains("canary")));
    assert_eq!(world.calls("/oauth/token"), 0);
    world.check().await;
}

#[tokio::test]
async fn a_network_of_strangers_cannot_fill_the_log() {
    let world = world().await;
    let tries = async |times: u32, query: &str| {
        for n in 0..times {
            let mut visitor = World::stranger();
            visitor.net.address = Some(format!("2001:db8::{n:x}"));
            callback(world.app(), visitor, CallbackQuery::parse(query)).await.map(drop).unwrap_err();
        }
        installation_story(&world).await.len()
    };
    assert_eq!(tries(40, "code=x&state=con.unknown").await, 30);
    assert_eq!(
        tries(9, "code=x&state=con.a&state=con.b").await,
        30,
        "what is said twice is counted with them"
    );
    world.advance(Duration::from_secs(60));
    assert_eq!(tries(9, "").await, 31, "and then one a minute, which leaves others theirs");
}

#[tokio::test]
async fn a_doubled_parameter_is_refused_and_uses_nothing_up() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    assert_eq!(code(world.come_back(&format!("{query}&state=con.other")).await), "consent_doubled");
    assert_eq!(code(world.come_back(&format!("{query}&code=other")).await), "consent_doubled");
    assert_eq!(world.come_back(&query).await.unwrap().state, ConnectionState::Active);
    world.check().await;
}

#[tokio::test]
async fn a_state_lives_ten_minutes() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    world.advance(Duration::from_secs(600));
    assert_eq!(code(world.come_back(&query).await), "consent_expired");
    let story = world.story(&started.connection.id).await;
    assert_eq!(story[1..], ["oauth.callback.received denied", "oauth.callback.refused denied"]);
    world.check().await;
}

#[tokio::test]
async fn a_state_is_used_once() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    world.come_back(&query).await.unwrap();
    assert_eq!(code(world.come_back(&query).await), "consent_reused");
    assert_eq!(world.calls("/oauth/token"), 1);
    assert_eq!(find(world.app(), &started.connection.id).await.unwrap().state, ConnectionState::Active);
    world.check().await;
}

#[tokio::test]
async fn whoever_comes_back_again_and_again_does_not_fill_the_log() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    world.come_back(&query).await.unwrap();
    let before = world.story(&started.connection.id).await.len();
    for _ in 0..12 {
        assert_eq!(code(world.come_back(&query).await), "consent_reused");
    }
    assert_eq!(world.story(&started.connection.id).await.len() - before, 2 * 10);
    world.check().await;
}

#[tokio::test]
async fn two_tabs_at_once_make_one_exchange() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    let (one, other) = tokio::join!(world.come_back(&query), world.come_back(&query));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    assert_eq!(code(if one.is_ok() { other } else { one }), "consent_reused");
    assert_eq!(world.calls("/oauth/token"), 1);
    world.check().await;
}

#[tokio::test]
async fn only_the_session_that_started_it_may_bring_it_back() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    let elsewhere = world.visitor_in("ses_other".parse().unwrap());
    for visitor in [elsewhere, World::stranger()] {
        let refused = callback(world.app(), visitor, CallbackQuery::parse(&query)).await;
        assert_eq!(code(refused), "consent_other_session");
    }
    assert_eq!(world.calls("/oauth/token"), 0);
    assert_eq!(world.come_back(&query).await.unwrap().state, ConnectionState::Active, "it was not used up");
    world.check().await;
}

#[tokio::test]
async fn a_denial_ends_a_new_connection_and_leaves_an_old_one() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "deny").await;
    assert_eq!(code(world.come_back(&query).await), "consent_denied");
    let story = world.story(&started.connection.id).await;
    let expected =
        ["oauth.callback.received", "oauth.authorize.denied denied", "oauth.connection.disconnected"];
    assert_eq!(story[1..], expected);
    assert_eq!(find(world.app(), &started.connection.id).await.unwrap().state, ConnectionState::Disconnected);
    assert_eq!(code(world.come_back(&query).await), "consent_reused");

    let connection = world.connected().await;
    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    let query = world.press(&started.authorize_url, KITCHEN, "deny").await;
    assert_eq!(code(world.come_back(&query).await), "consent_denied");
    assert!(usable(world.app(), &connection.id).await.is_ok());
    world.check().await;
}

#[tokio::test]
async fn a_return_without_code_and_error_is_survived() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    let state = query.split('&').find(|part| part.starts_with("state=")).unwrap();
    assert_eq!(code(world.come_back(state).await), "consent_unanswered");
    world.check().await;
}

#[tokio::test]
async fn a_code_that_pinterest_does_not_take_connects_nothing() {
    let world = world().await;
    let started = world.start(Some(KITCHEN)).await;
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    let state = query.split('&').find(|part| part.starts_with("state=")).unwrap();
    let refused = world.come_back(&format!("code=forged&{state}")).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("401 (Authentication failed.)"), "{refused}");
    assert_eq!(refused.code(), "exchange_refused");
    let story = world.story(&started.connection.id).await;
    assert_eq!(story[3..], ["oauth.token.exchange_failed failed", "oauth.connection.disconnected"]);
    world.check().await;
}

#[tokio::test]
async fn a_lost_exchange_is_unknown_and_connects_nothing() {
    let world = hasty_world().await;
    let faults = [
        Fault::new("oauth/token", When::After, Kind::Timeout),
        Fault::new("oauth/token", When::Before, Kind::Reset),
        Fault::new("oauth/token", When::After, Kind::CutBody),
        Fault::new("oauth/token", When::After, Kind::Html),
        Fault::status("oauth/token", When::After, 500, 0, "pina_canary-canary-canary"),
    ];
    for fault in faults {
        let kind = fault.fault;
        world.simulator.set_faults(vec![fault]).unwrap();
        let started = world.start(Some(KITCHEN)).await;
        let refused = world.consent(&started, KITCHEN).await;
        assert_eq!(code(refused), "exchange_unanswered", "{kind:?}");
        let story = world.story(&started.connection.id).await;
        assert_eq!(story[3..], ["api.unknown unknown", "oauth.connection.disconnected"], "{kind:?}");
    }
    world.check().await;
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_no_tokens() {
    let world = world().await;
    let away = Fault::status("user_account/get", When::Before, 500, 0, "later").times(0);
    world.simulator.set_faults(vec![away]).unwrap();
    let started = world.start(Some(KITCHEN)).await;
    assert_eq!(code(world.consent(&started, KITCHEN).await), "account_unread");
    let story = world.story(&started.connection.id).await;
    assert_eq!(story[story.len() - 2..], ["oauth.token.deleted", "oauth.connection.disconnected"]);
    assert_eq!(world.calls("/user_account"), 2, "a read may be repeated");
    world.check().await;

    let once = Fault::new("user_account/get", When::After, Kind::CutBody);
    world.simulator.set_faults(vec![once]).unwrap();
    assert_eq!(world.connected().await.state, ConnectionState::Active);
    world.check().await;
}

#[tokio::test]
async fn a_reconnect_with_another_account_is_no_silent_swap() {
    let world = world().await;
    let connection = world.connected().await;
    let before = usable(world.app(), &connection.id).await.unwrap();
    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    let refused = world.consent(&started, HOME).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("@halden_home") && refused.code() == "other_account", "{refused}");
    let after = usable(world.app(), &connection.id).await.unwrap();
    assert_eq!((after.grant, after.generation), (before.grant, before.generation));
    assert_eq!(find(world.app(), &connection.id).await.unwrap(), connection);
    let story = world.story(&connection.id).await;
    assert_eq!(story[story.len() - 2..], ["oauth.account.mismatched denied", "oauth.token.deleted"]);
    world.check().await;
}

#[tokio::test]
async fn a_connection_that_was_disconnected_meanwhile_stays_so() {
    let world = world().await;
    let connection = world.connected().await;
    let started = reconnect(world.app(), &world.admin, &world.session, &connection.id).await.unwrap();
    let query = world.press(&started.authorize_url, KITCHEN, "approve").await;
    disconnect(world.app(), &world.admin, &connection.id).await.unwrap();
    assert_eq!(code(world.come_back(&query).await), "consent_reused");
    assert_eq!(find(world.app(), &connection.id).await.unwrap().state, ConnectionState::Disconnected);
    world.check().await;
}

/// A new connection whose pass through OAuth ended at a point with its process, some time ago.
async fn stopped_at(world: &World, point: Point) -> Connection {
    world.app().hooks.crash_at(point);
    let started = world.start(Some(KITCHEN)).await;
    assert_eq!(code(world.consent(&started, KITCHEN).await), "internal");
    world.app().hooks.clear();
    world.advance(Duration::from_secs(721));
    started.connection
}

#[tokio::test]
async fn what_a_stopped_process_left_is_swept() {
    for point in [Point::ConnectBeforeExchange, Point::ConnectAfterExchange, Point::ConnectAfterStore] {
        let world = world().await;
        let id = stopped_at(&world, point).await.id;
        if point == Point::ConnectAfterStore {
            assert_eq!(sweep(world.app()).await.unwrap(), 0, "there are tokens to be taken up");
            world.advance(Duration::from_secs(24 * 3600));
        }
        sweep(world.app()).await.unwrap();
        let ended = find(world.app(), &id).await.unwrap();
        assert_eq!(ended.state, ConnectionState::Disconnected, "{point:?}");
        let story = world.story(&ended.id).await;
        let has_deleted = story.contains(&"oauth.token.deleted".to_owned());
        assert_eq!(has_deleted, point == Point::ConnectAfterStore);
        assert_eq!(sweep(world.app()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_consent_that_is_taken_up_outlasts_an_absent_pinterest_but_not_its_word() {
    let passing = [
        Fault::status("user_account/get", When::Before, 503, 0, "later").times(0),
        Fault::status("user_account/get", When::Before, 429, 8, "slow down").times(0),
        Fault::new("user_account/get", When::Before, Kind::Reset).times(0),
    ];
    for fault in passing {
        let world = world().await;
        let id = stopped_at(&world, Point::ConnectAfterStore).await.id;
        world.simulator.set_faults(vec![fault]).unwrap();
        resume(world.app()).await.unwrap();
        sweep(world.app()).await.unwrap();
        assert_eq!(find(world.app(), &id).await.unwrap().state, ConnectionState::Pending);
        let asked = world.calls("/user_account");
        resume(world.app()).await.unwrap();
        assert_eq!(world.calls("/user_account"), asked, "not at once");
        world.simulator.set_faults(Vec::new()).unwrap();
        world.advance(Duration::from_secs(15 * 60));
        resume(world.app()).await.unwrap();
        assert_eq!(find(world.app(), &id).await.unwrap().state, ConnectionState::Active);
        world.check().await;
    }
    let world = world().await;
    let id = stopped_at(&world, Point::ConnectAfterStore).await.id;
    world.simulator.revoke(KITCHEN);
    resume(world.app()).await.unwrap();
    assert_eq!(find(world.app(), &id).await.unwrap().state, ConnectionState::Disconnected);
    world.check().await;
}

#[tokio::test]
async fn environments_that_cannot_be_reached_are_refused_before_anything_is_written() {
    let world = world().await;
    for (environment, expected_code) in [
        (Environment::Production, "trial_cannot_reach_production"),
        (Environment::Rehearsal, "environment_not_configured"),
    ] {
        let input = Connect { environment, expected_username: None };
        let refused = connect(world.app(), &world.admin, &world.session, input).await;
        assert_eq!(refused.map(drop).unwrap_err().code(), expected_code);
    }
    let expected_username = Some("two words".to_owned());
    let input = Connect { environment: Environment::Sandbox, expected_username };
    let refused = connect(world.app(), &world.admin, &world.session, input).await.map(drop).unwrap_err();
    assert_eq!((refused.code(), refused.fields()[0].field), ("fields_invalid", "expected_username"));
    for token in ["pina_0123456789abcdef", "cs_0123456789abcdef0123456789abcdef0123456789a"] {
        let expected_username = Some(token.to_owned());
        let input = Connect { environment: Environment::Sandbox, expected_username };
        let refused = connect(world.app(), &world.admin, &world.session, input).await.map(drop).unwrap_err();
        assert_eq!((refused.fields()[0].field, refused.fields()[0].code), ("expected_username", "secret"));
        assert!(!refused.to_string().contains(token), "it is not repeated");
    }
    assert!(crate::connections::list(world.app()).await.unwrap().is_empty());
}
