//! Renewing tokens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use countersign_entities::vocabulary::{ConnectionState, Environment, HoldReason};
use countersign_review_fixtures::{Fault, Kind, When};
use tokio::sync::Notify;

use super::super::upkeep::can_be_asked;
use super::support::{HOME, KITCHEN, World, world};
use crate::{
    actor::Actor,
    connections::{
        Connection, RefreshError, Unusable, consent, due_for_refresh, find, hold, keep_fresh, recheck,
        refresh, usable,
    },
    hooks::{Crash, Point},
    pinterest::{account, calls::CallError},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Token calls after the one that connected.
fn refreshes(world: &World) -> usize {
    world.calls("/oauth/token") - 1
}

#[tokio::test]
async fn a_token_with_less_than_a_day_left_is_renewed_and_rotated() {
    let world = world().await;
    let connection = world.connected().await;
    let first = usable(world.app(), &connection.id).await.unwrap();
    world.advance(DAY * 29);
    let second = usable(world.app(), &connection.id).await.unwrap();
    assert_eq!((first.generation, second.generation), (1, 2));
    assert_eq!(first.grant, second.grant);
    assert!(!second.token.matches(first.token.expose()));
    world.advance(DAY * 29);
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 3, "with the rotated token");
    let story = world.story(&connection.id).await;
    assert_eq!(story[story.len() - 2..], ["oauth.token.exchange_started", "oauth.token.refreshed"]);
    let lasting = consent(world.app(), &connection.id).await.unwrap().unwrap();
    assert_eq!(lasting.refresh_expires_at, Some(world.app().now().plus(DAY * 60)));
    world.check().await;
}

#[tokio::test]
async fn many_at_once_renew_once() {
    let world = world().await;
    let connection = world.connected().await;
    world.advance(DAY * 29);
    let (app, id) = (world.app(), &connection.id);
    let all = tokio::join!(usable(app, id), usable(app, id), usable(app, id), refresh(app, id, 1));
    let generations =
        [all.0.unwrap(), all.1.unwrap(), all.2.unwrap(), all.3.unwrap()].map(|usable| usable.generation);
    assert_eq!(generations, [2; 4]);
    assert_eq!(refreshes(&world), 1);
    world.check().await;
}

#[tokio::test]
async fn a_revoked_consent_ends_the_connection() {
    let world = world().await;
    let connection = world.connected().await;
    assert!(world.simulator.revoke(KITCHEN));
    let refused = refresh(world.app(), &connection.id, 1).await.map(drop).unwrap_err();
    assert!(matches!(refused, RefreshError::Refused), "{refused}");
    let ended = find(world.app(), &connection.id).await.unwrap();
    assert_eq!(ended.state, ConnectionState::Revoked);
    assert!(consent(world.app(), &connection.id).await.unwrap().is_none());
    let story = world.story(&connection.id).await;
    let expected = [
        "oauth.token.exchange_started",
        "oauth.token.refresh_failed failed",
        "oauth.token.exchange_started",
        "oauth.token.refresh_failed failed",
        "api.request",
        "api.response failed",
        "oauth.token.deleted",
        "oauth.connection.revoked",
    ];
    assert_eq!(story[story.len() - 8..], expected);
    world.check().await;
}

#[tokio::test]
async fn a_token_endpoint_that_refuses_us_deletes_no_tokens_that_work() {
    let world = world().await;
    let connection = world.connected().await;
    let wrong_secret = Fault::status("oauth/token", When::Before, 401, 2, "Authentication failed.").times(2);
    world.simulator.set_faults(vec![wrong_secret]).unwrap();
    let held = refresh(world.app(), &connection.id, 1).await.map(drop).unwrap_err();
    assert!(matches!(held, RefreshError::Held(HoldReason::Authorization)), "{held}");
    assert_eq!(find(world.app(), &connection.id).await.unwrap().state, ConnectionState::Held);
    assert!(consent(world.app(), &connection.id).await.unwrap().is_some(), "the tokens are kept");

    // The secret is mended: the account goes on by itself.
    world.advance(Duration::from_secs(15 * 60));
    recheck(world.app()).await.unwrap();
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn a_token_that_was_renewed_asks_for_nothing_any_more() {
    let world = world().await;
    let connection = world.connected().await;
    let old = usable(world.app(), &connection.id).await.unwrap();
    refresh(world.app(), &connection.id, 1).await.map(drop).unwrap();
    let before = world.simulator.ledger().requests.len();
    let asked = account::read(world.app(), &Actor::worker(), &old, None).await.map(drop);
    assert!(matches!(asked, Err(CallError::Superseded)), "{asked:?}");
    assert_eq!(world.simulator.ledger().requests.len(), before);
    world.check().await;
}

#[tokio::test]
async fn a_consent_that_ran_out_ends_by_pinterests_word() {
    let world = world().await;
    let connection = world.connected().await;
    world.advance(DAY * 60);
    assert_eq!(due_for_refresh(world.app()).await.unwrap().len(), 1);
    keep_fresh(world.app()).await.unwrap();
    assert_eq!(refreshes(&world), 2, "it is asked, and a refusal is believed the second time");
    assert_eq!(find(world.app(), &connection.id).await.unwrap().state, ConnectionState::Revoked);
    assert!(consent(world.app(), &connection.id).await.unwrap().is_none());
    let story = world.story(&connection.id).await;
    let expected = ["oauth.token.expired", "oauth.token.deleted", "oauth.connection.revoked"];
    assert_eq!(story[story.len() - 3..], expected);
    world.check().await;
}

#[tokio::test]
async fn a_clock_that_is_months_ahead_deletes_no_tokens() {
    let world = world().await;
    let connection = world.connected().await;
    world.test.clock.advance(DAY * 90);
    let wrong_secret = Fault::status("oauth/token", When::Before, 401, 2, "Authentication failed.").times(2);
    world.simulator.set_faults(vec![wrong_secret]).unwrap();
    keep_fresh(world.app()).await.unwrap();
    assert!(consent(world.app(), &connection.id).await.unwrap().is_some(), "the tokens are kept");
    world.test.clock.advance(Duration::from_secs(15 * 60));
    recheck(world.app()).await.unwrap();
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn a_renewal_that_failed_is_not_tried_again_for_a_quarter_of_an_hour() {
    let world = world().await;
    let connection = world.connected().await;
    let limit = Fault::status("oauth/token", When::Before, 429, 8, "slow down").times(0);
    world.simulator.set_faults(vec![limit]).unwrap();
    world.advance(DAY * 7);
    for _ in 0..3 {
        keep_fresh(world.app()).await.unwrap();
        world.advance(Duration::from_secs(60));
    }
    assert_eq!(refreshes(&world), 1);
    world.advance(Duration::from_secs(12 * 60));
    world.simulator.set_faults(Vec::new()).unwrap();
    keep_fresh(world.app()).await.unwrap();
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn an_account_that_cannot_be_asked_now_is_not_due() {
    let world = world().await;
    let connection = world.connected().await;
    world.advance(DAY * 7);
    let until = world.app().now().plus(Duration::from_secs(60));
    hold(world.app(), &connection.id, HoldReason::Authorization, Some(until)).await.unwrap();
    assert!(due_for_refresh(world.app()).await.unwrap().is_empty(), "it is held");
    world.advance(Duration::from_secs(60));
    assert_eq!(due_for_refresh(world.app()).await.unwrap().len(), 1);
    assert!(can_be_asked(world.app(), &connection));
    let elsewhere = Connection { environment: Environment::Rehearsal, ..connection };
    assert!(!can_be_asked(world.app(), &elsewhere), "its Pinterest is not configured");
}

#[tokio::test]
async fn one_account_that_fails_does_not_keep_the_others_from_being_renewed() {
    let world = world().await;
    world.connected().await;
    let started = world.start(Some(HOME)).await;
    world.consent(&started, HOME).await.unwrap();
    world.advance(DAY * 7);
    let is_first = AtomicBool::new(true);
    world.app().hooks.install(move |point| {
        let crashes = point == Point::RefreshBeforeIntent && is_first.swap(false, Ordering::Relaxed);
        std::future::ready(if crashes { Err(Crash(point)) } else { Ok(()) })
    });
    assert!(keep_fresh(world.app()).await.is_err(), "it is told");
    assert_eq!(world.calls("/oauth/token"), 3, "two consents and one renewal");
}

#[tokio::test]
async fn a_renewal_whose_caller_has_gone_is_waited_for() {
    let world = world().await;
    let connection = world.connected().await;
    let (reached, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, opened) = (Arc::clone(&reached), Arc::clone(&gate));
    world.app().hooks.install(move |point| {
        let (tell, opened) = (Arc::clone(&tell), Arc::clone(&opened));
        async move {
            if point == Point::RefreshAfterCall {
                tell.notify_one();
                opened.notified().await;
            }
            Ok(())
        }
    });
    tokio::select! {
        _ = refresh(world.app(), &connection.id, 1) => panic!("the pair is not stored yet"),
        () = reached.notified() => {}
    }
    let mut finished = Box::pin(world.app().finished());
    assert!(futures_util::poll!(&mut finished).is_pending());
    gate.notify_one();
    finished.await;
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn one_refusal_alone_is_not_believed() {
    let world = world().await;
    let connection = world.connected().await;
    let once = Fault::status("oauth/token", When::Before, 401, 2, "Authentication failed.");
    world.simulator.set_faults(vec![once]).unwrap();
    assert_eq!(refresh(world.app(), &connection.id, 1).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn a_lost_answer_is_tried_once_more_and_then_held() {
    let world = world().await;
    let connection = world.connected().await;
    let before = Fault::new("oauth/token", When::Before, Kind::Reset);
    world.simulator.set_faults(vec![before]).unwrap();
    assert_eq!(refresh(world.app(), &connection.id, 1).await.unwrap().generation, 2, "nothing was used up");

    // Pinterest rotated the pair, and the answer never came: the old token is dead.
    let after = Fault::new("oauth/token", When::After, Kind::Reset);
    world.simulator.set_faults(vec![after]).unwrap();
    let held = refresh(world.app(), &connection.id, 2).await.map(drop).unwrap_err();
    assert!(matches!(held, RefreshError::Held(HoldReason::Authorization)), "{held}");
    let row = find(world.app(), &connection.id).await.unwrap();
    assert_eq!((row.state, row.hold_reason), (ConnectionState::Held, Some(HoldReason::Authorization)));
    assert!(consent(world.app(), &connection.id).await.unwrap().is_some(), "the tokens are kept");
    let story = world.story(&connection.id).await;
    let expected = [
        "api.unknown unknown",
        "oauth.token.exchange_started",
        "oauth.token.refresh_failed failed",
        "oauth.connection.held",
    ];
    assert_eq!(story[story.len() - 4..], expected);
    world.check().await;
}

#[tokio::test]
async fn a_limit_or_an_absent_pinterest_changes_nothing() {
    let world = world().await;
    let connection = world.connected().await;
    let limit = Fault::status("oauth/token", When::Before, 429, 8, "slow down");
    world.simulator.set_faults(vec![limit]).unwrap();
    let busy = refresh(world.app(), &connection.id, 1).await.map(drop).unwrap_err();
    assert!(matches!(busy, RefreshError::Busy), "{busy}");
    assert_eq!(refreshes(&world), 1);
    assert_eq!(refresh(world.app(), &connection.id, 1).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn who_saw_an_older_generation_gets_the_present_one_without_a_call() {
    let world = world().await;
    let connection = world.connected().await;
    refresh(world.app(), &connection.id, 1).await.unwrap();
    assert_eq!(refresh(world.app(), &connection.id, 1).await.unwrap().generation, 2);
    assert_eq!(refreshes(&world), 1);
}

#[tokio::test]
async fn another_process_that_renews_is_waited_for_until_its_lease_ends() {
    let world = world().await;
    let connection = world.connected().await;
    world.app().hooks.crash_at(Point::RefreshBeforeCall);
    assert!(refresh(world.app(), &connection.id, 1).await.is_err());
    world.app().hooks.clear();
    let busy = refresh(world.app(), &connection.id, 1).await.map(drop).unwrap_err();
    assert!(matches!(busy, RefreshError::Busy), "{busy}");
    world.advance(DAY * 29);
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
}

#[tokio::test]
async fn tokens_are_renewed_weekly_so_that_an_idle_account_never_lapses() {
    let world = world().await;
    let connection = world.connected().await;
    world.advance(DAY * 7 - Duration::from_secs(1));
    assert!(due_for_refresh(world.app()).await.unwrap().is_empty());
    world.advance(Duration::from_secs(1));
    assert_eq!(due_for_refresh(world.app()).await.unwrap(), [(connection.id.clone(), 1)]);
    keep_fresh(world.app()).await.unwrap();
    assert!(due_for_refresh(world.app()).await.unwrap().is_empty());
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
    world.check().await;
}

#[tokio::test]
async fn a_held_authorization_is_looked_at_again_after_a_quarter_of_an_hour() {
    let world = world().await;
    let connection = world.connected().await;
    let lost = Fault::new("oauth/token", When::Before, Kind::Reset).times(2);
    world.simulator.set_faults(vec![lost]).unwrap();
    assert!(refresh(world.app(), &connection.id, 1).await.is_err());
    recheck(world.app()).await.unwrap();
    let held = usable(world.app(), &connection.id).await.map(drop).unwrap_err();
    assert!(matches!(held, Unusable::Held(HoldReason::Authorization)), "not yet: {held}");
    world.advance(Duration::from_secs(15 * 60));
    recheck(world.app()).await.unwrap();
    assert_eq!(usable(world.app(), &connection.id).await.unwrap().generation, 2);
    assert_eq!(world.story(&connection.id).await.last().unwrap(), "oauth.connection.released");
    world.check().await;
}
