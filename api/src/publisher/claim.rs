//! Taking the next publication that is due.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use countersign_entities::{Timestamp, ids::ConnectionId, vocabulary::PublicationState};

use super::{hold, store, view::Publication};
use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping},
    error::Fault,
    hooks::Point,
};

/// A publication that is ours for a while.
pub(super) struct Claim {
    pub(super) publication: Publication,
    pub(super) lease_token: String,
}

/// Accounts that Pinterest told to wait, as this process knows: also where the publication that was told so is gone.
#[derive(Default)]
pub(super) struct Resting(Mutex<HashMap<ConnectionId, Timestamp>>);

impl Resting {
    /// Notes that an account waits.
    pub(super) fn until(&self, account: &ConnectionId, until: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone(), until);
    }

    /// Those that still wait.
    fn now(&self, now: Timestamp) -> Vec<ConnectionId> {
        let mut resting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        resting.retain(|_, until| *until > now);
        resting.keys().cloned().collect()
    }
}

/// What looking for work found.
pub(super) enum Claimed {
    /// Nothing is due, or every account with something due is busy.
    Nothing,
    /// Something was due and cannot be sent now; it is held.
    SetAside,
    /// Ours.
    Ours(Box<Claim>),
}

/// Takes the next publication that is due under a fresh lease.
pub(super) async fn claim(app: &App) -> Result<Claimed, Fault> {
    let now = app.now();
    if !store::has_due(&app.db, now).await? {
        return Ok(Claimed::Nothing);
    }
    let tx = AuditedTx::housekeeping(app, Housekeeping::Claims).await?;
    let resting = app.memory.of::<Resting>().now(now);
    let Some(publication) = store::next_due(&tx, now, resting).await? else { return Ok(Claimed::Nothing) };
    if let Some(reason) = hold::obstacle(app, &tx, &publication).await? {
        drop(tx);
        hold::hold(app, &publication, PublicationState::Scheduled, None, reason).await?;
        return Ok(Claimed::SetAside);
    }
    let lease_token = app.rng.hex(16);
    let expires_at = now.plus(app.timing.publishing.lease_ttl);
    let lease = store::Lease { token: &lease_token, owner: &app.instance, expires_at };
    if !store::claim(&tx, &publication.id, &lease).await? {
        return Ok(Claimed::SetAside);
    }
    app.hooks.reach(Point::ClaimBeforeCommit).await?;
    tx.commit().await?;
    app.hooks.reach(Point::ClaimAfterCommit).await?;
    Ok(Claimed::Ours(Box::new(Claim { publication, lease_token })))
}
