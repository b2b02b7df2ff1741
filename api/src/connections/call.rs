//! A call for a person: with a fresh token, renewed once if Pinterest does not take it.

use countersign_entities::{ids::ConnectionId, vocabulary::HoldReason};

use super::{
    error::ConnectionError,
    hold::hold,
    refresh::{RefreshError, refresh},
    usable::{Unusable, readable},
};
use crate::{
    actor::Actor,
    app::App,
    pinterest::{
        calls::{self, Call, CallError},
        client::{Answer, Lost},
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
            CallError::Lost(Lost::NotSent { kind }) => Self::Unanswered(kind),
            CallError::Lost(Lost::MaybeSent { kind }) => Self::Unknown(kind),
            CallError::Upstream(error) => Self::upstream(error),
            CallError::Fault(fault) => Self::Fault(fault),
        }
    }
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
    let mut usable = readable(app, id).await?;
    let mut is_renewed = false;
    for _ in 0..TRIES {
        match calls::audited(app, actor, &usable, call).await {
            Err(CallError::Superseded) => usable = readable(app, id).await?,
            Err(CallError::Upstream(error)) if error.is_token() && !is_renewed => {
                usable = refresh(app, id, usable.generation).await?;
                is_renewed = true;
            }
            Err(CallError::Upstream(error)) if error.is_token() => {
                let until = app.now().plus(app.timing.publishing.authorization_recheck);
                hold(app, id, HoldReason::Authorization, Some(until)).await?;
                return Err(ConnectionError::Held(HoldReason::Authorization));
            }
            done => return done.map_err(ConnectionError::from),
        }
    }
    Err(ConnectionError::Busy)
}
