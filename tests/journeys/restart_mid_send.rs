//! The process dies at every gap between two durable steps. After a restart there is one Pin, or a person is asked; an
//! account is connected or can be connected again; and every intent has its outcome.

use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::consent::{Press, consent};
use countersign_tests::harness::{ACCOUNT, Stage};
use countersign_tests::{Actor, Harness};
use serde_json::json;

/// What people are at when the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum During {
    Connecting,
    Refreshing,
    Approving,
    Sending,
    Looking,
}

/// What was at work, the state that is legal afterwards (of the connection, or of the publication), and how many creates
/// arrive at Pinterest in all, where everybody does what is theirs once the process is back.
fn legal(point: Point) -> (During, &'static str, usize) {
    use During::*;
    match point {
        Point::ConnectBeforeStart => (Connecting, "none", 0),
        // Nobody was sent off, or the code is used up, or it is not known whose the account is: a person begins again.
        Point::ConnectAfterStart
        | Point::ConnectBeforeExchange
        | Point::ConnectAfterExchange
        | Point::ConnectAfterStore
        | Point::ConnectAfterAccount => (Connecting, "pending", 0),
        Point::ConnectAfterConfirm => (Connecting, "active", 0),
        Point::RefreshBeforeIntent | Point::RefreshBeforeCall | Point::RefreshAfterStore => {
            (Refreshing, "published", 1)
        }
        // Pinterest rotated the pair and we have the old one: a person has to connect again.
        Point::RefreshAfterCall => (Refreshing, "held", 0),
        Point::ApproveBeforeCommit | Point::ApproveAfterCommit => (Approving, "published", 1),
        Point::ClaimBeforeCommit | Point::ClaimAfterCommit | Point::RedeemBeforeCommit => {
            (Sending, "published", 1)
        }
        // No byte has left, but nobody can know that: it is never sent again by itself.
        Point::RedeemAfterCommit => (Sending, "needs_decision", 0),
        Point::SendAfterCall | Point::SettleBeforeCommit | Point::SettleAfterCommit => {
            (Sending, "published", 1)
        }
        Point::ReconcileBeforeCall | Point::ReconcileAfterCall | Point::ReconcileAfterCommit => {
            (Looking, "published", 1)
        }
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
    assert_eq!(again.status < 300, point == Point::ApproveBeforeCommit, "{point:?}: {again:?}");
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
