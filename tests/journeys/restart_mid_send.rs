//! The process dies at every gap between two durable steps. After a restart there is one Pin, or a person is asked; an
//! account is connected or can be connected again; and every intent has its outcome.

use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::consent::{Press, consent};
use countersign_tests::harness::{ACCOUNT, Stage};
use countersign_tests::lock::{Away, send_and_lock};
use countersign_tests::{Actor, Harness};
use serde_json::json;

/// What people are at when the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum During {
    Connecting,
    Disconnecting,
    Refreshing,
    Approving,
    Undoing,
    Sending,
    Keeping,
    Reaping,
    Looking,
    Deciding,
}

/// What was at work, the state that is legal afterwards (of the connection, or of the publication), and how many creates
/// arrive at Pinterest in all, where everybody does what is theirs once the process is back.
fn legal(point: Point) -> (During, &'static str, usize) {
    use During::*;
    match point {
        Point::ConnectBeforeStart => (Connecting, "none", 0),
        // Nobody was sent off, or the code is used up: it is ended, and a person begins again.
        Point::ConnectAfterStart
        | Point::ConnectBeforeUse
        | Point::ConnectBeforeExchange
        | Point::ConnectAfterExchange => (Connecting, "disconnected", 0),
        // The tokens are stored: whose the account is can be asked again.
        Point::ConnectAfterStore | Point::ConnectAfterAccount | Point::ConnectAfterConfirm => {
            (Connecting, "active", 0)
        }
        Point::DisconnectBeforeCommit => (Disconnecting, "active", 0),
        Point::DisconnectAfterCommit => (Disconnecting, "disconnected", 0),
        Point::RefreshBeforeIntent
        | Point::RefreshBeforeCall
        | Point::RefreshAfterKeep
        | Point::RefreshAfterStore => (Refreshing, "published", 1),
        // Pinterest rotated the pair and we have the old one: a person has to connect again.
        Point::RefreshAfterCall => (Refreshing, "held", 0),
        Point::ApproveBeforeCommit | Point::TellBeforeCommit | Point::ApproveAfterCommit => {
            (Approving, "published", 1)
        }
        // Undo did not happen, so the Pin goes out; or it did, and nobody is told of a failure that was none.
        Point::UndoBeforeCommit => (Undoing, "published", 1),
        Point::UndoAfterCommit => (Undoing, "cancelled", 0),
        Point::ClaimBeforeCommit | Point::ClaimAfterCommit | Point::RedeemBeforeCommit => {
            (Sending, "published", 1)
        }
        // No byte has left, but nobody can know that: it is never sent again by itself.
        Point::RedeemAfterCommit => (Sending, "needs_decision", 0),
        Point::SendAfterCall
        | Point::SettleBeforeCommit
        | Point::SettleAfterCommit
        | Point::ReadBackBeforeCall
        | Point::ReadBackAfterCall => (Sending, "published", 1),
        Point::SpoolBeforeKeep
        | Point::SpoolAfterKeep
        | Point::SpoolBeforeForget
        | Point::SpoolAfterForget => (Keeping, "published", 1),
        Point::ReapBeforeCommit | Point::ReapAfterCommit => (Reaping, "published", 1),
        Point::ReconcileBeforeCall
        | Point::ReconcileAfterCall
        | Point::ReconcileBeforeCommit
        | Point::ReconcileAfterCommit => (Looking, "published", 1),
        Point::ResolveBeforeCommit | Point::ResolveAfterCommit => (Deciding, "abandoned", 0),
    }
}

/// Ends the process where it is, starts it again, and lets the reaper and all looks at the board have their time.
async fn die_and_come_back(h: &mut Harness) {
    h.kill().await;
    h.hooks().clear();
    h.start_again().await;
    for minutes in [1, 1, 2, 10, 30, 60, 60, 60] {
        h.advance(Duration::from_secs(minutes * 60));
        h.run_workers().await;
        h.sweep().await;
    }
}

/// Lets the workers run into `point`.
async fn work_dies(h: &Harness, point: Point) {
    h.hooks().crash_at(point);
    assert!(h.try_workers().await.is_err(), "{point:?} is never reached");
}

/// Waits in the gap: the draft's publication ends in this state after this many creates.
async fn ends(h: &Harness, stage: &Stage, draft: &str, point: Point) {
    let (_, state, creates) = legal(point);
    stage.author.sign_in().await.is(201);
    let draft = stage.author.look(draft).await;
    let publication = stage.author.publication(&draft.publication()).await;
    assert_eq!(publication["state"], state, "{point:?}: {publication}");
    assert_eq!(h.creates(), creates, "{point:?}");
    let pins = h.ledger().pins;
    assert_eq!(pins.len(), creates, "{point:?}");
    assert!(pins.iter().all(|pin| publication["pin_id"] == pin.pin_id.as_str()), "{point:?}: {publication}");
}

async fn sending(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.advance(Duration::from_secs(10));
    work_dies(&h, point).await;
    die_and_come_back(&mut h).await;
    ends(&h, &stage, draft.id(), point).await;
    let is_untold = point == Point::RedeemAfterCommit;
    assert!(!is_untold || h.log().await.of("api.unknown").len() == 1, "{point:?}");
    h.finish().await;
}

/// Dies while an answer is kept that the database does not take, or while it is taken out of the spool again.
async fn keeping(point: Point) {
    let mut h =
        Harness::builder().timing(|timing| timing.database.busy = Duration::from_millis(200)).start().await;
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    let is_kept = !matches!(point, Point::SpoolBeforeKeep);
    let away = match point {
        Point::SpoolBeforeForget | Point::SpoolAfterForget => Away::UntilKept,
        _ => Away::Long,
    };
    assert!(send_and_lock(&h, away, Some(point)).await, "{point:?} is never reached");
    die_and_come_back(&mut h).await;
    ends(&h, &stage, draft.id(), point).await;
    assert_eq!(h.log().await.of("publish.unknown").is_empty(), is_kept, "{point:?}");
    h.finish().await;
}

/// Dies in the middle of the first start after a death in the middle of a send.
async fn reaping(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.advance(Duration::from_secs(10));
    work_dies(&h, Point::SendAfterCall).await;
    h.kill().await;
    h.hooks().crash_at(point);
    h.start_again().await;
    let state = if point == Point::ReapBeforeCommit { "sending" } else { "unknown" };
    assert_eq!(stage.author.publication(&draft.publication()).await["state"], state, "{point:?}");
    die_and_come_back(&mut h).await;
    ends(&h, &stage, draft.id(), point).await;
    assert_eq!(h.log().await.of("publish.unknown").len(), 1, "{point:?}");
    h.finish().await;
}

/// Dies while a person decides about what nobody can prove.
async fn deciding(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.advance(Duration::from_secs(10));
    work_dies(&h, Point::RedeemAfterCommit).await;
    die_and_come_back(&mut h).await;
    stage.reviewer.sign_in().await.is(201);
    let (id, choice) = (draft.publication(), json!({"outcome": "abandon", "reason": "It is not there."}));
    h.hooks().crash_at(point);
    let answer = stage.reviewer.resolve(&id, choice.clone()).await;
    assert!(answer.status >= 500, "{point:?}: {answer:?}");
    die_and_come_back(&mut h).await;
    stage.reviewer.sign_in().await.is(201);
    let again = stage.reviewer.resolve(&id, choice).await;
    assert_eq!(again.status < 300, point == Point::ResolveBeforeCommit, "{point:?}: {again:?}");
    stage.author.sign_in().await.is(201);
    assert_eq!(stage.author.publication(&id).await["state"], legal(point).1, "{point:?}");
    assert_eq!(h.creates(), legal(point).2);
    assert_eq!(h.log().await.of("publish.resolved").len(), 1, "{point:?}");
    h.finish().await;
}

async fn undoing(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.hooks().crash_at(point);
    let answer = stage.reviewer.undo(&draft).await;
    assert!(answer.status >= 500, "{point:?}: {answer:?}");
    die_and_come_back(&mut h).await;
    stage.author.sign_in().await.is(201);
    let publication = stage.author.publication(&draft.publication()).await;
    let (_, state, creates) = legal(point);
    assert_eq!(
        (publication["state"].as_str(), h.creates()),
        (Some(state), creates),
        "{point:?}: {publication}"
    );
    h.finish().await;
}

async fn disconnecting(mut h: Harness, point: Point) {
    let (stage, admin) = (h.stage().await, h.admin().await);
    let path = format!("/connections/{}", stage.connection);
    h.hooks().crash_at(point);
    let answer = admin.delete(&path, None).await;
    assert!(answer.status >= 500, "{point:?}: {answer:?}");
    die_and_come_back(&mut h).await;
    admin.sign_in().await.is(201);
    assert_eq!(admin.connection(&stage.connection).await["state"], legal(point).1, "{point:?}");
    // Asked once more, it is done or was done before.
    admin.delete(&path, None).await.ok();
    assert_eq!(h.intruder().await.number("SELECT COUNT(*) FROM token_grant").await, 0, "{point:?}");
    assert_eq!(h.log().await.of("oauth.token.deleted").len(), 1, "{point:?}");
    h.finish().await;
}

async fn looking(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    let draft = h.approved_draft(&stage).await;
    h.with_fault(json!({"operation": "pins/create", "when": "after", "fault": "reset"}));
    h.publish().await;
    h.advance(Duration::from_secs(5));
    work_dies(&h, point).await;
    die_and_come_back(&mut h).await;
    ends(&h, &stage, draft.id(), point).await;
    assert_eq!(h.log().await.of("publish.succeeded").len(), 1, "{point:?}");
    h.finish().await;
}

async fn approving(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    let draft = h.draft_in_review(&stage).await;
    h.hooks().crash_at(point);
    let answer = stage.reviewer.try_approve(&draft).await;
    assert!(answer.status >= 500, "{point:?}: {answer:?}");
    assert!(!answer.text().contains("Approve"), "{point:?} is no one's business: {}", answer.text());
    die_and_come_back(&mut h).await;
    stage.reviewer.sign_in().await.is(201);
    // Whoever got no answer asks again, and the second request finds the first one done, or does it.
    let again = stage.reviewer.try_approve(&draft).await;
    let is_undone = matches!(point, Point::ApproveBeforeCommit | Point::TellBeforeCommit);
    assert_eq!(again.status < 300, is_undone, "{point:?}: {again:?}");
    h.publish().await;
    ends(&h, &stage, draft.id(), point).await;
    assert_eq!(h.log().await.of("review.approved").len(), 1, "{point:?}");
    h.finish().await;
}

async fn refreshing(mut h: Harness, point: Point) {
    let stage = h.stage().await;
    h.advance(Duration::from_secs(29 * 24 * 3600));
    for person in [&stage.author, &stage.reviewer] {
        person.sign_in().await.is(201);
    }
    let draft = h.approved_draft(&stage).await;
    work_dies(&h, point).await;
    die_and_come_back(&mut h).await;
    ends(&h, &stage, draft.id(), point).await;
    let (admin, is_lost) = (h.admin().await, point == Point::RefreshAfterCall);
    admin.sign_in().await.is(201);
    let connection = admin.connection(&stage.connection).await;
    assert_eq!(connection["state"], if is_lost { "held" } else { "active" }, "{point:?}: {connection}");
    if is_lost {
        // Once the old access token is over, too, the consent is.
        h.advance(Duration::from_secs(24 * 3600));
        h.run_workers().await;
        admin.sign_in().await.is(201);
        assert_eq!(admin.connection(&stage.connection).await["state"], "revoked");
        let begun = admin.post_empty(&format!("/connections/{}/reconnect", stage.connection)).await;
        admin.remember_state(&begun);
        admin.come_back_from(&begun, ACCOUNT, Press::Approve).await;
        h.publish().await;
        h.the_pin();
    }
    h.finish().await;
}

/// Connects an account as far as it goes: where it dies, somebody sees an error.
async fn connect_until_it_dies(admin: &Actor) -> u16 {
    let begun = admin.begin_connecting("rehearsal", Some(ACCOUNT)).await;
    if begun.status != 201 {
        return begun.status;
    }
    let url = begun.json()["authorize_url"].as_str().unwrap().to_owned();
    admin.open_callback(&consent(&url, ACCOUNT, Press::Approve).await).await.status
}

async fn connecting(mut h: Harness, point: Point) {
    let admin = h.admin().await;
    h.hooks().crash_at(point);
    let status = connect_until_it_dies(&admin).await;
    assert!(status >= 500, "{point:?} answered {status}");
    die_and_come_back(&mut h).await;
    admin.sign_in().await.is(201);
    let known = admin.all("/connections").await;
    let states: Vec<&str> = known.iter().map(|connection| connection["state"].as_str().unwrap()).collect();
    let (_, state, _) = legal(point);
    assert_eq!(states.first().copied().unwrap_or("none"), state, "{point:?}: {known:?}");
    let tokens = i64::from(state == "active");
    assert_eq!(h.intruder().await.number("SELECT COUNT(*) FROM token_grant").await, tokens, "{point:?}");
    // What was begun is ended as any connection is, and takes what was kept for it along; a fresh try works.
    for connection in &known {
        admin.delete(&format!("/connections/{}", connection["id"].as_str().unwrap()), None).await.ok();
    }
    assert_eq!(h.intruder().await.number("SELECT COUNT(*) FROM token_grant").await, 0, "{point:?}");
    admin.connect("rehearsal", ACCOUNT).await;
    h.finish().await;
}

/// The points of one kind of work; together the tests below try every one.
fn points(during: During) -> impl Iterator<Item = Point> {
    Point::ALL.iter().copied().filter(move |point| legal(*point).0 == during)
}

#[tokio::test]
async fn while_connecting() {
    for point in points(During::Connecting) {
        connecting(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_disconnecting() {
    for point in points(During::Disconnecting) {
        disconnecting(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_undoing() {
    for point in points(During::Undoing) {
        undoing(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_keeping_an_answer() {
    for point in points(During::Keeping) {
        keeping(point).await;
    }
}

#[tokio::test]
async fn while_taking_up_what_was_left() {
    for point in points(During::Reaping) {
        reaping(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_deciding() {
    for point in points(During::Deciding) {
        deciding(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_refreshing() {
    for point in points(During::Refreshing) {
        refreshing(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_approving() {
    for point in points(During::Approving) {
        approving(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_sending() {
    for point in points(During::Sending) {
        sending(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn while_looking_for_a_lost_pin() {
    for point in points(During::Looking) {
        looking(Harness::start().await, point).await;
    }
}

#[tokio::test]
async fn a_restart_between_approval_and_due_time_loses_nothing() {
    let mut h = Harness::start().await;
    let stage = h.stage().await;
    h.approved_draft(&stage).await;
    h.restart().await;
    stage.author.get("/me").await.ok();
    h.publish().await;
    h.the_pin();
    h.finish().await;
}
