//! Holds and their ends.

use std::time::Duration;

use countersign_entities::vocabulary::{ConnectionState, HoldReason};

use super::support::{KITCHEN, World, world};
use crate::{
    audit::AuditedTx,
    connections::{
        Connection, Started, Unusable, clear_spam_level, disconnect, find, hold, hold_for_spam, readable,
        recheck, reconnect, release, usable,
    },
};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn spam_blocks_pause_an_account_longer_each_time() {
    let world = world().await;
    let connection = world.connected().await;
    let (app, id) = (world.app(), &connection.id);
    for hours in [1, 6, 24, 24] {
        hold_for_spam(app, id).await.unwrap();
        let held = usable(app, id).await.map(drop).unwrap_err();
        assert!(matches!(held, Unusable::Held(HoldReason::Spam)), "{held}");
        assert!(readable(app, id).await.is_ok(), "looking is no publishing");
        world.advance(HOUR * hours - Duration::from_secs(1));
        recheck(app).await.unwrap();
        assert_eq!(find(app, id).await.unwrap().state, ConnectionState::Held, "{hours} hours");
        world.advance(Duration::from_secs(1));
        recheck(app).await.unwrap();
        assert_eq!(find(app, id).await.unwrap().state, ConnectionState::Active);
    }
    let tx = AuditedTx::begin(app).await.unwrap();
    clear_spam_level(&tx, id).await.unwrap();
    tx.commit_untold().await.unwrap();
    assert_eq!(find(app, id).await.unwrap().spam_level, 0);
    world.check().await;
}

#[tokio::test]
async fn a_spam_block_takes_the_place_of_another_hold_and_no_other_shortens_it() {
    let world = world().await;
    let connection = world.connected().await;
    let (app, id) = (world.app(), &connection.id);
    hold(app, id, HoldReason::Authorization, Some(app.now())).await.unwrap();
    hold_for_spam(app, id).await.unwrap();
    let until = Some(app.now().plus(HOUR));
    hold(app, id, HoldReason::Authorization, Some(app.now())).await.unwrap();
    // A result that is written down a second time is no second block.
    hold_for_spam(app, id).await.unwrap();
    let held = find(app, id).await.unwrap();
    assert_eq!((held.hold_reason, held.hold_until), (Some(HoldReason::Spam), until));
    assert_eq!(held.spam_level, 1);
}

#[tokio::test]
async fn a_hold_that_is_prolonged_is_told_once_and_a_block_counts_also_where_the_account_is_gone() {
    let world = world().await;
    let connection = world.connected().await;
    let (app, id) = (world.app(), &connection.id);
    for hours in [1, 2] {
        hold(app, id, HoldReason::Authorization, Some(app.now().plus(HOUR * hours))).await.unwrap();
    }
    let held = find(app, id).await.unwrap();
    assert_eq!((held.state, held.hold_until), (ConnectionState::Held, Some(app.now().plus(HOUR * 2))));
    disconnect(app, &world.admin, id).await.unwrap();
    let story = world.story(id).await;
    hold_for_spam(app, id).await.unwrap();
    let ended = find(app, id).await.unwrap();
    assert_eq!((ended.state, ended.spam_level), (ConnectionState::Disconnected, 1));
    let told = world.story(id).await;
    assert_eq!(told, story);
    assert_eq!(told.iter().filter(|kind| *kind == "oauth.connection.held").count(), 1);
    world.check().await;
}

#[tokio::test]
async fn neither_a_reconnect_nor_a_disconnect_ends_a_spam_block() {
    let world = world().await;
    let connection = consented_to_less(&world, world.start(Some(KITCHEN)).await).await;
    let (app, id) = (world.app(), &connection.id);
    assert_eq!(connection.hold_reason, Some(HoldReason::Scope));
    hold_for_spam(app, id).await.unwrap();
    let until = Some(app.now().plus(HOUR));
    for ends in [false, true] {
        if ends {
            disconnect(app, &world.admin, id).await.unwrap();
        }
        let started = reconnect(app, &world.admin, &world.session, id).await.unwrap();
        let back = consented_to_less(&world, started).await;
        assert_eq!(back.state, ConnectionState::Held);
        assert_eq!((back.hold_reason, back.hold_until), (Some(HoldReason::Spam), until));
    }
    world.advance(HOUR);
    recheck(app).await.unwrap();
    assert_eq!(find(app, id).await.unwrap().hold_reason, Some(HoldReason::Scope), "what it lacks shows then");
    world.check().await;
}

/// Comes back without the permission to write Pins.
async fn consented_to_less(world: &World, started: Started) -> Connection {
    let narrowed = started.authorize_url.as_str().replace("%2Cpins%3Awrite", "").parse().unwrap();
    let query = world.press(&narrowed, KITCHEN, "approve").await;
    world.come_back(&query).await.unwrap()
}

#[tokio::test]
async fn a_hold_keeps_its_first_reason_and_is_told_once() {
    let world = world().await;
    let connection = world.connected().await;
    let (app, id) = (world.app(), &connection.id);
    hold(app, id, HoldReason::Scope, None).await.unwrap();
    hold(app, id, HoldReason::Scope, None).await.unwrap();
    hold(app, id, HoldReason::Breaker, Some(app.now())).await.unwrap();
    release(app, id, HoldReason::Breaker).await.unwrap();
    assert_eq!(find(app, id).await.unwrap().hold_reason, Some(HoldReason::Scope));
    release(app, id, HoldReason::Scope).await.unwrap();
    assert!(usable(app, id).await.is_ok());
    let story = world.story(id).await;
    assert_eq!(story[story.len() - 2..], ["oauth.connection.held", "oauth.connection.released"]);
    world.check().await;
}

#[tokio::test]
async fn a_tier_that_only_pinterest_denies_is_tried_again_later() {
    let world = world().await;
    let connection = world.connected().await;
    let (app, id) = (world.app(), &connection.id);
    hold(app, id, HoldReason::Tier, None).await.unwrap();
    recheck(app).await.unwrap();
    assert_eq!(find(app, id).await.unwrap().state, ConnectionState::Held, "not at once");
    world.advance(HOUR);
    recheck(app).await.unwrap();
    assert_eq!(find(app, id).await.unwrap().state, ConnectionState::Active);
}
