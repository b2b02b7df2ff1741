//! Acts that were refused, as the log tells of them: once a minute for a person and an action, however often they try.

use super::role::Principal;
use crate::{
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::Fault,
};

/// Tells of a refused act; `action` is the verb (`draft.approve`), `code` the refusal's.
///
/// # Errors
/// [`Fault`] where the log cannot be written.
pub async fn tell_refused(
    app: &App,
    principal: &Principal,
    action: &'static str,
    code: &'static str,
) -> Result<(), Fault> {
    let key = (principal.id().to_string(), action);
    if app.throttles.refusals_told.check(&key).is_err() {
        return Ok(());
    }
    let event = Event::installation(app, principal.actor(), Happening::Refused { action, code }).denied();
    AuditedTx::begin(app).await?.commit_one(event).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        operators::testing::{admin, log},
        testing,
    };

    #[tokio::test]
    async fn a_refused_act_is_told_once_for_a_person_and_an_action() {
        let test = testing::app().await;
        let (ada, _) = admin(&test.app).await;
        let before = log(&test.app).await.0.len();
        for action in ["draft.approve", "draft.approve", "audit.read", "draft.approve"] {
            tell_refused(&test.app, &ada, action, "role_missing").await.unwrap();
        }
        let (kinds, all) = log(&test.app).await;
        assert_eq!(kinds[before..], ["refused denied", "refused denied"]);
        assert!(all.contains("\"action\":\"draft.approve\",\"code\":\"role_missing\""), "{all}");
    }
}
