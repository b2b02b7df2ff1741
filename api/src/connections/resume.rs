//! Taking up a consent whose tokens are stored and whose account nobody has asked for: the process ended in between.

use countersign_entities::vocabulary::ConnectionState;

use super::{
    account,
    connection::Connection,
    error::CallbackRefused,
    store::{self, Flow, Grant},
    upkeep::Failed,
    usable::with_grant,
};
use crate::{actor::Actor, app::App, error::Fault};

/// Consents that one turn takes up.
const AT_ONCE: u64 = 20;

/// Consents whose account Pinterest did not tell, by their connections.
#[derive(Default)]
struct Unanswered(Failed);

/// Asks whose the accounts are behind consents that were left half done, and goes on as the callback would have: the
/// tokens become the connection's, or are deleted by Pinterest's word. Where it says nothing now, it is asked again after a
/// quarter of an hour, for a day. Whoever may still be at it gets the time that an exchange takes.
///
/// # Errors
/// [`Fault`] where the database fails; of several, the last, since one damaged consent does not keep the others waiting.
pub async fn resume(app: &App) -> Result<(), Fault> {
    let before = app.now().minus(app.timing.oauth.exchange_grace);
    let unanswered = app.memory.of::<Unanswered>();
    let mut ended = Ok(());
    for (flow, grant) in store::left_over(&app.db, before, AT_ONCE).await? {
        if unanswered.0.rests(app, &flow.connection_id) {
            continue;
        }
        if let Err(fault) = Box::pin(resume_one(app, &flow, &grant)).await {
            tracing::error!(flow = %flow.id, %fault, "a consent that was left half done could not be taken up");
            ended = Err(fault);
        }
    }
    ended
}

async fn resume_one(app: &App, flow: &Flow, grant: &Grant) -> Result<(), Fault> {
    let connection = store::find(&app.db, &flow.connection_id).await?;
    let connection = connection.ok_or(Fault::Lost("a consent without its connection"))?;
    let usable = with_grant(app, &connection, grant)?;
    let before = state_before(flow, &connection);
    match account::settle_patiently(app, &Actor::worker(), flow, before, &usable).await {
        Ok(Some(connection)) => tracing::info!(connection = %connection.id, "a consent was taken up again"),
        Ok(None) => {
            app.memory.of::<Unanswered>().0.note(app, &connection.id);
            tracing::warn!(connection = %connection.id, "a consent cannot be taken up just now");
        }
        Err(CallbackRefused::Fault(fault)) => return Err(fault),
        Err(refused) => tracing::warn!(connection = %connection.id, %refused, "a consent was dropped"),
    }
    Ok(())
}

/// Where the connection stood when the consent came back: one that was ended after that must not come to life by it.
fn state_before(flow: &Flow, connection: &Connection) -> ConnectionState {
    let was_ended_since = connection.ended_at.is_some_and(|at| flow.used_at.is_none_or(|used| at >= used));
    if connection.is_ended() && was_ended_since { ConnectionState::Pending } else { connection.state }
}
