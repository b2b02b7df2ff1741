//! Setting one's own password.

use super::{
    error::OperatorError,
    link, password, people,
    role::Reader,
    session::{self, SessionInfo},
    store,
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::{Fault, FieldError},
    secret::Secret,
};

/// Sets one's own password. The present one is asked for, but in a session that came from a one-time link. All other
/// sessions of the person end, and unused links stop working.
///
/// # Errors
/// [`OperatorError::Fields`] where `current` or `new` will not do, [`OperatorError::TooMany`].
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
        prove(app, person.actor(), &operator, &current).await?;
    }
    let hash = people::fresh_hash(app, "new", &operator, &new).await?;
    let tx = AuditedTx::begin(app).await?;
    store::set_password(&tx, &operator.id, Some(&hash)).await?;
    session::forget_link(&tx, &session.id).await?;
    link::revoke_unused(&tx, &operator.id).await?;
    let changed = Event::installation(app, person.actor(), Happening::PasswordChanged {});
    let mut events = vec![changed.about("operator", &operator.id)];
    events.extend(session::end_all(app, &tx, person.actor(), &operator.id, Some(&session.id)).await?);
    tx.commit(events).await?;
    Ok(())
}

/// Whoever found an open browser must not be able to guess, either.
async fn prove(
    app: &App,
    actor: &Actor,
    operator: &people::Operator,
    current: &Secret,
) -> Result<(), OperatorError> {
    let key = (operator.id.to_string(), actor.net.origin());
    app.throttles.sign_in_account.check(&key).map_err(OperatorError::TooMany)?;
    if password::verify(app, current, operator.password.as_ref()).await? {
        return Ok(());
    }
    tell_wrong(app, actor, operator).await?;
    Err(FieldError::new("current", "wrong", "This is not your present password.").into())
}

async fn tell_wrong(app: &App, actor: &Actor, operator: &people::Operator) -> Result<(), Fault> {
    let event = Event::installation(app, actor, Happening::SignInFailed { method: "password" }).denied();
    AuditedTx::begin(app).await?.commit_one(event.about("operator", &operator.id)).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
