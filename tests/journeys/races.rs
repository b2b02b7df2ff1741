//! Several people act on one draft at once: one of them wins, the others are told, and rows and log agree.

use std::sync::Arc;
use std::time::Duration;

use countersign_tests::at_commit::AtCommit;
use countersign_tests::harness::{RECIPES, Stage};
use countersign_tests::log::Log;
use countersign_tests::{Answer, Draft, Harness, pictures};
use reqwest::Method;
use serde_json::{Value, json};

/// Everything that can be done to a draft that waits for review, and the state that it leads to.
const IN_REVIEW: &[(&str, &str)] = &[
    ("approve", "approved"),
    ("edit", "draft"),
    ("withdraw", "draft"),
    ("request-changes", "changes_requested"),
    ("reject", "rejected"),
    ("reschedule", "draft"),
    ("discard", "discarded"),
];

/// The same of one that is approved and not claimed.
const APPROVED: &[(&str, &str)] = &[
    ("undo", "in_review"),
    ("cancel", "draft"),
    ("edit", "draft"),
    ("reschedule", "draft"),
    ("discard", "discarded"),
];

/// Does one of these, as somebody who sees the draft as it was loaded; `is_blind` says nothing of the version.
async fn act(stage: &Stage, draft: &Draft, verb: &str, is_blind: bool) -> Answer {
    let (author, reviewer, path) = (&stage.author, &stage.reviewer, format!("/drafts/{}", draft.id()));
    let at = |verb: &str| format!("{path}/{verb}");
    let time = json!({"publish_at": {"local": "2026-12-24T09:00", "zone": "UTC"}});
    let call = match verb {
        "approve" => reviewer.call(Method::POST, &at(verb)).json(json!({"digest": draft.digest()})),
        "request-changes" | "reject" => {
            reviewer.call(Method::POST, &at(verb)).json(json!({"note": "Not yet"}))
        }
        "undo" => reviewer.call(Method::POST, &at(verb)),
        "edit" => author.call(Method::PATCH, &path).json(json!({"title": "Another tart"})),
        "discard" => author.call(Method::DELETE, &path),
        "reschedule" => author.call(Method::POST, &at(verb)).json(time),
        _ => author.call(Method::POST, &at(verb)),
    };
    let etag = match (is_blind, verb) {
        // These two have to name what they saw.
        (true, "edit" | "discard") => Some("*"),
        (true, _) => None,
        (false, _) => Some(draft.etag.as_str()),
    };
    match etag {
        Some(etag) => call.if_match(etag).go().await,
        None => call.go().await,
    }
}

/// That somebody was too late, and is told so.
#[track_caller]
fn is_told(answer: &Answer, what: &str) {
    assert!(matches!(answer.status, 409 | 412), "{what}: {} {}", answer.status, answer.text());
    let problem = answer.problem(answer.status);
    assert!(problem["detail"].as_str().is_some_and(|words| words.len() > 20), "{what}: {problem}");
}

/// A draft in the state from which these verbs lead on. All have one image: to look at it anew each time would take most
/// of the test's time.
async fn ready(stage: &Stage, asset: &Value, verbs: &[(&str, &str)]) -> Draft {
    let fields = json!({
        "connection_id": stage.connection, "board_id": RECIPES, "asset_id": asset["id"], "title": "A tart",
    });
    let draft = Draft::of(&stage.author.create_draft(fields).await);
    let draft = stage.author.submit(&draft).await;
    if verbs[0].0 == APPROVED[0].0 { stage.reviewer.approve(&draft).await } else { draft }
}

/// The state in which the log leaves a draft.
fn told(log: &Log, draft: &str) -> &'static str {
    let mut state = "draft";
    for event in log.0.iter().filter(|event| event.object() == draft) {
        state = match (event.kind(), event.fact("why")) {
            ("review.submitted", _) => "in_review",
            ("review.withdrawn", _) => "draft",
            ("review.approved", _) => "approved",
            ("review.changes_requested", _) => "changes_requested",
            ("review.rejected", _) => "rejected",
            ("review.draft.discarded", _) => "discarded",
            ("review.draft.edited", _) => "draft",
            ("review.approval.voided", "undone") => "in_review",
            _ => state,
        };
    }
    state
}

/// That rows and log say the same of a draft, and that nothing of an approval that no longer holds is left to be sent.
async fn agree(h: &Harness, stage: &Stage, draft: &Draft, what: &str) -> Draft {
    let after = stage.author.look(draft.id()).await;
    let log = h.log().await;
    assert_eq!(told(&log, draft.id()), after.state(), "{what}: {:?}", log.about(draft.id()));
    let waiting = format!(
        "SELECT COUNT(*) FROM publication WHERE draft_id = '{}' AND state NOT IN ('cancelled', 'refused')",
        draft.id()
    );
    let waiting = h.intruder().await.number(&waiting).await;
    assert_eq!(waiting, i64::from(after.state() == "approved"), "{what}");
    let approvals = log.about(draft.id()).iter().filter(|kind| **kind == "review.approved").count();
    let voided = log.about(draft.id()).iter().filter(|kind| **kind == "review.approval.voided").count();
    assert_eq!(approvals - voided, usize::from(after.state() == "approved"), "{what}");
    after
}

#[tokio::test]
async fn whoever_comes_while_another_commits_waits_and_is_told() {
    let h = Harness::start().await;
    let (stage, intruder) = (h.stage().await, h.intruder().await);
    let asset = stage.author.upload_png(pictures::picture(90)).await;
    for verbs in [IN_REVIEW, APPROVED] {
        for (first, state) in verbs {
            for (second, _) in verbs {
                let what = format!("{first}, then {second}");
                let draft = ready(&stage, &asset, verbs).await;
                let held = AtCommit::hold(&h);
                let doing = |verb: &'static str| act(&stage, &draft, verb, false);
                let (won, lost) = held.overtaking_at(&intruder, "draft", doing(first), doing(second)).await;
                h.hooks().clear();
                assert!(won.status < 300, "{what}: {} {}", won.status, won.text());
                is_told(&lost, &what);
                assert_eq!(agree(&h, &stage, &draft, &what).await.state(), *state, "{what}");
            }
        }
    }
    only_what_is_approved_goes_out(&h, &stage).await;
    h.finish().await;
}

/// Lets everything go out that is approved still; each once.
async fn only_what_is_approved_goes_out(h: &Harness, stage: &Stage) {
    let approved = stage.author.all("/drafts?state=approved&limit=200").await.len();
    for _ in 0..approved + 1 {
        h.advance(Duration::from_secs(30));
        h.run_workers().await;
    }
    assert_eq!(h.creates(), approved);
    assert_eq!(h.ledger().pins.len(), approved);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_at_once_one_wins() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let asset = stage.author.upload_png(pictures::picture(90)).await;
    for verbs in [IN_REVIEW, APPROVED] {
        for (at, (one, first)) in verbs.iter().enumerate() {
            for (other, second) in &verbs[at..] {
                let what = format!("{one} and {other}");
                let draft = ready(&stage, &asset, verbs).await;
                let (a, b) = tokio::join!(act(&stage, &draft, one, false), act(&stage, &draft, other, false));
                let state = match (a.status < 300, b.status < 300) {
                    (true, false) => first,
                    (false, true) => second,
                    both => panic!("{what}: {both:?}: {} {}", a.text(), b.text()),
                };
                is_told(if a.status < 300 { &b } else { &a }, &what);
                assert_eq!(agree(&h, &stage, &draft, &what).await.state(), *state, "{what}");
            }
        }
    }
    only_what_is_approved_goes_out(&h, &stage).await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_at_once_end_where_the_log_says() {
    let h = Harness::start().await;
    let stage = Arc::new(h.stage().await);
    let asset = stage.author.upload_png(pictures::picture(90)).await;
    for (round, is_blind) in [false, true, true, true].into_iter().enumerate() {
        for verbs in [IN_REVIEW, APPROVED] {
            let what = format!("round {round} of {} verbs", verbs.len());
            let draft = Arc::new(ready(&stage, &asset, verbs).await);
            let all = verbs.iter().map(|(verb, _)| {
                let (stage, draft) = (Arc::clone(&stage), Arc::clone(&draft));
                tokio::spawn(async move { act(&stage, &draft, verb, is_blind).await })
            });
            let mut won = 0;
            for answer in all.collect::<Vec<_>>() {
                let answer = answer.await.unwrap();
                if answer.status < 300 { won += 1 } else { is_told(&answer, &what) }
            }
            assert!(won == 1 || (is_blind && won > 0), "{what}: {won} won");
            agree(&h, &stage, &draft, &what).await;
        }
    }
    only_what_is_approved_goes_out(&h, &stage).await;
    h.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_takes_is_taken_back_in_time_or_not_at_all() {
    for (verb, state) in APPROVED {
        let h = Harness::start().await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        h.advance(Duration::from_secs(10));
        let (answer, worked) = tokio::join!(act(&stage, &draft, verb, false), h.try_workers());
        worked.unwrap();
        h.advance(Duration::from_secs(60));
        h.run_workers().await;
        let after = stage.author.look(draft.id()).await;
        let is_taken_back = answer.status < 300;
        assert_eq!(h.creates(), usize::from(!is_taken_back), "{verb}: {}", answer.text());
        assert_eq!(after.state(), if is_taken_back { *state } else { "published" }, "{verb}");
        if !is_taken_back {
            is_told(&answer, verb);
        }
        h.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_look_alike_and_are_added_at_once_one_is() {
    let h = Harness::start().await;
    let admin = h.admin().await;
    for round in 0..5 {
        let (a, b) = (format!("a{round}@halden.example"), format!("b{round}@halden.example"));
        let names = [format!("Mira {round}"), format!("M\u{456}ra {round}")];
        let (one, other) = tokio::join!(
            admin.invite(&names[0], &a, &["reviewer"]),
            admin.invite(&names[1], &b, &["reviewer"])
        );
        let statuses = [one.status, other.status];
        assert!(statuses == [201, 422] || statuses == [422, 201], "{statuses:?}");
    }
    let all: Vec<Value> = admin.all("/operators").await;
    let short =
        all.iter().filter(|person| person["email"].as_str().unwrap().len() == "a0@halden.example".len());
    assert_eq!(short.count(), 5);
    h.finish().await;
}

#[tokio::test]
async fn of_two_who_write_elsewhere_at_once_both_do() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    let (one, other) = (h.approved_draft(&stage).await, h.draft_in_review(&stage).await);
    let (held, intruder) = (AtCommit::hold(&h), h.intruder().await);
    let (undone, withdrawn) =
        held.overtaking(&intruder, stage.reviewer.undo(&one), stage.author.verb(&other, "withdraw")).await;
    h.hooks().clear();
    undone.ok();
    withdrawn.ok();
    h.finish().await;
}
