//! What goes wrong beside a send: clocks, limits, tokens, boards that cannot be read, answers that come too late.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use countersign_entities::ids::GrantId;

use super::*;
use crate::{
    audit::read,
    connections,
    hooks::Point,
    pinterest::client::{Answer, Rate},
    publisher::{
        claim::Claim,
        outcome::{Outcome, classify},
        reap, reconcile,
        settle::{self, Sent, Written},
        store, verdict,
    },
};

impl Desk {
    async fn told(&self) -> Vec<String> {
        self.world.story(&self.connection).await
    }

    async fn now(&self, approved: &Approved) -> Publication {
        self.publication(approved).await.0
    }

    /// A send whose answer was lost before anything was created.
    async fn lost(&self, title: &str) -> Approved {
        self.world
            .simulator
            .set_faults(vec![Trouble::new("pins/create", When::Before, Kind::Reset)])
            .unwrap();
        let approved = self.approved(title).await;
        self.after(UNDO).await;
        assert_eq!(self.now(&approved).await.state, PublicationState::Unknown);
        approved
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outcome_of_a_send_under_a_lease_is_told_by_its_settler_only() {
    let desk = desk().await;
    desk.app().hooks.crash_at(Point::SendAfterCall);
    let approved = desk.approved("Slow").await;
    desk.world.advance(UNDO);
    assert!(run_until_idle(desk.app()).await.is_err());
    desk.app().hooks.clear();

    // The clock jumps far beyond the intent's deadline, and the lease is prolonged before anybody looks.
    desk.world.advance(Duration::from_secs(600));
    let publication = desk.now(&approved).await;
    let tx =
        crate::audit::AuditedTx::housekeeping(desk.app(), crate::audit::Housekeeping::Claims).await.unwrap();
    let (lease, until) =
        (publication.lease_token.clone().unwrap(), desk.app().now().plus(Duration::from_secs(60)));
    assert!(store::prolong(&tx, &publication.id, &lease, until).await.unwrap());
    tx.commit().await.unwrap();
    run_until_idle(desk.app()).await.unwrap();
    assert_eq!(desk.now(&approved).await.state, PublicationState::Sending);
    assert!(!desk.told().await.contains(&"api.unknown unknown".to_owned()), "a settler may still come");

    desk.after(Duration::from_secs(60)).await;
    desk.after(Duration::from_secs(5)).await;
    assert_eq!(desk.now(&approved).await.state, PublicationState::Published);
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_waits_to_be_written_down_is_not_taken_for_lost() {
    let desk = desk().await;
    desk.app().hooks.crash_at(Point::SendAfterCall);
    let approved = desk.approved("Slow").await;
    desk.world.advance(UNDO);
    assert!(run_until_idle(desk.app()).await.is_err());
    desk.app().hooks.clear();
    desk.world.advance(Duration::from_secs(600));
    assert!(!reap::reap(desk.app(), std::slice::from_ref(&approved.publication_id)).await.unwrap());
    assert_eq!(desk.now(&approved).await.state, PublicationState::Sending);
    assert!(reap::reap(desk.app(), &[]).await.unwrap());
    assert_eq!(desk.now(&approved).await.state, PublicationState::Unknown);
    desk.after(Duration::from_secs(5)).await;
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_cannot_be_read_was_not_looked_at() {
    let desk = desk().await;
    let approved = desk.lost("Ferns").await;
    connections::hold(desk.app(), &desk.connection, HoldReason::Authorization, None).await.unwrap();
    for step in desk.app().timing.reconcile.steps {
        desk.world.advance(step);
        while run_once(desk.app()).await.unwrap() {}
    }
    let publication = desk.now(&approved).await;
    assert_eq!((publication.state, publication.looks), (PublicationState::NeedsDecision, 0));
    assert_eq!(publication.why.as_deref(), Some("account_not_usable"));
    assert!(!desk.told().await.contains(&"api.reconciled".to_owned()));
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_count_from_the_moment_the_outcome_became_unknown() {
    let desk = desk().await;
    let approved = desk.lost("Ferns").await;
    desk.after(Duration::from_secs(5)).await;
    desk.after(Duration::from_secs(24)).await;
    assert_eq!(desk.now(&approved).await.looks, 1);
    desk.after(Duration::from_secs(1)).await;
    assert_eq!(desk.now(&approved).await.looks, 2);
    // Nobody was there for an hour: one look makes up for the missed ones.
    desk.after(Duration::from_secs(3600)).await;
    assert_eq!(desk.now(&approved).await.looks, 3);
    desk.after(Duration::from_secs(3600)).await;
    assert_eq!(desk.now(&approved).await.state, PublicationState::NeedsDecision);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_look_at_a_board_at_once_one_tells_of_it() {
    let desk = desk().await;
    let approved = desk.lost("Ferns").await;
    desk.world.advance(Duration::from_secs(5));
    let (app, is_first) = (desk.app().clone(), Arc::new(AtomicBool::new(true)));
    desk.app().hooks.install(move |point| {
        // While the first one has the board in its hands, the second one does all of it.
        let is_met = point == Point::ReconcileAfterCall && is_first.swap(false, Ordering::SeqCst);
        let app = app.clone();
        async move {
            if is_met {
                assert!(reconcile::look_at_due(&app).await.unwrap());
            }
            Ok(())
        }
    });
    assert!(reconcile::look_at_due(desk.app()).await.unwrap());
    desk.app().hooks.clear();
    assert_eq!(desk.now(&approved).await.looks, 1);
    assert_eq!(desk.told().await.iter().filter(|kind| *kind == "api.reconciled").count(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_for_the_whole_account() {
    let desk = desk().await;
    let limited = Trouble::status("pins/create", When::Before, 429, 8, "This request exceeded a rate limit.")
        .header("Retry-After", "30");
    desk.world.simulator.set_faults(vec![limited]).unwrap();
    let (first, second) = (desk.approved("Tiles").await, desk.approved("Cups").await);
    desk.after(UNDO).await;
    desk.after(Duration::from_secs(29)).await;
    assert_eq!(desk.world.calls("/pins"), 1, "the other one would only meet the same limit");
    desk.after(Duration::from_secs(1)).await;
    for approved in [first, second] {
        assert_eq!(desk.now(&approved).await.state, PublicationState::Published);
    }
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_outlasts_the_pin_that_met_it() {
    let desk = desk().await;
    let limited = Trouble::status("pins/create", When::Before, 429, 8, "This request exceeded a rate limit.")
        .header("Retry-After", "30");
    desk.world.simulator.set_faults(vec![limited]).unwrap();
    let (first, second) = (desk.approved("Tiles").await, desk.approved("Cups").await);
    desk.after(UNDO).await;
    let met = desk.now(&first).await.why.is_some();
    let (met, other) = if met { (first, second) } else { (second, first) };
    drafts::cancel(desk.app(), &desk.ada.author().unwrap(), &met.draft.id, None).await.unwrap();
    desk.after(Duration::from_secs(29)).await;
    assert_eq!(desk.world.calls("/pins"), 1);
    desk.after(Duration::from_secs(1)).await;
    assert_eq!(desk.now(&other).await.state, PublicationState::Published);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_unknown_one_is_for_a_person_and_the_next_one_is_found() {
    let desk = desk().await;
    let damaged = desk.lost("Ferns").await;
    desk.world.simulator.set_faults(vec![Trouble::new("pins/create", When::After, Kind::Reset)]).unwrap();
    let good = desk.approved("Twelve soups").await;
    desk.world.advance(UNDO);
    let id = damaged.draft.id.to_string();
    fixture::run(desk.app(), "DROP TRIGGER draft_revision_fixed").await;
    fixture::run(desk.app(), &format!("UPDATE draft_revision SET salt = 'zz' WHERE draft_id = '{id}'")).await;
    run_until_idle(desk.app()).await.unwrap();
    desk.after(Duration::from_secs(5)).await;
    assert_eq!(desk.now(&good).await.state, PublicationState::Published);
    let set_aside = desk.now(&damaged).await;
    assert_eq!(
        (set_aside.state, set_aside.why.as_deref()),
        (PublicationState::NeedsDecision, Some("rows_damaged"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_could_not_be_renewed_just_now_is_not_refused_twice() {
    let desk = desk().await;
    let refused = Trouble::status("pins/create", When::Before, 401, 2, "Authentication failed.");
    let busy = Trouble::status("oauth/token", When::Before, 429, 8, "slow down");
    desk.world.simulator.set_faults(vec![refused.times(2), busy]).unwrap();
    let approved = desk.approved("Cups").await;
    desk.after(UNDO).await;
    assert_eq!(desk.now(&approved).await.why.as_deref(), Some("token_busy"));
    desk.after(Duration::from_secs(60)).await;
    assert_eq!(desk.now(&approved).await.state, PublicationState::Published, "renewed, and sent once more");
    assert!(!desk.told().await.contains(&"oauth.connection.held".to_owned()));
    assert_eq!(desk.pins(), 1);
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_twice_in_a_row_is_not_renewed_for_ever() {
    let desk = desk().await;
    let refused = Trouble::status("pins/create", When::Before, 401, 2, "Authentication failed.");
    // Whoever goes on renewing gets through with the fourth, and is seen.
    desk.world.simulator.set_faults(vec![refused.times(3)]).unwrap();
    let approved = desk.approved("Cups").await;
    desk.after(UNDO).await;
    let (publication, attempts) = desk.publication(&approved).await;
    assert_eq!((publication.state, attempts.len()), (PublicationState::Held, 2));
    assert_eq!(publication.hold_reason, Some(HoldReason::Authorization));
    desk.after(desk.app().timing.publishing.authorization_recheck).await;
    assert_eq!(desk.now(&approved).await.state, PublicationState::Published);
    assert_eq!((desk.pins(), desk.world.calls("/pins")), (1, 4));
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_says_what_holds_it_now() {
    let desk = desk().await;
    let approved = desk.approved("Vase").await;
    pause::pause(desk.app(), &pause::MayPause::command()).await.unwrap();
    desk.after(UNDO).await;
    connections::hold(desk.app(), &desk.connection, HoldReason::Scope, None).await.unwrap();
    pause::resume(desk.app(), &pause::MayResume::command()).await.unwrap();
    desk.after(Duration::ZERO).await;
    let publication = desk.now(&approved).await;
    assert_eq!(
        (publication.state, publication.hold_reason),
        (PublicationState::Held, Some(HoldReason::Scope))
    );
    assert_eq!(desk.draft(&approved.draft.id).await.tab, Tab::Attention, "somebody has to do something");
    desk.is_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_evidence_whatever_became_of_it() {
    let desk = desk().await;
    let approved = desk.lost("Wreath").await;
    for step in desk.app().timing.reconcile.steps {
        desk.after(step).await;
    }
    let (publication, attempts) = desk.publication(&approved).await;
    assert_eq!(publication.state, PublicationState::NeedsDecision);
    let sent = Sent {
        attempt_id: attempts[0].id.clone(),
        request_event_id: attempts[0].request_event_id.clone(),
        n: 1,
        answered_at: desk.app().now(),
    };
    let created = Outcome::Published { pin_id: "813744021190".to_owned() };
    reconcile::late_answer(desk.app(), &publication, &sent, &created).await.unwrap();
    let after = desk.now(&approved).await;
    assert_eq!((after.state, after.pin_id), (PublicationState::NeedsDecision, None), "no second outcome");
    assert_eq!(after.candidates, ["813744021190"], "the person who decides is offered it");
    let log = read::tail(&desk.app().db, 0, 500).await.unwrap();
    let told = log.iter().rfind(|event| event.kind == "api.reconciled").unwrap();
    assert!(told.header.contains("late_answer") && told.header.contains("found"), "{}", told.header);
    let parts = read::sealed_of(&desk.app().db, std::slice::from_ref(&told.id)).await.unwrap();
    assert!(parts.iter().any(|part| part.value.as_deref().is_some_and(|text| text.contains("813744021190"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_names_its_own_pin_is_no_old_one_repeated() {
    let desk = desk().await;
    let first = desk.approved("Cups").await;
    desk.after(UNDO).await;
    let second = desk.approved("Tiles").await;
    let created = Outcome::Published { pin_id: desk.now(&first).await.pin_id.unwrap() };
    for (approved, expected) in
        [(&first, created.clone()), (&second, Outcome::Unknown { why: "id_of_another_pin" })]
    {
        let claim = Claim { publication: desk.now(approved).await, lease_token: String::new() };
        assert_eq!(verdict::unless_repeated(desk.app(), &claim, &created).await.unwrap(), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_a_second_time_is_told_once() {
    let desk = desk().await;
    let approved = desk.approved("Cups").await;
    desk.after(UNDO).await;
    let (publication, attempts) = desk.publication(&approved).await;
    let sent = Sent {
        attempt_id: attempts[0].id.clone(),
        request_event_id: attempts[0].request_event_id.clone(),
        n: 1,
        answered_at: desk.app().now(),
    };
    let answer = Ok(Answer {
        status: 201,
        rate: Rate::default(),
        request_id: None,
        date: None,
        body: format!(r#"{{"id":"{}"}}"#, publication.pin_id.clone().unwrap()).into_bytes(),
        duration: Duration::ZERO,
    });
    let (claim, told) = (Claim { publication, lease_token: String::new() }, desk.told().await);
    let (outcome, consent) = (classify(&answer), (GrantId::from_random([0; 16]), 1));
    let written =
        settle::write_down(desk.app(), &claim, &sent, &answer, &outcome, &consent, 0).await.unwrap();
    assert_eq!((written, desk.told().await), (Written::Before, told));
}

#[tokio::test(flavor = "multi_thread")]
async fn candidates_are_forgotten_once_a_person_has_decided() {
    let desk = desk().await;
    let twins = vec![
        Trouble::new("pins/create", When::After, Kind::Duplicate),
        Trouble::new("pins/create", When::After, Kind::Reset),
    ];
    desk.world.simulator.set_faults(twins).unwrap();
    let approved = desk.approved("Wreath").await;
    desk.after(UNDO).await;
    desk.after(Duration::from_secs(5)).await;
    assert_eq!(desk.now(&approved).await.candidates.len(), 2);
    let (reviewer, reason) = (desk.rowan.reviewer().unwrap(), CommentBody::parse("Neither").unwrap());
    resolve(desk.app(), &reviewer, &approved.publication_id, Resolution::Abandon, &reason).await.unwrap();
    assert!(desk.now(&approved).await.candidates.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_holds_a_secret_is_refused_and_names_its_field() {
    let desk = desk().await;
    let draft = desk.submitted("Bread").await;
    let reviewer = desk.rowan.reviewer().unwrap();
    let leak = CommentBody::parse(&format!("it is {}", desk.world.simulator.app_secret())).unwrap();
    let decision = Decision { digest: draft.digest.clone(), note: Some(leak.clone()), if_version: None };
    let approve = approvals::approve(desk.app(), &reviewer, &draft.id, decision).await.map(drop);
    let reject = approvals::reject(desk.app(), &reviewer, &draft.id, None, &leak).await.map(drop);
    for refused in [approve, reject] {
        let fields = match refused {
            Err(approvals::Error::Invalid(fields)) => fields,
            other => panic!("{other:?}"),
        };
        assert_eq!(fields[0].field, CommentBody::FIELD);
    }
    assert_eq!(desk.draft(&draft.id).await, draft, "nothing has changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_draft_shows_the_wished_time_again() {
    let desk = desk().await;
    let approved = desk.approved("Blankets").await;
    let reviewer = desk.rowan.reviewer().unwrap();
    let draft = approvals::undo(desk.app(), &reviewer, &approved.draft.id, None).await.unwrap();
    assert_eq!(draft.due_at, None);
}
