//! Housekeeping: passes through OAuth that are over.

use countersign_entities::{Timestamp, vocabulary::ConnectionState};

use super::{
    callback::{end_if_new, tell},
    store::{self, Flow},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Happening, Housekeeping},
    error::Fault,
};

/// Flows that one sweep takes.
const AT_ONCE: u64 = 200;

/// Deletes flows that are over. One that never came back ends its new connection, and tokens that nobody could take up
/// for a day are deleted; both are told in the log. Until then a flow with such tokens is left to
/// [`resume`](super::resume()).
///
/// # Errors
/// [`Fault`] where the database fails; of several, the last, since one damaged pass does not keep the others waiting.
pub async fn sweep(app: &App) -> Result<u64, Fault> {
    let before = app.now().minus(app.timing.oauth.exchange_grace);
    let given_up = app.now().minus(app.timing.oauth.take_up_within);
    let flows = store::flows_before(&app.db, before, given_up, AT_ONCE).await?;
    let mut swept = Ok(u64::try_from(flows.len()).unwrap_or(AT_ONCE));
    for flow in flows {
        if let Err(fault) = sweep_flow(app, &flow, before).await {
            tracing::error!(flow = %flow.id, %fault, "a pass through OAuth could not be swept");
            swept = Err(fault);
        }
    }
    swept
}

async fn sweep_flow(app: &App, flow: &Flow, before: Timestamp) -> Result<(), Fault> {
    let connection = store::find(&app.db, &flow.connection_id).await?;
    let leftover = store::grant_of_flow(&app.db, &flow.id).await?;
    let waits = connection.is_some_and(|connection| connection.state == ConnectionState::Pending)
        && !store::has_flow_after(&app.db, &flow.connection_id, before).await?;
    if leftover.is_none() && !waits {
        let tx = AuditedTx::housekeeping(app, Housekeeping::SpentRows).await?;
        store::delete_flow(&tx, &flow.id).await?;
        return tx.commit().await;
    }
    let (tx, worker) = (AuditedTx::begin(app).await?, Actor::worker());
    let mut events = Vec::new();
    if let Some(grant) = leftover {
        if !store::delete_grant_of_flow(&tx, &grant.id, &flow.id).await? {
            // Somebody has just taken them.
            return Ok(());
        }
        let grant = grant.id.to_string();
        let deleted = Happening::TokenDeleted { grant, by: "sweep", remote_revocation: Some("unsupported") };
        events.push(tell(app, &worker, flow, deleted));
    }
    if waits {
        events.extend(end_if_new(app, &tx, &worker, flow, "not_finished").await?);
    }
    store::delete_flow(&tx, &flow.id).await?;
    tx.commit(events).await.map(drop)
}
