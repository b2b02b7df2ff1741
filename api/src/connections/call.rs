//! A call for a person: with a fresh token, renewed once if Pinterest does not take it.

use countersign_entities::{ids::ConnectionId, vocabulary::HoldReason};
use http::Method;

use super::{
    error::ConnectionError,
    hold::hold_for_authorization,
    refresh::{RefreshError, refresh},
    store,
    usable::{Unusable, readable, usable},
};
use crate::{
    actor::Actor,
    app::App,
    pinterest::{
        Usable,
        calls::{self, Call, CallError},
        client::{Answer, Lost},
        scope::Scopes,
    },
};

impl From<Unusable> for ConnectionError {
    fn from(error: Unusable) -> Self {
        match error {
            Unusable::Held(reason) => Self::Held(reason),
            Unusable::Busy => Self::Busy,
            Unusable::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<RefreshError> for ConnectionError {
    fn from(error: RefreshError) -> Self {
        Unusable::from(error).into()
    }
}

impl From<CallError> for ConnectionError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Trial(_) => Self::TrialCannotReachProduction,
            CallError::Environment => Self::Held(HoldReason::Environment),
            CallError::Superseded | CallError::LogBusy => Self::Busy,
            CallError::Lost(lost @ Lost::NotSent { .. }) => Self::Unanswered(lost.to_string()),
            CallError::Lost(lost @ Lost::MaybeSent { .. }) => Self::Unknown(lost.to_string()),
            CallError::Upstream(error) => Self::upstream(error),
            CallError::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// A token for a call: looking needs less than changing something, which an account that rests may not.
async fn token_for(app: &App, id: &ConnectionId, call: &Call) -> Result<Usable, ConnectionError> {
    match call.method {
        Method::GET => explained(app, id, readable(app, id).await).await,
        _ => changeable(app, id).await,
    }
}

/// A token with which something may be changed for a person, or why there is none, with what to do about it.
///
/// # Errors
/// [`ConnectionError`].
pub(crate) async fn changeable(app: &App, id: &ConnectionId) -> Result<Usable, ConnectionError> {
    explained(app, id, usable(app, id).await).await
}

/// Names the permissions that are missing, where that is what stands in the way.
async fn explained(
    app: &App,
    id: &ConnectionId,
    found: Result<Usable, Unusable>,
) -> Result<Usable, ConnectionError> {
    let refused = match found {
        Ok(usable) => return Ok(usable),
        Err(refused) => refused,
    };
    if matches!(refused, Unusable::Held(HoldReason::Scope)) {
        let granted = store::grant_of(&app.db, id).await?.map(|grant| grant.scopes).unwrap_or_default();
        let missing = granted.missing(&Scopes::publishing());
        if !missing.is_empty() {
            return Err(ConnectionError::ScopesMissing(missing));
        }
    }
    Err(refused.into())
}

/// Tries that a token which was renewed in between may cost.
const TRIES: usize = 3;

/// Calls Pinterest for a person.
///
/// A 401 proves that nothing was done, so the call is made once more with a renewed token. If that is not accepted
/// either, the account is held and looked at again later.
///
/// # Errors
/// [`ConnectionError`].
pub(super) async fn call(
    app: &App,
    actor: &Actor,
    id: &ConnectionId,
    call: &Call,
) -> Result<Answer, ConnectionError> {
    let mut usable = token_for(app, id, call).await?;
    let mut is_renewed = false;
    for _ in 0..TRIES {
        match calls::audited(app, actor, &usable, call).await {
            Err(CallError::Superseded) => usable = token_for(app, id, call).await?,
            Err(CallError::Upstream(error)) if error.is_token() && !is_renewed => {
                usable = refresh(app, id, usable.generation).await?;
                is_renewed = true;
            }
            Err(CallError::Upstream(error)) if error.is_token() => {
                hold_for_authorization(app, id).await?;
                return Err(ConnectionError::Held(HoldReason::Authorization));
            }
            // What stands in the way before a request is sent passes by itself, so this came after it.
            Err(CallError::Fault(fault)) if call.method != Method::GET => {
                return Err(ConnectionError::Untold(fault));
            }
            done => return done.map_err(ConnectionError::from),
        }
    }
    Err(ConnectionError::Busy)
}
