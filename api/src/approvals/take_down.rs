//! The gate of a take-down: a reviewer deletes a Pin that we published.
//!
//! As for [sending](super::permit) there is one way: [`redeem`] checks everything in one transaction, writes the intent
//! with the reason, commits, and only then hands out a [`TakeDownPermit`]. One delete = one redeem = one permit = one
//! `api.request`. What may be deleted is what the log says that we published, whatever the publication's row says.
//!
//! A second person is not asked: a Pin that should not be there is in a hurry, and nothing new appears. The kill switch
//! does not stop it either: it is there so that nothing more goes out, and taking down what went out is what often
//! follows.
//!
//! A permit cannot be made by hand:
//!
//! ```compile_fail,E0451
//! use countersign_api::approvals::take_down::TakeDownPermit;
//! fn forge(app: countersign_api::app::App) -> TakeDownPermit {
//!     TakeDownPermit { app, ..unimplemented!() }
//! }
//! ```
//!
//! ```
//! use countersign_api::approvals::take_down::TakeDownPermit;
//! fn look(permit: &TakeDownPermit) -> &str {
//!     permit.pin_id()
//! }
//! ```
//!
//! nor used twice:
//!
//! ```compile_fail,E0382
//! use countersign_api::{approvals::take_down::TakeDownPermit, pinterest::pins};
//! async fn twice(permit: TakeDownPermit) {
//!     pins::delete(permit).await;
//!     pins::delete(permit).await;
//! }
//! ```
//!
//! ```
//! use countersign_api::{approvals::take_down::TakeDownPermit, pinterest::pins};
//! async fn once(permit: TakeDownPermit) {
//!     pins::delete(permit).await;
//! }
//! ```
//!
//! nor copied:
//!
//! ```compile_fail,E0599
//! use countersign_api::approvals::take_down::TakeDownPermit;
//! fn copy(permit: &TakeDownPermit) -> TakeDownPermit {
//!     TakeDownPermit::clone(permit)
//! }
//! ```
//!
//! ```
//! use countersign_api::approvals::take_down::TakeDownPermit;
//! fn hand_on(permit: TakeDownPermit) -> TakeDownPermit {
//!     permit
//! }
//! ```
//!
//! nor does the permit to create a Pin delete one:
//!
//! ```compile_fail,E0308
//! use countersign_api::{approvals::permit::PublishPermit, pinterest::pins};
//! async fn confuse(permit: PublishPermit) {
//!     pins::delete(permit).await;
//! }
//! ```
//!
//! ```
//! use countersign_api::{approvals::permit::PublishPermit, pinterest::pins};
//! async fn create(permit: PublishPermit) {
//!     pins::create(permit).await;
//! }
//! ```

use countersign_entities::{
    ids::{EventId, PublicationId},
    vocabulary::{ConnectionState, HoldReason, PublicationState},
};
use url::Url;

use super::{
    Error,
    permit::Credentials,
    published::published,
    signature::Signer,
    store::{self, Facts},
    told,
};
use crate::{
    app::App,
    audit::{AuditedTx, Event, Happening, Stream, read},
    clock,
    drafts::CommentBody,
    error::Fault,
    operators::{Forbidden, Reviewer},
    scope::Scopes,
    secret::Secret,
};

/// The operation, as Pinterest's API names it.
const OPERATION: &str = "pins/delete";

/// What a reviewer brings to the gate.
pub struct Request<'a> {
    /// The publication whose Pin is to go.
    pub publication_id: PublicationId,
    /// Who asks for it.
    pub reviewer: &'a Reviewer,
    /// Why.
    pub reason: &'a CommentBody,
    /// The token.
    pub credentials: Credentials,
}

/// The right to delete one Pin that we published, once.
pub struct TakeDownPermit {
    app: App,
    root: Url,
    token: Secret,
    pin_id: String,
    request_event_id: EventId,
}

impl TakeDownPermit {
    /// Pinterest's id of the Pin, as the log has it.
    pub fn pin_id(&self) -> &str {
        &self.pin_id
    }

    /// The `api.request` that the outcome cites.
    pub(crate) fn request_event_id(&self) -> &EventId {
        &self.request_event_id
    }

    /// Takes the permit apart for the one call; only `pinterest::pins::delete` does.
    pub(crate) fn spend(self) -> (App, Url, Secret, String) {
        (self.app, self.root, self.token, self.pin_id)
    }
}

/// Why nothing is deleted.
#[derive(Debug)]
pub enum Denied {
    /// The person may not decide any more.
    Forbidden(Forbidden),
    /// It is in another state, so there is no Pin of ours.
    NotPublished(PublicationState),
    /// It was taken down before.
    TakenDown,
    /// Somebody's take-down of it has no outcome yet.
    UnderWay,
    /// Its rows are not what the log tells.
    NotGenuine(&'static str),
    /// Something stands in the way that may go away.
    Hold(HoldReason),
    /// The token was renewed in between: ask for a usable one again.
    Superseded,
    /// The log does not take the intent in time.
    LogBusy,
    /// Unexpected; it may not be known whether the commit held, so nothing is deleted.
    Fault(Fault),
}

impl From<Fault> for Denied {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Turns a reviewer's wish into the right to delete the publication's Pin, or says why not.
///
/// # Errors
/// [`Denied`]; then nothing may be deleted.
pub async fn redeem(app: &App, request: Request<'_>) -> Result<TakeDownPermit, Denied> {
    let limit = app.timing.audit.intent_write;
    let redeemed = clock::within(&*app.clock, limit, Box::pin(redeem_in_time(app, request))).await;
    redeemed.unwrap_or(Err(Denied::LogBusy))
}

async fn redeem_in_time(app: &App, request: Request<'_>) -> Result<TakeDownPermit, Denied> {
    let tx = AuditedTx::begin(app).await?;
    store::still_reviews(&tx, request.reviewer).await.map_err(not_reviewing)?;
    store::lock_publication(&tx, &request.publication_id).await?;
    // From here on nobody commits: what is read now still holds when the intent is in the log.
    tx.lock_log().await?;
    let facts = store::facts(&tx, &request.publication_id).await?;
    let facts = facts.ok_or(Denied::NotGenuine("its rows are not complete"))?;
    let pin_id = check_pin(app, &tx, &facts).await?;
    let root = check_way(app, &facts, &request.credentials)?;
    if is_under_way(&tx, &request.publication_id).await? {
        return Err(Denied::UnderWay);
    }
    let intent = intent(app, &facts, &request)?;
    let permit = TakeDownPermit {
        app: app.clone(),
        root,
        token: request.credentials.token,
        pin_id,
        request_event_id: intent.id.clone(),
    };
    tx.commit_one(intent).await?;
    Ok(permit)
}

fn not_reviewing(error: Error) -> Denied {
    match error {
        Error::Forbidden(forbidden) => Denied::Forbidden(forbidden),
        Error::Fault(fault) => Denied::Fault(fault),
        other => Denied::Fault(Fault::Other(other.to_string())),
    }
}

/// The Pin's id, where row, approval and log agree that it is ours and still there.
async fn check_pin(app: &App, tx: &AuditedTx<'_>, facts: &Facts) -> Result<String, Denied> {
    let (approval, publication) = (&facts.approval, &facts.publication);
    if publication.state != PublicationState::Published {
        return Err(Denied::NotPublished(publication.state));
    }
    if publication.draft_id != approval.draft_id || publication.approved_by != approval.event_id {
        return Err(Denied::NotGenuine("its approval is that of another Pin"));
    }
    let signer = Signer::of(app, tx, approval).await?;
    if !signer.is_some_and(|signer| signer.holds(approval)) {
        return Err(Denied::NotGenuine("its approval carries no genuine signature"));
    }
    let published = published(tx, facts).await?.map_err(Denied::NotGenuine)?;
    if published.is_taken_down {
        return Err(Denied::TakenDown);
    }
    // It becomes a part of an address.
    if published.pin_id.is_empty() || !published.pin_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Denied::NotGenuine("its Pin's id is no number"));
    }
    Ok(published.pin_id)
}

fn check_way(app: &App, facts: &Facts, credentials: &Credentials) -> Result<Url, Denied> {
    let environment = facts.publication.environment;
    if facts.connection_environment != environment {
        return Err(Denied::NotGenuine("the account's environment was changed"));
    }
    let root = app.endpoints.root(environment).ok_or(Denied::Hold(HoldReason::Environment))?;
    if !app.endpoints.allows_writes(environment) {
        return Err(Denied::Hold(HoldReason::Tier));
    }
    let (grant, generation, scopes) = facts.grant.as_ref().ok_or(Denied::Hold(HoldReason::Disconnected))?;
    if facts.connection_state != ConnectionState::Active
        || (grant, *generation) != (&credentials.grant, credentials.generation)
    {
        return Err(Denied::Superseded);
    }
    if !Scopes::parse(scopes).missing(&Scopes::publishing()).is_empty() {
        return Err(Denied::Hold(HoldReason::Scope));
    }
    Ok(root.clone())
}

/// Whether a take-down of this Pin still waits for its outcome; one that was lost gets `api.unknown` in time.
async fn is_under_way(tx: &AuditedTx<'_>, publication: &PublicationId) -> Result<bool, Fault> {
    for open in read::open_of_flow(tx, publication.as_str()).await? {
        let event = read::find(tx, &open.event_id).await?;
        if event.is_some_and(|event| told::fact(&event, "operation").as_deref() == Some(OPERATION)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The reason is kept here already: if the answer is lost, it is known all the same who wanted it, and why.
fn intent(app: &App, facts: &Facts, request: &Request<'_>) -> Result<Event, Fault> {
    let (approval, publication) = (&facts.approval, &facts.publication);
    let timeout = i64::try_from(app.timing.calls.other_intent.as_millis()).unwrap_or(i64::MAX);
    let happening = Happening::ApiRequest {
        operation: OPERATION,
        method: "DELETE",
        path: "/pins/{pin_id}",
        environment: publication.environment.as_str(),
        grant: request.credentials.grant.to_string(),
        generation: request.credentials.generation,
        attempt: None,
        digest: None,
        timeout_ms: timeout,
    };
    let stream = Stream::Connection(publication.connection_id.to_string());
    let event = Event::fresh(app, stream, request.reviewer.actor(), happening);
    // It cites no approval: that is what requests which create a Pin do.
    let event = event.about_draft(&approval.draft_id, approval.revision).flow(&publication.id);
    Ok(event.content(request.reason.sealed()?))
}
