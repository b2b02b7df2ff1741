//! A Pinterest account has one connection in an environment, also where two people consent at the same moment; and no
//! call is made with a token that has just been renewed.

use std::sync::Arc;
use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::consent::Press;
use countersign_tests::harness::{ACCOUNT, OTHER_ACCOUNT};
use countersign_tests::lock::Lock;
use countersign_tests::{Actor, Harness};
use tokio::sync::{Barrier, Mutex};

/// A lock that a hook takes and the test gives back.
type Held = Arc<Mutex<Option<Lock>>>;

async fn let_go(held: &Held) {
    if let Some(lock) = held.lock().await.take() {
        lock.let_go().await;
    }
}

/// Both consents come as far as their account, and only then is either written; on PostgreSQL while the log's head is
/// in other hands, so that both are on their way at once.
async fn meet_at_the_account(h: &Harness, is_postgres: bool) -> Held {
    let (both, held) = (Arc::new(Barrier::new(2)), Held::default());
    let (holding, url) = (Arc::clone(&held), h.database_url());
    h.hooks().install(move |point| {
        let (both, holding, url) = (Arc::clone(&both), Arc::clone(&holding), url.clone());
        async move {
            if point == Point::ConnectAfterAccount && both.wait().await.is_leader() && is_postgres {
                *holding.lock().await = Some(Lock::take(&url).await);
            }
            if point == Point::ConnectAfterAccount {
                both.wait().await;
            }
            Ok(())
        }
    });
    held
}

async fn states(admin: &Actor) -> Vec<String> {
    let all = admin.all("/connections").await;
    let mut states: Vec<String> =
        all.iter().map(|connection| connection["state"].as_str().unwrap_or_default().to_owned()).collect();
    states.sort();
    states
}

#[tokio::test]
async fn two_consents_for_one_account_at_the_same_moment() {
    let h = Harness::start().await;
    let intruder = h.intruder().await;
    let (admin, other) = (h.admin().await, h.person("Bo", &["admin"]).await);
    let first = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    let second = other.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    let held = meet_at_the_account(&h, intruder.is_postgres()).await;
    let releasing = async {
        if intruder.is_postgres() {
            intruder.until_waiting(2).await;
            let_go(&held).await;
        }
    };
    let (one, two, ()) = tokio::join!(
        admin.come_back_from(&first, ACCOUNT, Press::Approve),
        other.come_back_from(&second, ACCOUNT, Press::Approve),
        releasing
    );
    h.hooks().clear();

    let refused: Vec<_> = [&one, &two].into_iter().filter(|answer| answer.status >= 400).collect();
    assert_eq!(refused.len(), 1, "{} and {}", one.status, two.status);
    refused[0].is(409).says("This account is connected already");
    refused[0].leads_to("/connections");
    assert_eq!(states(&admin).await, ["active", "disconnected"]);
    let log = h.log().await;
    assert_eq!((log.of("oauth.account.confirmed").len(), log.of("oauth.account.mismatched").len()), (1, 1));
    assert_eq!(log.the("oauth.token.deleted").fact("by"), "already_connected");
    // The loser's tokens are gone, and another account can be connected.
    assert_eq!(intruder.number("SELECT count(*) FROM token_grant").await, 1);
    admin.connect("rehearsal", OTHER_ACCOUNT).await;
    h.finish().await;
}

#[tokio::test]
async fn the_schema_refuses_a_second_live_connection() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    let first = admin.connect("rehearsal", ACCOUNT).await;
    let second = admin.connect("rehearsal", OTHER_ACCOUNT).await;
    let intruder = h.intruder().await;
    let steal = format!(
        "UPDATE connection SET account_id = (SELECT account_id FROM connection WHERE id = '{first}') \
         WHERE id = '{second}'"
    );
    intruder.try_run(&steal).await.expect_err("the schema lets it pass");
    // An account that was disconnected is free.
    admin.delete(&format!("/connections/{first}"), None).await.ok();
    admin.connect("rehearsal", ACCOUNT).await;
    h.finish().await;
}

#[tokio::test]
async fn an_older_database_that_has_two_is_refused_in_words() {
    let mut h = Harness::start().await;
    let admin = h.admin().await;
    let first = admin.connect("rehearsal", ACCOUNT).await;
    let second = admin.connect("rehearsal", OTHER_ACCOUNT).await;
    let intruder = h.intruder().await;
    h.stop().await;
    let account =
        |account: String| format!("UPDATE connection SET account_id = {account} WHERE id = '{second}'");
    intruder.run("DROP INDEX connection_one_account").await;
    intruder.run(&account(format!("(SELECT account_id FROM connection WHERE id = '{first}')"))).await;
    intruder.run("DELETE FROM seaql_migrations WHERE version = 'm20261125_3_one_account'").await;
    let refused = h.try_start().await.unwrap_err();
    for words in
        ["two connections have the same Pinterest account", "disconnect one of them", "Nothing was changed"]
    {
        assert!(refused.contains(words), "{words}: {refused}");
    }
    intruder.run(&account("'another one'".to_owned())).await;
    h.start_again().await;
    h.finish().await;
}

/// A call asks for the token's generation while the next one is on its way into the log.
#[tokio::test]
async fn a_call_while_its_token_is_renewed() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let intruder = h.intruder().await;
    if !intruder.is_postgres() {
        // SQLite has one writer: there is no such moment.
        return h.finish().await;
    }
    h.advance(Duration::from_secs(25 * 24 * 3600));
    stage.author.sign_in().await.is(201);
    let (held, url) = (Held::default(), h.database_url());
    let holding = Arc::clone(&held);
    h.hooks().install(move |point| {
        let (holding, url) = (Arc::clone(&holding), url.clone());
        async move {
            if point == Point::RefreshAfterCall {
                *holding.lock().await = Some(Lock::take(&url).await);
            }
            Ok(())
        }
    });
    let boards = format!("/connections/{}/boards", stage.connection);
    let calling = async {
        intruder.until_waiting(1).await;
        let (answer, ()) = tokio::join!(stage.author.get(&boards), async {
            intruder.until_waiting(2).await;
            let_go(&held).await;
        });
        answer
    };
    let ((), answer) = tokio::join!(h.run_workers(), calling);
    h.hooks().clear();
    // Whoever was overtaken takes the new token, or is asked to come back; the log is whole either way.
    assert!([200, 503].contains(&answer.status), "{answer:?}");
    assert_eq!(h.log().await.of("oauth.token.refreshed").len(), 1);
    stage.author.get(&boards).await.is(200);
    h.finish().await;
}
