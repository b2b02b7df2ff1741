//! The kill switch: while publishing is paused, the gate lets nothing through.

use countersign_entities::Timestamp;

use super::{Error, store};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening},
    operators::{Admin, Forbidden, Principal, Role},
};

/// Whether publishing runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Since when it is paused, and by whom (`opr_...`, or `cli`); none if it runs.
    pub paused: Option<(String, Timestamp)>,
}

/// Evidence that somebody may pause: a reviewer, an admin, or the command line.
#[derive(Clone, Debug)]
pub struct MayPause(Actor);

impl MayPause {
    /// Of a person: reviewers and admins may.
    ///
    /// # Errors
    /// [`Forbidden`] where the person is neither.
    pub fn person(principal: &Principal) -> Result<Self, Forbidden> {
        let by_review = principal.reviewer().map(|reviewer| reviewer.actor().clone());
        let actor = by_review.or_else(|_| principal.admin().map(|admin| admin.actor().clone()));
        actor.map(Self).map_err(|forbidden| match forbidden {
            Forbidden::Role(_) => Forbidden::Role(Role::Reviewer),
            other => other,
        })
    }

    /// Of the command line.
    pub fn command() -> Self {
        Self(Actor::system(crate::actor::Via::Cli))
    }
}

/// Evidence that somebody may resume: an admin, or the command line.
#[derive(Clone, Debug)]
pub struct MayResume(Actor);

impl From<&Admin> for MayResume {
    fn from(admin: &Admin) -> Self {
        Self(admin.actor().clone())
    }
}

impl MayResume {
    /// Of the command line.
    pub fn command() -> Self {
        Self(Actor::system(crate::actor::Via::Cli))
    }
}

/// Whether publishing runs.
///
/// # Errors
/// [`Error::Fault`].
pub async fn status(app: &App) -> Result<Status, Error> {
    Ok(Status { paused: store::paused(&app.db).await? })
}

/// Stops all sending: what is in flight ends, nothing new leaves. Doing it twice changes nothing.
///
/// # Errors
/// [`Error::Fault`].
pub async fn pause(app: &App, by: &MayPause) -> Result<Status, Error> {
    let (tx, paused) = switch(app).await?;
    if paused.is_some() {
        return Ok(Status { paused });
    }
    let (who, now) = (by.0.operator_id().map_or("cli", |id| id.as_str()).to_owned(), app.now());
    store::set_paused(&tx, Some(&who), now).await?;
    tx.commit_one(Event::installation(app, &by.0, Happening::PublishingPaused {})).await?;
    Ok(Status { paused: Some((who, now)) })
}

/// Lets sending go on. Doing it twice changes nothing.
///
/// # Errors
/// [`Error::Fault`].
pub async fn resume(app: &App, by: &MayResume) -> Result<Status, Error> {
    let (tx, paused) = switch(app).await?;
    if paused.is_some() {
        store::set_paused(&tx, None, app.now()).await?;
        tx.commit_one(Event::installation(app, &by.0, Happening::PublishingResumed {})).await?;
    }
    Ok(Status { paused: None })
}

/// Where the switch stands, and keeps standing until the transaction ends: while it runs there is no row to be locked, so
/// that somebody's pause would else go by a row that another one's resume is just deleting.
async fn switch(app: &App) -> Result<(AuditedTx<'_>, Option<(String, Timestamp)>), Error> {
    let tx = AuditedTx::begin(app).await?;
    tx.lock_log().await?;
    let paused = store::paused(&tx).await?;
    Ok((tx, paused))
}
