//! The process dies after Pinterest's answer, whatever the answer was: what is on the disk is settled, what was in memory
//! only is looked for, and nothing is sent twice that may have had an effect.

use std::time::Duration;

use countersign_api::hooks::Point;
use countersign_tests::Harness;
use countersign_tests::lock::{Away, send_and_lock};
use serde_json::{Value, json};

/// What Pinterest answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Created,
    Refused,
    Throttled,
    Lost,
}

impl Answer {
    fn fault(self) -> Value {
        match self {
            Self::Created => json!([]),
            Self::Refused => {
                json!({"operation": "pins/create", "fault": "status", "status": 400, "code": 1,
                       "message": "Sorry we could not save this Pin."})
            }
            Self::Throttled => {
                json!({"operation": "pins/create", "fault": "status", "status": 429, "code": 8,
                       "message": "This request exceeded a rate limit.", "headers": {"retry-after": "30"}})
            }
            Self::Lost => json!({"operation": "pins/create", "when": "after", "fault": "reset"}),
        }
    }

    /// The state in the end, how many creates arrived and how many Pins there are, by whether the answer was on the disk
    /// when the process died.
    fn ends(self, is_on_disk: bool) -> (&'static str, usize, usize) {
        match (self, is_on_disk) {
            (Self::Created | Self::Lost, _) => ("published", 1, 1),
            (Self::Refused, true) => ("refused", 1, 0),
            (Self::Throttled, true) => ("published", 2, 1),
            // Nobody can know any more that nothing happened, so a person is asked.
            (Self::Refused | Self::Throttled, false) => ("needs_decision", 1, 0),
        }
    }
}

/// Each gap after the answer: whether the answer is on the disk there, and for how long the database is away.
const GAPS: &[(Point, bool, Away)] = &[
    (Point::SendAfterCall, false, Away::Never),
    (Point::SettleBeforeCommit, false, Away::Never),
    (Point::SettleAfterCommit, true, Away::Never),
    (Point::SpoolBeforeKeep, false, Away::Long),
    (Point::SpoolAfterKeep, true, Away::Long),
    (Point::SpoolBeforeForget, true, Away::UntilKept),
    (Point::SpoolAfterForget, true, Away::UntilKept),
];

/// Where another gap does not show the same.
fn differs(answer: Answer, point: Point) -> bool {
    let is_like_another =
        matches!(point, Point::SettleBeforeCommit | Point::SpoolBeforeKeep | Point::SpoolAfterForget);
    answer == Answer::Created || !is_like_another
}

async fn dies_after(answer: Answer) {
    for (point, is_on_disk, away) in GAPS.iter().filter(|(point, ..)| differs(answer, *point)) {
        let mut h = Harness::builder()
            .timing(|timing| timing.database.busy = Duration::from_millis(200))
            .start()
            .await;
        let stage = h.stage().await;
        let draft = h.approved_draft(&stage).await;
        h.with_fault(answer.fault());
        assert!(send_and_lock(&h, *away, Some(*point)).await, "{point:?} is never reached");
        h.kill().await;
        h.hooks().clear();
        h.start_again().await;
        for minutes in [1, 1, 2, 10, 30, 60, 60, 60] {
            h.advance(Duration::from_secs(minutes * 60));
            h.run_workers().await;
        }
        stage.author.sign_in().await.is(201);
        let publication = stage.author.publication(&draft.publication()).await;
        let (state, creates, pins) = answer.ends(*is_on_disk);
        assert_eq!(publication["state"], state, "{answer:?} {point:?}: {publication}");
        assert_eq!((h.creates(), h.ledger().pins.len()), (creates, pins), "{answer:?} {point:?}");
        let was_unknown = !h.log().await.of("publish.unknown").is_empty();
        assert_eq!(was_unknown, !is_on_disk || answer == Answer::Lost, "{answer:?} {point:?}");
        h.finish().await;
    }
}

#[tokio::test]
async fn a_created_pin() {
    dies_after(Answer::Created).await;
}

#[tokio::test]
async fn a_refused_pin() {
    dies_after(Answer::Refused).await;
}

#[tokio::test]
async fn a_pin_that_was_throttled() {
    dies_after(Answer::Throttled).await;
}

#[tokio::test]
async fn an_answer_that_was_lost() {
    dies_after(Answer::Lost).await;
}
