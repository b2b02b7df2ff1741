//! Rotated pairs of tokens that the database does not have yet. Pinterest's old refresh token is used up, so the new pair
//! goes to the spool first, sealed as its row would have it, and only then to the database.

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, EventId, GrantId},
};
use serde::{Deserialize, Serialize};

use super::{
    connection,
    refresh::{told, write_pair},
    store::{self, Grant},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Happening, read},
    error::Fault,
    hooks::{Crash, Point},
    pinterest::{calls::millis, scope::Scopes},
    spool,
};

/// How the names of these files begin.
const KIND: &str = "tokens";

/// A pair as it is kept: nothing in it is in clear.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    connection_id: ConnectionId,
    intent: EventId,
    grant_id: GrantId,
    generation: i32,
    access_sealed: String,
    refresh_sealed: Option<String>,
    scopes: String,
    access_expires_at: Timestamp,
    refresh_expires_at: Option<Timestamp>,
    issued_at: Timestamp,
}

impl Kept {
    /// What is kept of the next generation of a grant.
    pub(super) fn of(id: &ConnectionId, intent: &EventId, next: &Grant) -> Self {
        Self {
            connection_id: id.clone(),
            intent: intent.clone(),
            grant_id: next.id.clone(),
            generation: next.generation,
            access_sealed: hex::encode(&next.access_sealed),
            refresh_sealed: next.refresh_sealed.as_ref().map(hex::encode),
            scopes: next.scopes.to_string(),
            access_expires_at: next.access_expires_at,
            refresh_expires_at: next.refresh_expires_at,
            issued_at: next.issued_at,
        }
    }

    fn name(&self) -> String {
        spool::name(KIND, &format!("{}-{}", self.grant_id, self.generation))
    }

    fn grant(&self) -> Option<Grant> {
        let refresh_sealed = self.refresh_sealed.as_ref().map(hex::decode).transpose();
        Some(Grant {
            id: self.grant_id.clone(),
            generation: self.generation,
            access_sealed: hex::decode(&self.access_sealed).ok()?,
            refresh_sealed: refresh_sealed.ok()?,
            scopes: Scopes::parse(&self.scopes),
            access_expires_at: self.access_expires_at,
            refresh_expires_at: self.refresh_expires_at,
            issued_at: self.issued_at,
        })
    }
}

/// Keeps a pair until the database has it; the log tells loudly where it cannot be kept.
///
/// # Errors
/// [`Crash`] where a test ends the process here.
pub(super) async fn keep(app: &App, kept: &Kept) -> Result<(), Crash> {
    spool::keep(app, &kept.name(), kept).await;
    app.hooks.reach(Point::RefreshAfterKeep).await
}

/// Takes a pair away that the database has, or that belongs to a consent that has ended.
pub(super) async fn forget(app: &App, kept: &Kept) {
    spool::forget(app, &kept.name()).await;
}

/// Gives pairs to the database that it does not have yet. A file that cannot be used is set aside.
///
/// # Errors
/// [`Fault`] where the database does not take one yet.
pub async fn drain(app: &App) -> Result<(), Fault> {
    let names = spool::list(app, KIND).unwrap_or_else(|error| {
        tracing::error!(%error, "the spool cannot be read");
        Vec::new()
    });
    for name in names {
        let given = match spool::read::<Kept>(app, &name) {
            Ok(Some(kept)) => give(app, &kept).await,
            Ok(None) => Ok(()),
            Err(error) => Err(Fault::Other(error.to_string())),
        };
        match given {
            Ok(()) => {}
            Err(fault @ Fault::Crash(_)) => return Err(fault),
            Err(fault) if fault.is_outage() => return Err(fault),
            Err(fault) => drop(spool::set_aside(app, &name, &fault.to_string())),
        }
    }
    Ok(())
}

async fn give(app: &App, kept: &Kept) -> Result<(), Fault> {
    let id = &kept.connection_id;
    let next = &kept.grant().ok_or(Fault::Lost("the kept tokens are damaged"))?;
    let there = store::grant_of(&app.db, id).await?.filter(|there| there.id == next.id);
    match there {
        Some(old) if old.generation + 1 == next.generation => {
            let intent = open_intent(app, kept).await?;
            let event = connection::event(app, &Actor::worker(), id, told(next)).cause(&intent);
            write_pair(app, id, &old, next, &event).await?;
            tracing::info!(connection = %id, "renewed tokens that were kept in the spool are stored");
        }
        // The commit had held, or the consent has ended and its tokens must not outlive it.
        Some(_) | None => tracing::info!(connection = %id, "kept tokens are not needed any more"),
    }
    forget(app, kept).await;
    Ok(())
}

/// The intent that the pair is the outcome of. Where another process has taken it for lost meanwhile, a new one: one
/// intent has one outcome.
async fn open_intent(app: &App, kept: &Kept) -> Result<EventId, Fault> {
    if read::is_open(&app.db, &kept.intent).await? {
        return Ok(kept.intent.clone());
    }
    let started = Happening::ExchangeStarted {
        grant: kept.grant_id.to_string(),
        generation: kept.generation,
        timeout_ms: millis(app.timing.calls.other_intent),
    };
    let event = connection::event(app, &Actor::worker(), &kept.connection_id, started);
    Ok(AuditedTx::begin(app).await?.commit_one(event).await?.id)
}
