//! What somebody brings as second factor: looked at first, and spent in the transaction that it opens.

use countersign_entities::ids::OperatorId;

use super::{Factor, changed, place, store};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Housekeeping},
    error::Fault,
    operators::{error::OperatorError, people::Operator, recovery, totp},
    secret::Secret,
};

/// What was brought.
pub(in crate::operators) enum Brought {
    /// The person has no second factor.
    NotAsked,
    /// Nothing, where something is asked for.
    Nothing,
    /// Something that cannot be right.
    Wrong,
    /// The code of this step.
    Step(i64),
    /// Perhaps a recovery code: its hash.
    RecoveryCode(Vec<u8>),
}

/// What let somebody in.
pub(in crate::operators) enum Used {
    /// The person has no second factor.
    None,
    /// A code.
    Totp,
    /// A recovery code; so many are left.
    RecoveryCode(u64),
}

impl Used {
    /// The word in the log, where anything was used.
    pub(in crate::operators) fn word(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Totp => Some("totp"),
            Self::RecoveryCode(_) => Some("recovery_code"),
        }
    }

    /// What is told beside the sign-in.
    pub(in crate::operators) fn event(&self, app: &App, by: &Actor, id: &OperatorId) -> Option<Event> {
        match self {
            Self::None | Self::Totp => None,
            Self::RecoveryCode(left) => {
                Some(changed(app, by, id, "recovery_code_used", usize::try_from(*left).ok()))
            }
        }
    }
}

/// Looks at what was typed. Codes of an app can be guessed, so they are counted on the person, wherever they come from;
/// a recovery code cannot, and is left as a way in. Counting writes, so it comes before any transaction.
///
/// # Errors
/// [`OperatorError::TooMany`], or ours.
pub(in crate::operators) async fn look(
    app: &App,
    operator: &Operator,
    typed: Option<&Secret>,
) -> Result<Brought, OperatorError> {
    let Some(factor) = operator.factor.as_ref().filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(Brought::NotAsked);
    };
    let Some(typed) = typed.filter(|typed| !typed.expose().trim().is_empty()) else {
        return Ok(Brought::Nothing);
    };
    if let Some(hash) = recovery::hash(typed) {
        return Ok(Brought::RecoveryCode(hash));
    }
    Ok(step_of(app, &operator.id, factor, typed).await?.map_or(Brought::Wrong, Brought::Step))
}

/// The step of a code that was typed, in whatever groups; none where it is not right.
pub(super) async fn step_of(
    app: &App,
    id: &OperatorId,
    factor: &Factor,
    typed: &Secret,
) -> Result<Option<i64>, OperatorError> {
    let digits = Secret::from(typed.expose().split_whitespace().collect::<String>());
    if digits.expose().len() != totp::DIGITS || !digits.expose().bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    count(app, id).await?;
    let sealed = |why: String| Fault::Sealed(format!("a second factor: {why}"));
    let opened = app.keys.open(&place(id), &factor.sealed).map_err(|error| sealed(error.to_string()))?;
    let secret = opened.as_slice().try_into().map_err(|_| sealed("it has another length".to_owned()))?;
    Ok(totp::step_of(&zeroize::Zeroizing::new(secret), digits.expose(), app.now())?)
}

/// Counts a guess on the person's row: for all servers together, and through restarts.
async fn count(app: &App, id: &OperatorId) -> Result<(), OperatorError> {
    let tx = AuditedTx::housekeeping(app, Housekeeping::Throttles).await?;
    if let Some(wait) = store::guess(&tx, id, app.now(), &app.timing.sign_in).await? {
        return Err(OperatorError::TooMany(wait));
    }
    Ok(tx.commit().await?)
}

/// Spends what was brought; none where it is wrong or was spent before. The caller commits.
pub(in crate::operators) async fn spend(
    app: &App,
    tx: &AuditedTx<'_>,
    id: &OperatorId,
    brought: Brought,
) -> Result<Option<Used>, Fault> {
    match brought {
        Brought::NotAsked => Ok(Some(Used::None)),
        Brought::Nothing | Brought::Wrong => Ok(None),
        Brought::Step(step) => Ok(store::spend_step(tx, id, step).await?.then_some(Used::Totp)),
        Brought::RecoveryCode(hash) => {
            if !store::spend_code(tx, id, hash, app.now()).await? {
                return Ok(None);
            }
            Ok(Some(Used::RecoveryCode(store::codes_left(tx, id).await?)))
        }
    }
}
