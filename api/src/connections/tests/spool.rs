//! Pairs that only the spool has.

use std::time::Duration;

use countersign_entities::ids::{ConnectionId, GrantId};

use super::support::{World, world};
use crate::{
    connections::{
        Connection, disconnect, drain_spool, refresh,
        spool::{Kept, keep},
        store::{self, Grant},
        usable,
    },
    hooks::Point,
    spool::{self, Contents},
};

/// An account whose renewal was answered, and the database was then away for too long.
async fn renewed_in_vain(world: &World) -> Connection {
    let connection = world.connected().await;
    world.app().hooks.crash_at(Point::RefreshAfterKeep);
    assert!(refresh(world.app(), &connection.id, 1).await.is_err());
    world.app().hooks.clear();
    world.advance(Duration::from_secs(61));
    connection
}

fn kept(world: &World) -> usize {
    spool::list(world.app(), "tokens").unwrap().len()
}

#[tokio::test]
async fn a_refresher_takes_its_own_pair_from_the_spool_before_it_uses_a_spent_token() {
    let world = world().await;
    let connection = renewed_in_vain(&world).await;
    assert_eq!(kept(&world), 1);
    assert_eq!(refresh(world.app(), &connection.id, 1).await.unwrap().generation, 2);
    assert_eq!((kept(&world), world.calls("/oauth/token")), (0, 2), "one consent and one renewal");
    assert_eq!(refresh(world.app(), &connection.id, 2).await.unwrap().generation, 3, "the pair is good");
    world.check().await;
}

#[tokio::test]
async fn a_pair_waits_while_somebody_renews_it() {
    let world = world().await;
    let connection = world.connected().await;
    let (app, id) = (world.app().clone(), connection.id.clone());
    world.app().hooks.install(move |point| {
        let (app, id) = (app.clone(), id.clone());
        async move {
            if point == Point::RefreshAfterKeep {
                drain_spool(&app).await.unwrap();
                assert_eq!(store::grant_of(&app.db, &id).await.unwrap().unwrap().generation, 1);
            }
            Ok(())
        }
    });
    assert_eq!(refresh(world.app(), &connection.id, 1).await.unwrap().generation, 2);
    world.app().hooks.clear();
    assert_eq!(kept(&world), 0);
    world.check().await;
}

/// Keeps a pair as a process with another database would have left it.
async fn left(world: &World, id: &ConnectionId, next: &Grant) {
    keep(world.app(), &Kept::of(id, &world.app().event_id(), next)).await.unwrap();
}

#[tokio::test]
async fn a_pair_that_this_database_does_not_know_stays_until_its_consent_has_ended() {
    let world = world().await;
    let (app, connection) = (world.app(), world.connected().await);
    let there = store::grant_of(&app.db, &connection.id).await.unwrap().unwrap();
    // Of a database that was replaced, of one that is an older copy, and a stranger's consent of this account.
    let stranger = GrantId::from_random(app.random_id());
    left(&world, &ConnectionId::from_random(app.random_id()), &there).await;
    left(&world, &connection.id, &Grant { generation: 5, ..there.clone() }).await;
    left(&world, &connection.id, &Grant { id: stranger, generation: 2, ..there.clone() }).await;
    drain_spool(app).await.unwrap();
    drain_spool(app).await.unwrap();
    assert_eq!(spool::contents(app).unwrap(), Contents { kept: 3, set_aside: 0 });

    // In the place of the first.
    left(&world, &connection.id, &there).await;
    drain_spool(app).await.unwrap();
    assert_eq!(kept(&world), 2, "the database has it");
    assert_eq!(usable(app, &connection.id).await.unwrap().generation, 1);

    disconnect(app, &world.admin, &connection.id).await.unwrap();
    drain_spool(app).await.unwrap();
    let left = Contents { kept: 1, set_aside: 0 };
    assert_eq!(spool::contents(app).unwrap(), left, "of this consent nothing is left");
}
