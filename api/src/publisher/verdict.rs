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
        Outcome::NotAccepted(Retry::Backoff(why)) => Verdict::again(why, now.plus(backoff(app, n))),
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

/// Full jitter: a random time up to the base doubled with each try.
fn backoff(app: &App, n: i32) -> Duration {
    let publishing = &app.timing.publishing;
    let doublings = u32::try_from(n.saturating_sub(1)).unwrap_or(0).min(16);
    let most = publishing.retry_base.saturating_mul(1 << doublings).min(publishing.retry_max);
    app.rng.jitter(most).max(Duration::from_secs(1))
}
