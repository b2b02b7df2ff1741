//! From approval to Pin: claim, prepare, redeem, one POST, settle; and what follows when the answer is lost.
//!
//! For one approval there is at most one create call whose effect is not proven to be nothing. A publication that is
//! `sending` never goes back to `scheduled` by time alone: an expired lease makes it `unknown`, and only looking at
//! the board or a person ends that.

mod attempt;
mod claim;
mod error;
mod hold;
mod outcome;
pub mod pause;
mod reap;
mod reconcile;
mod resolve;
mod settle;
mod show;
mod spool;
mod store;
mod take_down;
mod tell;
mod turn;
mod verdict;
pub mod view;
mod void;

pub use error::Error;
pub use resolve::{Resolution, resolve};
pub use take_down::take_down;
pub use view::{AttemptView, Publication, TakenDown};

use countersign_entities::ids::PublicationId;

use self::turn::Turn;
use crate::{app::App, connections, drafts, error::Fault, hooks::Crash};

/// What an earlier process of this installation left behind, at start and with the lock on the data folder held: the
/// results in its spool are settled, and only then its leases are over, so that what is proven does not become unknown.
///
/// # Errors
/// [`Fault`] where the database fails, or one of them cannot be ended now: the workers come back to it.
pub async fn take_up(app: &App) -> Result<(), Fault> {
    if let Err(error) = crate::spool::finish_names(app) {
        tracing::error!(%error, "the spool cannot be looked through");
    }
    let mut turn = Turn::default();
    let waiting = drain(app, &mut turn).await?;
    reap::expire_own_leases(app, &waiting).await?;
    turn.end()?;
    reap::end_own_requests(app).await
}

/// Settles what the spool keeps: tokens, and then sends, which may need them. Says whose results wait for the database.
async fn drain(app: &App, turn: &mut Turn) -> Result<Vec<PublicationId>, Crash> {
    match Box::pin(connections::drain_spool(app)).await {
        Err(Fault::Crash(crash)) => return Err(crash),
        drained => turn.add(drained.map(|()| false)),
    }
    spool::drain(app, turn).await
}

/// Does one piece of work, if there is one: a send, a look at a board, a lease that ran out.
///
/// # Errors
/// [`Fault`] where the work could not be told to the database; nothing is lost, it is found again later.
pub async fn run_once(app: &App) -> Result<bool, Fault> {
    let (maintained, looked) = (maintain(app).await, look(app).await);
    if maintained? || looked? {
        return Ok(true);
    }
    deliver_one(app).await
}

/// One send, if one is due.
///
/// # Errors
/// As [`run_once`].
pub async fn deliver_one(app: &App) -> Result<bool, Fault> {
    match claim::claim(app).await? {
        claim::Claimed::Nothing => Ok(false),
        claim::Claimed::SetAside => Ok(true),
        claim::Claimed::Ours(claim) => Box::pin(attempt::deliver(app, *claim)).await.map(|()| true),
    }
}

/// Looks at the boards that are due. A large board takes minutes, so nothing else may wait for it.
///
/// # Errors
/// As [`run_once`], once every publication has had its turn.
pub async fn look(app: &App) -> Result<bool, Fault> {
    Box::pin(reconcile::look_at_due(app)).await
}

/// Everything but sending and looking: results that are kept in the spool, leases that ran out, intents without an
/// outcome, holds that are over.
///
/// # Errors
/// As [`run_once`], once every part and every publication has had its turn.
pub async fn maintain(app: &App) -> Result<bool, Fault> {
    let mut turn = Turn::default();
    match Box::pin(drain(app, &mut turn)).await {
        // What is kept is proven: nobody may take it for lost before it could be written down.
        Ok(waiting) => {
            let is_drained = turn.is_whole();
            turn.add(Box::pin(reap::reap(app, &waiting)).await);
            if is_drained {
                turn.add(reap::tell_lost_outcomes(app).await);
            }
        }
        Err(crash) => turn.add(Err(crash.into())),
    }
    turn.add(Box::pin(void::void_lapsed(app)).await);
    turn.add(Box::pin(hold::release_ready(app)).await);
    turn.add(drafts::move_due(app).await.map(|_| false));
    turn.end()
}

/// Works until nothing is due: for tests, and for a graceful look at what is left.
///
/// # Errors
/// As [`run_once`].
pub async fn run_until_idle(app: &App) -> Result<(), Fault> {
    Box::pin(connections::recheck(app)).await?;
    while run_once(app).await? {}
    Ok(())
}

#[cfg(test)]
mod tests;
