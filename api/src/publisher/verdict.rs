//! Where a publication goes after a send, by what the send proved.

use std::time::Duration;

use countersign_entities::{
    Timestamp,
    ids::GrantId,
    vocabulary::{AttemptClass, HoldReason, PublicationState},
};

use super::{
    claim::{Claim, Resting},
    outcome::{Outcome, Retry},
    settle::Sent,
    store,
    view::AttemptView,
};
use crate::{app::App, connections, error::Fault};

/// Where the publication goes.
pub(super) struct Verdict {
    /// What is proven.
    pub(super) class: AttemptClass,
    /// The next state.
    pub(super) to: PublicationState,
    /// A stable word.
    pub(super) why: &'static str,
    /// Why it is held.
    pub(super) hold: Option<HoldReason>,
    /// A new due time.
    pub(super) due_at: Option<Timestamp>,
    /// The first look at the board.
    pub(super) next_look_at: Option<Timestamp>,
}

impl Verdict {
    fn new(class: AttemptClass, to: PublicationState, why: &'static str) -> Self {
        Self { class, to, why, hold: None, due_at: None, next_look_at: None }
    }

    fn again(why: &'static str, due_at: Timestamp) -> Self {
        let base = Self::new(AttemptClass::NotAccepted, PublicationState::Scheduled, why);
        Self { due_at: Some(due_at), ..base }
    }

    fn held(why: &'static str, reason: HoldReason) -> Self {
        let base = Self::new(AttemptClass::NotAccepted, PublicationState::Held, why);
        Self { hold: Some(reason), ..base }
    }
}

/// Decides where the publication goes; holds or renews the account's consent first where that is the cause, so that
/// nothing is sent with it in between.
pub(super) async fn decide(
    app: &App,
    claim: &Claim,
    sent: &Sent,
    outcome: &Outcome,
    credentials: &(GrantId, i32),
) -> Result<Verdict, Fault> {
    let (now, n) = (app.now(), sent.n);
    let publishing = &app.timing.publishing;
    let id = &claim.publication.connection_id;
    Ok(match outcome {
        Outcome::Published { .. } => {
            Verdict::new(AttemptClass::Published, PublicationState::Published, "created")
        }
        Outcome::Refused { why } => Verdict::new(AttemptClass::Refused, PublicationState::Refused, why),
        Outcome::Unknown { why } => unknown(app, why),
        Outcome::NotAccepted(Retry::Backoff(why)) => {
            let attempts = store::attempts(&app.db, &claim.publication.id).await?;
            Verdict::again(why, now.plus(backoff(app, failures(&attempts, n))))
        }
        Outcome::NotAccepted(Retry::Throttled(wait)) => {
            // It counts from the answer, whenever that is written down.
            let until = sent.answered_at.plus(*wait);
            app.memory.of::<Resting>().until(id, until);
            Verdict::again("rate_limited", until)
        }
        Outcome::NotAccepted(Retry::Spam) => {
            connections::hold_for_spam(app, id).await?;
            Verdict::held("spam", HoldReason::Spam)
        }
        Outcome::NotAccepted(Retry::Tier) => {
            connections::hold(app, id, HoldReason::Tier, None).await?;
            Verdict::held("tier", HoldReason::Tier)
        }
        Outcome::NotAccepted(Retry::Scope) => {
            connections::hold(app, id, HoldReason::Scope, None).await?;
            Verdict::held("scope", HoldReason::Scope)
        }
        Outcome::NotAccepted(Retry::Token) => {
            let is_second = refused_before(app, claim, n).await?;
            if is_second {
                let recheck_at = now.plus(publishing.authorization_recheck);
                connections::hold(app, id, HoldReason::Authorization, Some(recheck_at)).await?;
                Verdict::held("authorization", HoldReason::Authorization)
            } else {
                renewed(app, claim, credentials).await?
            }
        }
    })
}

/// What is proven, where an answer may name the Pin of another publication: then somebody in between has repeated an old
/// answer, which proves nothing. A look may have found its own Pin before a late answer named it.
pub(super) async fn unless_repeated(app: &App, claim: &Claim, outcome: &Outcome) -> Result<Outcome, Fault> {
    if let Outcome::Published { pin_id } = outcome {
        let environment = claim.publication.environment;
        let known = store::known_pins(&app.db, environment, std::slice::from_ref(pin_id)).await?;
        if !known.is_empty() {
            // Unless it is this one's own, by an earlier try that held or by a look at the board.
            let now = store::find(&app.db, &claim.publication.id).await?;
            if now.is_none_or(|now| now.pin_id.as_ref() != Some(pin_id)) {
                return Ok(Outcome::Unknown { why: "id_of_another_pin" });
            }
        }
    }
    Ok(outcome.clone())
}

/// One refresh, and one more send with the new token.
async fn renewed(app: &App, claim: &Claim, credentials: &(GrantId, i32)) -> Result<Verdict, Fault> {
    match connections::refresh(app, &claim.publication.connection_id, credentials.1).await {
        Ok(_) => Ok(Verdict::again("token", app.now())),
        Err(connections::RefreshError::Refused) => Ok(Verdict::held("revoked", HoldReason::Disconnected)),
        Err(connections::RefreshError::Held(reason)) => Ok(Verdict::held("authorization", reason)),
        // Not renewed yet: the same token would only be refused again.
        Err(connections::RefreshError::Busy) => {
            Ok(Verdict::again("token_busy", app.now().plus(app.timing.publishing.retry_base)))
        }
        Err(connections::RefreshError::Fault(fault)) => Err(fault),
    }
}

async fn refused_before(app: &App, claim: &Claim, n: i32) -> Result<bool, Fault> {
    let attempts = store::attempts(&app.db, &claim.publication.id).await?;
    Ok(attempts.iter().any(|attempt| attempt.n == n - 1 && attempt.why.as_deref() == Some("token")))
}

/// Not proven: the board is looked at, step by step.
fn unknown(app: &App, why: &'static str) -> Verdict {
    let base = Verdict::new(AttemptClass::Unknown, PublicationState::Unknown, why);
    Verdict { next_look_at: Some(app.now().plus(app.timing.reconcile.steps[0])), ..base }
}

/// How many sends in a row, the `n`th included, did not reach Pinterest. Where it answered, if only that we should wait,
/// nothing failed.
fn failures(attempts: &[AttemptView], n: i32) -> usize {
    let before = attempts.iter().rev().filter(|attempt| attempt.n < n);
    1 + before.take_while(|attempt| attempt.status.is_none()).count()
}

/// Full jitter: a random time up to the base doubled with each failure, a second at the least.
fn backoff(app: &App, failures: usize) -> Duration {
    let publishing = &app.timing.publishing;
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    let most = publishing.retry_base.saturating_mul(1 << doublings).min(publishing.retry_max);
    app.rng.jitter(most).max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use countersign_entities::ids::{AttemptId, EventId};

    use super::*;
    use crate::testing;

    /// The `n`th send, with the status that came back.
    fn attempt((place, status): (usize, &Option<i32>)) -> AttemptView {
        AttemptView {
            id: AttemptId::from_random([0; 16]),
            n: i32::try_from(place).unwrap() + 1,
            request_event_id: EventId::from_uuid_v7("0"),
            started_at: Timestamp(0),
            deadline_at: Timestamp(0),
            settled_at: None,
            class: Some(AttemptClass::NotAccepted),
            why: None,
            status: *status,
            code: None,
            message: None,
            upstream_request_id: None,
            duration_ms: None,
        }
    }

    fn failures_after(statuses: &[Option<i32>]) -> usize {
        let attempts: Vec<_> = statuses.iter().enumerate().map(attempt).collect();
        failures(&attempts, i32::try_from(statuses.len()).unwrap())
    }

    #[test]
    fn what_pinterest_answered_is_no_failure() {
        assert_eq!(failures_after(&[None]), 1);
        assert_eq!(failures_after(&[None, None, None]), 3);
        assert_eq!(failures_after(&[Some(429), Some(429), Some(429), None]), 1);
        assert_eq!(failures_after(&[None, None, Some(401), None, None]), 2);
    }

    #[tokio::test]
    async fn a_failure_waits_a_random_part_of_a_time_that_doubles_up_to_its_limit() {
        let test = testing::app().await;
        for (failures, most_s) in [(1, 5), (2, 10), (3, 20), (7, 320), (8, 600), (100, 600)] {
            let most = Duration::from_secs(most_s);
            let waits: Vec<_> = (0..200).map(|_| backoff(&test.app, failures)).collect();
            assert!(waits.iter().all(|wait| *wait >= Duration::from_secs(1) && *wait <= most), "{failures}");
            assert!(waits.iter().any(|wait| *wait < most / 3), "{failures}: jitter is full");
            assert!(waits.iter().any(|wait| *wait > most * 2 / 3), "{failures}");
        }
    }
}
