//! One send: prepare, redeem, POST once, settle.

use countersign_entities::{
    Timestamp,
    ids::GrantId,
    vocabulary::{HoldReason, PublicationState, VoidReason},
};

use super::{claim::Claim, hold, settle, store, view::Publication, void::void_for};
use crate::{
    app::App,
    approvals::permit::{self, Credentials, Denied, Image, PublishPermit, Request},
    audit::{AuditedTx, Housekeeping},
    connections, drafts,
    error::Fault,
    hooks::Point,
    pinterest::pins,
};

/// Delivers a claimed publication as far as it goes.
pub(super) async fn deliver(app: &App, claim: Claim) -> Result<(), Fault> {
    let request = match Box::pin(prepare(app, &claim)).await? {
        Ok(request) => request,
        Err(setback) => return set_back(app, &claim, setback).await,
    };
    let credentials = (request.credentials.grant.clone(), request.credentials.generation);
    let permit = match Box::pin(permit::redeem(app, request)).await {
        Ok(permit) => permit,
        Err(denied) => return set_back(app, &claim, setback(denied)?).await,
    };
    // Settling may renew a token or wait for the database: what the answer proves must not be lost meanwhile.
    tokio::select! {
        settled = Box::pin(send(app, &claim, permit, &credentials)) => settled,
        never = keep_lease(app, &claim) => match never {},
    }
}

async fn send(
    app: &App,
    claim: &Claim,
    permit: PublishPermit,
    credentials: &(GrantId, i32),
) -> Result<(), Fault> {
    let mut sent = settle::Sent::of(&permit, app.now());
    let answer = pins::create(permit).await;
    sent.answered_at = app.now();
    app.hooks.reach(Point::SendAfterCall).await?;
    settle::settle(app, claim, &sent, &answer, credentials).await
}

/// What keeps a claimed publication from being sent.
enum Setback {
    Hold(HoldReason),
    Void(VoidReason),
    NotGenuine(&'static str),
    Later(&'static str),
    NotBefore(Timestamp),
}

fn setback(denied: Denied) -> Result<Setback, Fault> {
    Ok(match denied {
        Denied::Void(reason) => Setback::Void(reason),
        Denied::Hold(reason) => Setback::Hold(reason),
        Denied::NotGenuine(why) => Setback::NotGenuine(why),
        Denied::NotNow(why) => Setback::Later(why),
        Denied::Early(due_at) => Setback::NotBefore(due_at),
        Denied::Fault(fault) => return Err(fault),
    })
}

/// Everything that takes time, before the gate: image and token.
async fn prepare(app: &App, claim: &Claim) -> Result<Result<Request, Setback>, Fault> {
    let publication = &claim.publication;
    let image = match image(app, publication).await {
        Ok(Ok(image)) => image,
        Ok(Err(why)) => return Ok(Err(Setback::NotGenuine(why))),
        // Damaged rows are no passing fault: what they belong to is set aside, and the account goes on.
        Err(Fault::Lost(why)) => return Ok(Err(Setback::NotGenuine(why))),
        Err(fault) => return Err(fault),
    };
    let usable = match connections::usable(app, &publication.connection_id).await {
        Ok(usable) => usable,
        Err(connections::Unusable::Held(reason)) => return Ok(Err(Setback::Hold(reason))),
        Err(connections::Unusable::Busy) => return Ok(Err(Setback::Later("the token is being renewed"))),
        Err(connections::Unusable::Fault(fault)) => return Err(fault),
    };
    let credentials = Credentials { token: usable.token, grant: usable.grant, generation: usable.generation };
    Ok(Ok(Request {
        publication_id: publication.id.clone(),
        lease_token: claim.lease_token.clone(),
        image,
        credentials,
    }))
}

/// The image of the draft's current revision; its type is that of its bytes, whatever a row says.
async fn image(app: &App, publication: &Publication) -> Result<Result<Image, &'static str>, Fault> {
    let Some(draft) = drafts::find(&app.db, &publication.draft_id).await? else {
        return Ok(Err("its draft is gone"));
    };
    let revision = drafts::revision(&app.db, &draft.id, draft.revision).await?;
    let bytes = match revision.and_then(|revision| revision.asset_id) {
        Some(asset) => store::image(&app.db, &asset).await?,
        None => None,
    };
    let Some(bytes) = bytes else { return Ok(Err("its image is gone")) };
    Ok(match drafts::media::content_type(&bytes) {
        Some(content_type) => Ok(Image { content_type: content_type.to_owned(), bytes }),
        None => Err("its image is none"),
    })
}

async fn set_back(app: &App, claim: &Claim, setback: Setback) -> Result<(), Fault> {
    let publication = &claim.publication;
    let lease = Some(claim.lease_token.as_str());
    match setback {
        Setback::Hold(reason) => hold::hold(app, publication, PublicationState::Claimed, lease, reason).await,
        Setback::Void(reason) => void_for(app, publication, PublicationState::Claimed, lease, reason).await,
        Setback::NotGenuine(why) => settle::refuse_unproven(app, publication, &claim.lease_token, why).await,
        Setback::NotBefore(due_at) => hold::postpone(app, publication, &claim.lease_token, due_at).await,
        Setback::Later(why) => {
            tracing::debug!(publication = %publication.id, why, "given back");
            let tx = AuditedTx::housekeeping(app, Housekeeping::Claims).await?;
            let due_at = app.now().plus(app.timing.publishing.retry_base).max(publication.due_at);
            store::unclaim(&tx, &publication.id, &claim.lease_token, due_at).await?;
            tx.commit().await
        }
    }
}

/// Prolongs the lease while the call runs; a lease that is lost is left to the reaper.
async fn keep_lease(app: &App, claim: &Claim) -> std::convert::Infallible {
    loop {
        app.clock.sleep(app.timing.publishing.heartbeat).await;
        let expires_at = app.now().plus(app.timing.publishing.lease_ttl);
        if let Err(fault) = prolong(app, claim, expires_at).await {
            tracing::warn!(%fault, publication = %claim.publication.id, "a lease could not be prolonged");
        }
    }
}

async fn prolong(app: &App, claim: &Claim, expires_at: Timestamp) -> Result<(), Fault> {
    let tx = AuditedTx::housekeeping(app, Housekeeping::Claims).await?;
    store::prolong(&tx, &claim.publication.id, &claim.lease_token, expires_at).await?;
    tx.commit().await
}
