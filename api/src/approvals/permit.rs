//! The gate.
//!
//! A [`PublishPermit`] cannot be built, copied or deserialised outside this file; [`redeem`] is the only way to one.
//! It owns the transaction, checks everything again inside it, writes the attempt, `publish.started` and
//! `api.request`, commits, and only then hands the permit out. So one send = one redeem = one permit = one attempt.
//!
//! A permit cannot be made by hand:
//!
//! ```compile_fail,E0451
//! use countersign_api::approvals::permit::PublishPermit;
//! fn forge(app: countersign_api::app::App) -> PublishPermit {
//!     PublishPermit { app, ..unimplemented!() }
//! }
//! ```
//!
//! ```
//! use countersign_api::approvals::permit::PublishPermit;
//! fn look(permit: &PublishPermit) -> i32 {
//!     permit.attempt()
//! }
//! ```
//!
//! nor used twice:
//!
//! ```compile_fail,E0382
//! use countersign_api::{approvals::permit::PublishPermit, pinterest::pins};
//! async fn twice(permit: PublishPermit) {
//!     pins::create(permit).await;
//!     pins::create(permit).await;
//! }
//! ```
//!
//! ```
//! use countersign_api::{approvals::permit::PublishPermit, pinterest::pins};
//! async fn once(permit: PublishPermit) {
//!     pins::create(permit).await;
//! }
//! ```
//!
//! nor copied:
//!
//! ```compile_fail,E0599
//! use countersign_api::approvals::permit::PublishPermit;
//! fn copy(permit: &PublishPermit) -> PublishPermit {
//!     PublishPermit::clone(permit)
//! }
//! ```
//!
//! ```
//! use countersign_api::approvals::permit::PublishPermit;
//! fn hand_on(permit: PublishPermit) -> PublishPermit {
//!     permit
//! }
//! ```

use countersign_entities::{
    Timestamp,
    ids::{AttemptId, EventId, GrantId, PublicationId},
    vocabulary::{ConnectionState, DraftState, HoldReason, PublicationState, ReviewRule, VoidReason},
};
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    policy,
    signature::Signer,
    store::{self, Facts, NewAttempt},
    told::{Told, has_stepped_down},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening, Stream},
    clock,
    drafts::{self, Revision, content::Content},
    error::Fault,
    hooks::Point,
    operators::{Role, Roles},
    scope::Scopes,
    secret::Secret,
};

/// The image that will be sent; its bytes are hashed again at the gate.
pub struct Image {
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The token to send with.
pub struct Credentials {
    /// The access token.
    pub token: Secret,
    /// Whose consent.
    pub grant: GrantId,
    /// Which generation of it.
    pub generation: i32,
}

/// What a worker brings to the gate: a claimed publication and what it prepared outside of the transaction.
pub struct Request {
    /// The claimed publication.
    pub publication_id: PublicationId,
    /// The lease under which it was claimed.
    pub lease_token: String,
    /// The image of the approved revision.
    pub image: Image,
    /// The token.
    pub credentials: Credentials,
}

/// The right to create one Pin with exactly the approved content, once.
pub struct PublishPermit {
    app: App,
    root: Url,
    token: Secret,
    content: Content,
    image: Image,
    attempt_id: AttemptId,
    publication_id: PublicationId,
    request_event_id: EventId,
    attempt: i32,
}

impl PublishPermit {
    /// Which send of the publication this is, from 1.
    pub fn attempt(&self) -> i32 {
        self.attempt
    }

    /// The publication.
    pub fn publication_id(&self) -> &PublicationId {
        &self.publication_id
    }

    pub(crate) fn attempt_id(&self) -> &AttemptId {
        &self.attempt_id
    }

    /// The `api.request` that the outcome cites.
    pub(crate) fn request_event_id(&self) -> &EventId {
        &self.request_event_id
    }

    /// Takes the permit apart for the one call; only `pinterest::pins::create` does.
    pub(crate) fn spend(self) -> (App, Url, Secret, Content, Image) {
        (self.app, self.root, self.token, self.content, self.image)
    }
}

/// Why nothing is sent.
#[derive(Debug)]
pub enum Denied {
    /// The approval does not hold any more.
    Void(VoidReason),
    /// Something stands in the way that may go away.
    Hold(HoldReason),
    /// The approval is not genuine, or the content is not what was approved.
    NotGenuine(&'static str),
    /// The lease is lost, it is not due, the token changed, or the account is busy: try later.
    NotNow(&'static str),
    /// The approved time has not come, whatever the publication's row says: not before then.
    Early(Timestamp),
    /// Unexpected; it may not be known whether the commit held, so nothing is sent.
    Fault(Fault),
}

impl From<Fault> for Denied {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Turns a claimed publication into the right to send it, or says why not.
///
/// # Errors
/// [`Denied`]; then nothing may be sent. Where the log does not take the intent in time it may have been written all
/// the same: such a send never begins, and the reaper finds it.
pub async fn redeem(app: &App, request: Request) -> Result<PublishPermit, Denied> {
    // Before the transaction: nothing slow may happen inside.
    let sent: [u8; 32] = Sha256::digest(&request.image.bytes).into();
    let limit = app.timing.audit.intent_write;
    let redeemed = clock::within(&*app.clock, limit, Box::pin(redeem_in_time(app, request, sent))).await;
    redeemed.unwrap_or(Err(Denied::NotNow("the audit log does not take the intent in time")))
}

async fn redeem_in_time(app: &App, request: Request, sent: [u8; 32]) -> Result<PublishPermit, Denied> {
    let tx = AuditedTx::begin(app).await?;
    store::lock_publication(&tx, &request.publication_id).await?;
    // From here on nobody commits: what is read now still holds when the intent is in the log.
    tx.lock_log().await?;
    let facts = store::facts(&tx, &request.publication_id).await?;
    let facts = facts.ok_or(Denied::NotGenuine("its rows are not complete"))?;
    let now = app.now();
    check_lease(&facts, &request, now)?;
    check_approval(app, &tx, &facts).await?;
    let content = check_content(&tx, &facts, &sent).await?;
    if let Some(due_at) = content.due_at().filter(|due_at| *due_at > now) {
        return Err(Denied::Early(due_at));
    }
    check_way(app, &facts, &request)?;
    let root =
        app.endpoints.root(facts.publication.environment).ok_or(Denied::Hold(HoldReason::Environment))?;
    let attempt = NewAttempt {
        id: AttemptId::from_random(app.random_id()),
        publication_id: request.publication_id.clone(),
        n: facts.last_attempt + 1,
        request_event_id: app.event_id(),
        lease_token: request.lease_token.clone(),
        grant: (request.credentials.grant.clone(), request.credentials.generation),
        started_at: now,
        deadline_at: now.plus(app.timing.calls.send),
        lease_expires_at: now.plus(app.timing.publishing.lease_ttl),
    };
    let permit = PublishPermit {
        app: app.clone(),
        root: root.clone(),
        token: request.credentials.token,
        content,
        image: request.image,
        attempt_id: attempt.id.clone(),
        publication_id: request.publication_id,
        request_event_id: attempt.request_event_id.clone(),
        attempt: attempt.n,
    };
    let events = events(app, &facts, &attempt);
    store::start_attempt(&tx, attempt).await?;
    app.hooks.reach(Point::RedeemBeforeCommit).await.map_err(Fault::from)?;
    tx.commit(events).await?;
    app.hooks.reach(Point::RedeemAfterCommit).await.map_err(Fault::from)?;
    Ok(permit)
}

fn check_lease(facts: &Facts, request: &Request, now: Timestamp) -> Result<(), Denied> {
    let publication = &facts.publication;
    let is_ours = publication.state == PublicationState::Claimed
        && publication.lease_token.as_deref() == Some(request.lease_token.as_str())
        && publication.lease_expires_at.is_some_and(|expires_at| expires_at > now);
    if !is_ours {
        return Err(Denied::NotNow("the lease is lost"));
    }
    if publication.due_at > now {
        return Err(Denied::NotNow("it is not due"));
    }
    if facts.has_unknown_twin {
        return Err(Denied::NotNow("one that says the same may be on the board already"));
    }
    // What is claimed was scheduled, and an unproven attempt never leads back there.
    if facts.unsettled > 0 {
        return Err(Denied::NotGenuine("an earlier attempt is not proven harmless"));
    }
    Ok(())
}

async fn check_approval(app: &App, tx: &AuditedTx<'_>, facts: &Facts) -> Result<(), Denied> {
    let approval = &facts.approval;
    if approval.voided_at.is_some() {
        return Err(Denied::NotGenuine("its approval was voided"));
    }
    let signer = Signer::of(app, tx, approval).await?;
    if !signer.is_some_and(|signer| signer.holds(approval)) {
        return Err(Denied::NotGenuine("its approval carries no genuine signature"));
    }
    let told = Told::of(tx, &approval.draft_id).await?;
    let sends = told.sends(approval, facts.publication.id.as_str());
    if sends.map_err(Denied::NotGenuine)? != facts.attempts {
        return Err(Denied::NotGenuine("the audit log tells of other sends than its rows"));
    }
    if approval.lapses_at <= app.now() {
        return Err(Denied::Void(VoidReason::Expired));
    }
    let roles: Option<Roles> = facts.reviewer_roles.as_deref().and_then(|roles| roles.parse().ok());
    let is_reviewer = !facts.is_reviewer_disabled && roles.is_some_and(|roles| roles.has(Role::Reviewer));
    // Whoever is let in again signs again: what was void in between does not come back to life.
    if !is_reviewer || has_stepped_down(tx, &approval.reviewer_id, &approval.event_id).await? {
        return Err(Denied::Void(VoidReason::ReviewerRemoved));
    }
    let rule: ReviewRule = app.config.review.rule;
    if policy::may_approve(rule, &approval.reviewer_id, told.authors()).is_none() {
        return Err(Denied::Void(VoidReason::RuleChanged));
    }
    Ok(())
}

async fn check_content(tx: &AuditedTx<'_>, facts: &Facts, sent: &[u8; 32]) -> Result<Content, Denied> {
    let approval = &facts.approval;
    let is_current = facts.draft_state == DraftState::Approved
        && facts.draft_revision == approval.revision
        && facts.draft_digest == approval.digest
        && facts.draft_publication.as_ref() == Some(&facts.publication.id)
        && facts.publication.draft_id == approval.draft_id;
    if !is_current {
        return Err(Denied::NotGenuine("the draft is not in the state that was approved"));
    }
    let revision: Option<Revision> = match drafts::revision(tx, &approval.draft_id, approval.revision).await {
        Err(Fault::Lost(why)) => return Err(Denied::NotGenuine(why)),
        read => read?,
    };
    let revision = revision.ok_or(Denied::NotGenuine("the approved revision is gone"))?;
    if revision.recomputed_digest() != approval.digest {
        return Err(Denied::NotGenuine("the content is not what was approved"));
    }
    if revision.content.image_sha256() != Some(sent) {
        return Err(Denied::NotGenuine("the image is not what was approved"));
    }
    let is_same_way = revision.content.connection() == facts.publication.connection_id.as_str()
        && revision.content.environment() == facts.publication.environment.as_str();
    if !is_same_way {
        return Err(Denied::NotGenuine("the account is not the one that was approved"));
    }
    Ok(revision.content)
}

fn check_way(app: &App, facts: &Facts, request: &Request) -> Result<(), Denied> {
    if facts.is_paused {
        return Err(Denied::Hold(HoldReason::Paused));
    }
    if facts.connection_environment != facts.publication.environment {
        return Err(Denied::NotGenuine("the account's environment was changed"));
    }
    if facts.connection_state != ConnectionState::Active {
        return Err(Denied::NotNow("the account is not active"));
    }
    if app.endpoints.root(facts.publication.environment).is_none() {
        return Err(Denied::Hold(HoldReason::Environment));
    }
    if !app.endpoints.allows_writes(facts.publication.environment) {
        return Err(Denied::Hold(HoldReason::Tier));
    }
    let (grant, generation, scopes) = facts.grant.as_ref().ok_or(Denied::Hold(HoldReason::Disconnected))?;
    if (grant, *generation) != (&request.credentials.grant, request.credentials.generation) {
        return Err(Denied::NotNow("the token was renewed in between"));
    }
    if !Scopes::parse(scopes).missing(&Scopes::publishing()).is_empty() {
        return Err(Denied::Hold(HoldReason::Scope));
    }
    Ok(())
}

fn events(app: &App, facts: &Facts, attempt: &NewAttempt) -> Vec<Event> {
    let publication = &facts.publication;
    let approval = &facts.approval;
    let intent = i64::try_from(app.timing.calls.send_intent.as_millis()).unwrap_or(i64::MAX);
    let started = Happening::PublishStarted { attempt: attempt.n };
    let request = Happening::ApiRequest {
        operation: "pins/create",
        method: "POST",
        path: "/pins",
        environment: publication.environment.as_str(),
        grant: attempt.grant.0.to_string(),
        generation: attempt.grant.1,
        attempt: Some(attempt.n),
        digest: Some(approval.digest.clone()),
        timeout_ms: intent,
    };
    let stream = || Stream::Connection(publication.connection_id.to_string());
    let worker = Actor::worker();
    let tell = |event: Event| {
        event
            .about_draft(&approval.draft_id, approval.revision)
            .flow(&publication.id)
            .cause(&approval.event_id)
    };
    vec![
        tell(Event::fresh(app, stream(), &worker, started)),
        tell(Event::new(attempt.request_event_id.clone(), stream(), &worker, request)),
    ]
}
