//! Rotated pairs of tokens that the database does not have yet. Pinterest's old refresh token is used up, so the new pair
//! goes to the spool first, sealed as its row would have it, and only then to the database.

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, EventId, GrantId},
};
use serde::{Deserialize, Serialize};

use super::{
    connection,
    refresh::{lock_of, told, write_pair},
    store::{self, Grant},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Happening, header::Header, read},
    error::Fault,
    hooks::{Crash, Point},
    pinterest::{calls::millis, scope::Scopes},
    spool,
};

/// How the names of these files begin.
const KIND: &str = "tokens";

fn name_of(grant: &GrantId, generation: i32) -> String {
    spool::name(KIND, &format!("{grant}-{generation}"))
}

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
        name_of(&self.grant_id, self.generation)
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

/// Gives pairs to the database that it does not have yet. One that this database cannot take stays where it is, and the
/// others have their turn.
///
/// # Errors
/// [`Fault`] where the database is away.
pub async fn drain(app: &App) -> Result<(), Fault> {
    for (name, kept) in spool::each::<Kept>(app, KIND) {
        let lock = lock_of(app, &kept.connection_id);
        // Whoever renews it just now stores its own pair, with its own intent.
        let Ok(_alone) = lock.try_lock() else { continue };
        match give(app, &kept).await {
            Ok(_) => {}
            Err(fault) if matches!(fault, Fault::Crash(_)) || fault.is_outage() => return Err(fault),
            Err(fault) => spool::leave(app, &name, &fault.to_string()),
        }
    }
    Ok(())
}

/// Gives the database the next generation of `grant`, if it is kept here: who has the refresher's lock asks before a
/// call that would use a token which is used up. Whether it was.
///
/// # Errors
/// [`Fault`] where the pair cannot be read or given just now.
pub(super) async fn give_next(app: &App, grant: &Grant) -> Result<bool, Fault> {
    let kept = spool::find(app, &name_of(&grant.id, grant.generation + 1));
    match kept.map_err(|error| Fault::Other(error.to_string()))? {
        Some(kept) => give(app, &kept).await,
        None => Ok(false),
    }
}

/// Gives one to the database and takes its file away. Whether the database needs it no more; not where nobody can make
/// sense of it.
async fn give(app: &App, kept: &Kept) -> Result<bool, Fault> {
    let id = &kept.connection_id;
    let Some(next) = kept.grant() else {
        spool::set_aside(app, &kept.name(), "the kept tokens are damaged");
        return Ok(false);
    };
    let there = store::grant_of(&app.db, id).await?.filter(|there| there.id == next.id);
    match there {
        Some(old) if old.generation + 1 == next.generation => {
            let intent = open_intent(app, kept).await?;
            let event = connection::event(app, &Actor::worker(), id, told(&next)).cause(&intent);
            write_pair(app, id, &old, &next, &event).await?;
            tracing::info!(connection = %id, "renewed tokens that were kept in the spool are stored");
        }
        // The commit had held.
        Some(there) if there.generation >= next.generation => {}
        // The consent has ended, and its tokens must not outlive it.
        None if is_deleted(app, kept).await? => {
            tracing::info!(connection = %id, "kept tokens of a consent that has ended go");
        }
        // Another database than the one they were renewed for, or an older copy of it: there may be no other pair.
        Some(_) | None => return Err(Fault::Lost("this database does not know what it renews")),
    }
    forget(app, kept).await;
    Ok(true)
}

/// Whether the log tells that the consent's tokens were deleted.
async fn is_deleted(app: &App, kept: &Kept) -> Result<bool, Fault> {
    let told = read::about_many(&app.db, "oauth.token.deleted", &[kept.connection_id.as_str()]).await?;
    let is_its = |header: Header| {
        let grant = header.facts.get("grant").and_then(|grant| grant.as_str().map(str::to_owned));
        grant.is_some_and(|grant| grant == kept.grant_id.as_str())
    };
    Ok(told.iter().filter_map(|event| Header::parse_line(&event.header).ok()).any(is_its))
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
