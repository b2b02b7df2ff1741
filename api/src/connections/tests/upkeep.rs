//! Holds and their ends.

use std::time::Duration;

use countersign_entities::vocabulary::{ConnectionState, HoldReason};

use super::support::world;
use crate::{
    audit::AuditedTx,
    connections::{
        Unusable, clear_spam_level, find, hold, hold_for_spam, readable, recheck, release, usable,
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
    tx.commit(Vec::new()).await.unwrap();
    assert_eq!(find(app, id).await.unwrap().spam_level, 0);
    world.check().await;
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
