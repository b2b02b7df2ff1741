//! Setting one's own password.

use super::{
    error::OperatorError,
    link, password, people,
    role::Reader,
    session::{self, SessionInfo},
    still, store,
    token::{self, Ended},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::{Fault, FieldError},
    secret::Secret,
};

/// Sets one's own password. The present one is asked for, but in a session that came from a one-time link. All other
/// sessions of the person end, and unused links stop working; where a password was replaced that nobody proved, the
/// person's API tokens end, too.
///
/// # Errors
/// [`OperatorError::Fields`] where `current` or `new` will not do, [`OperatorError::TooMany`],
/// [`OperatorError::Ended`].
pub async fn set_password(
    app: &App,
    person: &Reader,
    session: &SessionInfo,
    current: Option<Secret>,
    new: Secret,
) -> Result<(), OperatorError> {
    let operator = people::find(app, person.id()).await?;
    if !session.is_from_link {
        let current = current.unwrap_or_else(|| Secret::from(""));
        prove(app, person.actor(), &operator, "current", &current).await?;
    }
    let hash = people::fresh_hash(app, "new", &operator, &new).await?;
    let tx = AuditedTx::begin(app).await?;
    still::may(app, &tx, person, None).await?;
    if session.is_from_link && !session::is_from_link(&tx, &session.id).await? {
        // Meanwhile one was set in this session, which has to be proven now.
        return Err(FieldError::new("current", "wrong", NOT_PRESENT).into());
    }
    store::set_password(&tx, &operator.id, Some(&hash)).await?;
    session::forget_link(&tx, &session.id).await?;
    link::revoke_unused(&tx, &operator.id).await?;
    let changed = Event::installation(app, person.actor(), Happening::PasswordChanged {});
    let mut events = vec![changed.about("operator", &operator.id)];
    if session.is_from_link && operator.has_password() {
        // The old one was lost, and whoever had it may have made tokens.
        events.extend(token::end_all(app, &tx, person.actor(), &operator.id, Ended::PasswordReset).await?);
    }
    events.extend(session::end_all(app, &tx, person.actor(), &operator.id, Some(&session.id)).await?);
    tx.commit(events).await?;
    Ok(())
}

/// Asks for the present password again; `field` is the one it was typed into. Whoever found an open browser must not be
/// able to guess, either.
pub(super) async fn prove(
    app: &App,
    actor: &Actor,
    operator: &people::Operator,
    field: &'static str,
    current: &Secret,
) -> Result<(), OperatorError> {
    let key = (operator.id.to_string(), actor.net.origin());
    app.throttles.sign_in_account.check(&key).map_err(OperatorError::TooMany)?;
    if password::verify(app, current, operator.password.as_ref()).await? {
        return Ok(());
    }
    tell_wrong(app, actor, operator, "password").await?;
    Err(FieldError::new(field, "wrong", NOT_PRESENT).into())
}

const NOT_PRESENT: &str = "This is not your present password.";

/// Tells that somebody who is signed in could not prove it once more.
pub(super) async fn tell_wrong(
    app: &App,
    actor: &Actor,
    operator: &people::Operator,
    method: &'static str,
) -> Result<(), Fault> {
    let event = Event::installation(app, actor, Happening::SignInFailed { method }).denied();
    AuditedTx::begin(app).await?.commit_one(event.about("operator", &operator.id)).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
