//! Second factors: a code from an app beside the password, and recovery codes for the day when the app is gone.
//!
//! The secret is sealed and bound to its person. A code is taken once: the step that it belongs to is written down
//! with what it opened. Turning one on or off asks for the password again, since a stolen cookie must do neither.

use countersign_entities::{Timestamp, ids::OperatorId};
use zeroize::Zeroizing;

use super::{
    authority::Authority,
    error::OperatorError,
    own_password,
    people::{self, Operator},
    recovery,
    role::Reader,
    session::{self, SessionInfo},
    still, store as people_store, totp,
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening, HousekeepingTx},
    error::{Fault, FieldError},
    keys::Aad,
    secret::Secret,
};

pub(super) mod proof;
mod store;

pub use recovery::COUNT;

/// A person's factor as it is stored. Not shown, though its secret is sealed.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) sealed: Vec<u8>,
    pub(super) started_at: Timestamp,
    pub(super) confirmed_at: Option<Timestamp>,
}

impl std::fmt::Debug for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Factor")
    }
}

/// A secret that waits for its first code; shown this once.
pub struct Started {
    /// In base32, to be typed.
    pub secret: Secret,
    /// As an `otpauth://` address, to be read from a picture.
    pub url: Secret,
}

/// Draws a secret for oneself. Nothing is asked for at sign-in before [`confirm`]; a new start replaces an older one.
///
/// # Errors
/// [`OperatorError::FactorOn`], [`OperatorError::NoPassword`], [`OperatorError::Fields`] where the password is wrong,
/// [`OperatorError::TooMany`], [`OperatorError::Ended`].
pub async fn start(app: &App, person: &Reader, password: &Secret) -> Result<Started, OperatorError> {
    let operator = people::find(app, person.id()).await?;
    if operator.second_factor_since().is_some() {
        return Err(OperatorError::FactorOn);
    }
    if !operator.has_password() {
        return Err(OperatorError::NoPassword);
    }
    own_password::prove(app, person.actor(), &operator, "password", password).await?;
    let raw: totp::RawSecret = Zeroizing::new(app.rng.bytes());
    let started = Started { secret: totp::in_letters(&raw), url: totp::address(&raw, &operator.email)? };
    let sealed = app.keys.seal(&*app.rng, &place(&operator.id), raw.as_slice());
    let tx = AuditedTx::begin(app).await?;
    still::may(app, &tx, person, None).await?;
    if !store::start(&tx, &operator.id, sealed, app.now()).await? {
        return Err(OperatorError::FactorOn);
    }
    tx.commit_one(changed(app, person.actor(), &operator.id, "begun", None)).await?;
    Ok(started)
}

/// Turns on what was started, by its first code. From now on sign-in asks for one. All other sessions of the person
/// end, and the recovery codes are shown this once.
///
/// # Errors
/// [`OperatorError::FactorOn`], [`OperatorError::FactorNotStarted`], [`OperatorError::Fields`] where the code is
/// wrong, [`OperatorError::TooMany`], [`OperatorError::Ended`].
pub async fn confirm(
    app: &App,
    person: &Reader,
    session: &SessionInfo,
    code: &Secret,
) -> Result<Vec<Secret>, OperatorError> {
    let operator = people::find(app, person.id()).await?;
    let factor = started(app, &operator)?;
    let Some(step) = proof::step_of(app, &operator.id, factor, code).await? else {
        return Err(FieldError::new("code", "wrong", WRONG_FIRST).into());
    };
    let (id, codes) = (&operator.id, recovery::draw(&*app.rng));
    let tx = AuditedTx::begin(app).await?;
    still::may(app, &tx, person, None).await?;
    if !store::confirm(&tx, id, &factor.sealed, step, app.now()).await? {
        return Err(OperatorError::FactorNotStarted);
    }
    store::replace_codes(&tx, id, &codes, app.now()).await?;
    let mut events = vec![changed(app, person.actor(), id, "on", Some(COUNT))];
    events.extend(session::end_all(app, &tx, person.actor(), id, Some(&session.id)).await?);
    tx.commit(events).await?;
    Ok(codes)
}

const WRONG_FIRST: &str =
    "This is not the code of now. Check that the clock of your device is right, and type the next one.";

/// Turns one's own second factor off, with the password and a code or a recovery code.
///
/// # Errors
/// [`OperatorError::FactorOff`], [`OperatorError::Fields`] where password or code is wrong,
/// [`OperatorError::TooMany`], [`OperatorError::Ended`].
pub async fn remove(
    app: &App,
    person: &Reader,
    password: &Secret,
    code: &Secret,
) -> Result<(), OperatorError> {
    let tx = proven(app, person, password, code).await?;
    store::clear(&tx, person.id()).await?;
    tx.commit_one(changed(app, person.actor(), person.id(), "off", None)).await?;
    Ok(())
}

/// Replaces one's recovery codes, with the password and a code or one of the old ones. They are shown this once.
///
/// # Errors
/// As [`remove`].
pub async fn renew_codes(
    app: &App,
    person: &Reader,
    password: &Secret,
    code: &Secret,
) -> Result<Vec<Secret>, OperatorError> {
    let tx = proven(app, person, password, code).await?;
    let codes = recovery::draw(&*app.rng);
    store::replace_codes(&tx, person.id(), &codes, app.now()).await?;
    tx.commit_one(changed(app, person.actor(), person.id(), "recovery_codes_renewed", Some(COUNT))).await?;
    Ok(codes)
}

/// Takes a person's second factor away, who has lost it. All their sessions end; their password stays. Nobody does so
/// for themselves: whoever found an open browser of an admin's must not get around the code.
///
/// # Errors
/// [`OperatorError::NotFound`], [`OperatorError::FactorOff`], [`OperatorError::OwnFactor`], [`OperatorError::Ended`].
pub async fn reset(app: &App, by: impl Into<Authority>, id: &OperatorId) -> Result<(), OperatorError> {
    let by = by.into();
    if by.actor().operator_id() == Some(id) {
        return Err(OperatorError::OwnFactor);
    }
    let tx = AuditedTx::begin(app).await?;
    still::manages(app, &tx, &by).await?;
    people_store::lock(&tx, id, app.db.is_postgres()).await?.ok_or(OperatorError::NotFound)?;
    let Some(event) = take_away(app, &tx, by.actor(), id).await? else {
        return Err(OperatorError::FactorOff);
    };
    let mut events = vec![event];
    events.extend(session::end_all(app, &tx, by.actor(), id, None).await?);
    tx.commit(events).await?;
    Ok(())
}

/// Takes a factor away, also one that was only started; the event that tells of it, if there was any. The caller
/// commits.
pub(super) async fn take_away(
    app: &App,
    tx: &AuditedTx<'_>,
    by: &Actor,
    id: &OperatorId,
) -> Result<Option<Event>, Fault> {
    let was_there = store::clear(tx, id).await?;
    Ok(was_there.then(|| changed(app, by, id, "reset", None)))
}

/// How many recovery codes are left; none where there is no second factor.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn codes_left(app: &App, operator: &Operator) -> Result<Option<u64>, Fault> {
    match operator.second_factor_since() {
        Some(_) => store::codes_left(&app.db, &operator.id).await.map(Some),
        None => Ok(None),
    }
}

/// Sweeps what was started and never confirmed.
pub(super) async fn sweep(app: &App, tx: &HousekeepingTx) -> Result<u64, Fault> {
    store::purge_started(tx, app.now().minus(app.timing.sign_in.factor_start_ttl)).await
}

/// What was started and can still be confirmed.
fn started<'a>(app: &App, operator: &'a Operator) -> Result<&'a Factor, OperatorError> {
    let factor = operator.factor.as_ref().ok_or(OperatorError::FactorNotStarted)?;
    if factor.confirmed_at.is_some() {
        return Err(OperatorError::FactorOn);
    }
    let is_fresh = app.now() < factor.started_at.plus(app.timing.sign_in.factor_start_ttl);
    if is_fresh { Ok(factor) } else { Err(OperatorError::FactorNotStarted) }
}

/// A transaction in which password and code have been proven, and the code is spent.
async fn proven<'a>(
    app: &'a App,
    person: &Reader,
    password: &Secret,
    code: &Secret,
) -> Result<AuditedTx<'a>, OperatorError> {
    let operator = people::find(app, person.id()).await?;
    if operator.second_factor_since().is_none() {
        return Err(OperatorError::FactorOff);
    }
    own_password::prove(app, person.actor(), &operator, "password", password).await?;
    let brought = proof::look(app, &operator, Some(code)).await?;
    let tx = AuditedTx::begin(app).await?;
    still::may(app, &tx, person, None).await?;
    match proof::spend(app, &tx, &operator.id, brought).await? {
        Some(_) => Ok(tx),
        None => {
            drop(tx);
            own_password::tell_wrong(app, person.actor(), &operator, "second_factor").await?;
            Err(FieldError::new("totp", "wrong", WRONG).into())
        }
    }
}

const WRONG: &str =
    "This code is not right, or it was used already. Wait for the next one, or use a recovery code.";

/// The event that tells what became of a second factor.
fn changed(app: &App, by: &Actor, id: &OperatorId, what: &'static str, left: Option<usize>) -> Event {
    let left = left.and_then(|left| i64::try_from(left).ok());
    Event::installation(app, by, Happening::SecondFactorChanged { what, left }).about("operator", id)
}

/// Where a secret belongs.
fn place(id: &OperatorId) -> Aad<'_> {
    Aad { table: "operator", row: id.as_str(), column: "totp_sealed" }
}

#[cfg(test)]
mod tests;
