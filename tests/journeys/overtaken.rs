//! Somebody's change is about to be committed while another one acts on what it changes: the other one waits, and then
//! goes by what is committed. On SQLite there is one writer, so they come one after the other anyway.

use std::time::Duration;

use countersign_api::connections;
use countersign_api::hooks::Point;
use countersign_tests::at_commit::AtCommit;
use countersign_tests::harness::{Database, Stage};
use countersign_tests::lock::Lock;
use countersign_tests::log::Event;
use countersign_tests::{Harness, database};

/// The only request of this operation.
#[track_caller]
fn the_request(events: &[&Event], operation: &str) -> Event {
    let all: Vec<&&Event> = events.iter().filter(|event| event.fact("operation") == operation).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    (*all[0]).clone()
}

#[tokio::test]
async fn two_who_change_nothing_in_common_are_both_told_of() {
    let h = Harness::start().await;
    let intruder = h.intruder().await;
    let (one, other) = (h.admin().await, h.person("Bo", &["admin"]).await);
    let held = AtCommit::hold(&h);
    let scopes = ["drafts:read"];
    let (first, second) =
        held.overtaking(&intruder, one.make_token("one", &scopes), other.make_token("other", &scopes)).await;
    h.hooks().clear();
    first.is(201);
    second.is(201);
    assert_eq!(h.log().await.of("access.token_created").len(), 2);
    h.finish().await;
}

#[tokio::test]
async fn whoever_disconnects_an_account_second_finds_it_done() {
    let h = Harness::start().await;
    let (stage, intruder) = (h.stage().await, h.intruder().await);
    let (one, other) = (h.admin().await, h.person("Bo", &["admin"]).await);
    let path = format!("/connections/{}", stage.connection);
    let held = AtCommit::hold(&h);
    let (first, second) =
        held.overtaking(&intruder, one.delete(&path, None), other.delete(&path, None)).await;
    h.hooks().clear();
    first.ok();
    second.ok();
    assert_eq!(one.connection(&stage.connection).await["state"], "disconnected");
    let log = h.log().await;
    assert_eq!((log.of("oauth.token.deleted").len(), log.of("oauth.connection.disconnected").len()), (1, 1));
    h.finish().await;
}

/// Whoever comes second to the switch has the last word, in either order.
#[tokio::test]
async fn a_pause_or_a_resume_while_the_other_one_is_just_being_committed() {
    let h = Harness::start().await;
    let (stage, intruder, admin) = (h.stage().await, h.intruder().await, h.admin().await);
    let draft = h.draft_in_review(&stage).await;
    let pause = || stage.reviewer.post_empty("/publishing/pause");
    let resume = || admin.post_empty("/publishing/resume");

    let held = AtCommit::hold(&h);
    let (paused, resumed) = held.overtaking(&intruder, pause(), resume()).await;
    h.hooks().clear();
    assert_eq!((paused.ok()["paused"].clone(), resumed.ok()["paused"].clone()), (true.into(), false.into()));
    assert_eq!(admin.get("/publishing").await.ok()["paused"], false);

    pause().await.ok();
    let held = AtCommit::hold(&h);
    let (resumed, paused) = held.overtaking(&intruder, resume(), pause()).await;
    h.hooks().clear();
    assert_eq!((resumed.ok()["paused"].clone(), paused.ok()["paused"].clone()), (false.into(), true.into()));
    assert_eq!(admin.get("/publishing").await.ok()["paused"], true);
    stage.reviewer.approve(&draft).await;
    h.publish().await;
    assert_eq!(h.creates(), 0);
    let log = h.log().await;
    let told = ["system.publishing_paused", "system.publishing_resumed"].map(|kind| log.of(kind).len());
    assert_eq!(told, [3, 2]);
    h.finish().await;
}

/// Renews the stage's tokens for the first time.
async fn renew(h: &Harness, stage: &Stage) {
    connections::refresh(h.app(), &stage.connection.parse().unwrap(), 1).await.map(drop).unwrap();
}

#[tokio::test]
async fn a_call_whose_token_is_just_being_renewed() {
    let h = Harness::start().await;
    let (stage, intruder) = (h.stage().await, h.intruder().await);
    let held = AtCommit::hold_after(&h, Point::RefreshAfterKeep);
    let boards = format!("/connections/{}/boards", stage.connection);
    let ((), answer) = held.overtaking(&intruder, renew(&h, &stage), stage.author.get(&boards)).await;
    h.hooks().clear();
    answer.is(200);
    let intent = the_request(&h.log().await.of("api.request"), "boards/list");
    assert_eq!(intent.header["facts"]["generation"], 2, "with the new token");
    h.finish().await;
}

#[tokio::test]
async fn a_take_down_whose_token_is_just_being_renewed() {
    let h = Harness::start().await;
    let (stage, intruder) = (h.stage().await, h.intruder().await);
    let id = h.approved_draft(&stage).await.publication();
    h.publish().await;
    let held = AtCommit::hold_after(&h, Point::RefreshAfterKeep);
    let deleting = stage.reviewer.take_down(&id, "It has to go.");
    let ((), answer) = held.overtaking(&intruder, renew(&h, &stage), deleting).await;
    h.hooks().clear();
    answer.ok();
    let intent = the_request(&h.log().await.of("api.request"), "pins/delete");
    assert_eq!(intent.header["facts"]["generation"], 2, "with the new token");
    assert_eq!(h.deletes(), 1);
    h.finish().await;
}

/// The answer came while somebody else had the draft's row, for so long that its outcome was given up.
#[tokio::test]
async fn an_outcome_that_is_just_being_told_as_lost() {
    let Some(url) = database::fresh_postgres().await else { return };
    let builder = Harness::builder().database(Database::At(url));
    let h = builder.timing(|timing| timing.database.busy = Duration::from_secs(30)).start().await;
    let (stage, intruder) = (h.stage().await, h.intruder().await);
    let draft = h.approved_draft(&stage).await;
    h.publish().await;
    let row = format!("SELECT 1 FROM draft WHERE id = '{}'", draft.id());
    let row = Lock::rows(&h.database_url(), &row).await;
    let (id, timing) = (draft.publication(), &h.app().timing);
    let is_over = timing.calls.other_intent + timing.audit.outcome_grace;
    let giving_up = async {
        intruder.until_waiting(1).await;
        assert_eq!(h.deletes(), 1, "it was answered");
        h.advance(is_over + Duration::from_secs(1));
        let held = AtCommit::hold(&h);
        let telling = async {
            held.has_come().await;
            row.let_go().await;
            intruder.until_waiting_for(1, "audit_head").await;
            held.let_go();
        };
        tokio::join!(h.try_workers(), telling).0
    };
    let (answer, worked) = tokio::join!(stage.reviewer.take_down(&id, "It has to go."), giving_up);
    h.hooks().clear();
    worked.unwrap();
    answer.ok();
    let log = h.log().await;
    assert_eq!(log.the("api.unknown").cause(), the_request(&log.of("api.request"), "pins/delete").id());
    assert_eq!(log.the("api.reconciled").fact("by"), "late_answer");
    log.the("publish.taken_down");
    h.finish().await;
}
