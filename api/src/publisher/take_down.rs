//! Taking down a Pin that we published: a reviewer's doing, alone, with a reason.
//!
//! Unlike a send it may be repeated: a Pin that is gone cannot be deleted twice. So nothing follows by itself from a lost
//! answer; whoever asked is told that it is not known, and may ask again.

use countersign_entities::{
    ids::{EventId, PublicationId},
    vocabulary::PublicationState,
};

use super::{
    Error,
    show::locked,
    store,
    tell::{outcome_event_by, publish_event_by},
    view::Publication,
};
use crate::{
    app::App,
    approvals::{
        permit::Credentials,
        take_down::{self, Denied, Request},
    },
    audit::{AuditedTx, Event, Happening, read},
    connections::{self, ConnectionError},
    drafts::{self, CommentBody, secrets::refuse_live, store::Change},
    error::Fault,
    operators::Reviewer,
    pinterest::{
        Usable, calls,
        client::{Answer, Lost},
        error::{Disposition, UpstreamError},
        pins,
    },
};

/// Tries that a token which was renewed in between may cost.
const TRIES: usize = 3;

/// The status of an answer that says: deleted.
const DELETED: u16 = 204;

/// Deletes a publication's Pin at Pinterest. The publication stays published, and says that it was taken down.
///
/// # Errors
/// [`Error`]; after [`Error::MaybeDeleted`] it may be done all the same, and it may be asked for again.
pub async fn take_down(
    app: &App,
    reviewer: &Reviewer,
    id: &PublicationId,
    reason: &CommentBody,
) -> Result<(), Error> {
    refuse_live(app, "reason", reason.as_str()).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    let publication = store::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    if publication.state != PublicationState::Published {
        return Err(Error::NotPublished(publication.state));
    }
    if publication.taken_down.is_some() {
        return Err(Error::TakenDown);
    }
    Box::pin(delete(app, &Asked { reviewer, publication: &publication, reason })).await
}

/// What is asked for, by whom and why.
struct Asked<'a> {
    reviewer: &'a Reviewer,
    publication: &'a Publication,
    reason: &'a CommentBody,
}

/// A 401 proves that nothing was done, so it is tried once more with a renewed token; then the account is held and looked
/// at again later.
async fn delete(app: &App, asked: &Asked<'_>) -> Result<(), Error> {
    let account = &asked.publication.connection_id;
    let mut usable = connections::changeable(app, account).await?;
    let mut is_renewed = false;
    for _ in 0..TRIES {
        let generation = usable.generation;
        match delete_once(app, asked, usable).await? {
            Proof::Gone => return Ok(()),
            Proof::Superseded => usable = connections::changeable(app, account).await?,
            Proof::There(error) if error.is_token() && !is_renewed => {
                usable =
                    connections::refresh(app, account, generation).await.map_err(ConnectionError::from)?;
                is_renewed = true;
            }
            Proof::There(error) => return Err(refused(app, asked, error).await?),
            Proof::Unsent(lost) => return Err(ConnectionError::Unanswered(lost.to_string()).into()),
            Proof::Unknown(why) => return Err(Error::MaybeDeleted(why)),
        }
    }
    Err(ConnectionError::Busy.into())
}

/// What is proven about the Pin.
enum Proof {
    /// It is not there any more.
    Gone,
    /// Pinterest did not delete it.
    There(UpstreamError),
    /// Nothing was sent.
    Unsent(Lost),
    /// Nothing was sent: the token was renewed in between.
    Superseded,
    /// Nothing: why, as a sentence.
    Unknown(String),
}

async fn delete_once(app: &App, asked: &Asked<'_>, usable: Usable) -> Result<Proof, Error> {
    let Usable { token, grant, generation, .. } = usable;
    let request = Request {
        publication_id: asked.publication.id.clone(),
        reviewer: asked.reviewer,
        reason: asked.reason,
        credentials: Credentials { token, grant, generation },
    };
    let permit = match take_down::redeem(app, request).await {
        Ok(permit) => permit,
        Err(Denied::Superseded) => return Ok(Proof::Superseded),
        Err(denied) => return Err(denied_as(asked, denied)),
    };
    let intent = permit.request_event_id().clone();
    let answer = pins::delete(permit).await;
    let proof = proof(&answer);
    let is_gone = matches!(proof, Proof::Gone);
    let told = calls::persist(app, || tell(app, asked, &intent, &answer, is_gone)).await;
    told.map_err(ConnectionError::Untold)?;
    Ok(proof)
}

fn denied_as(asked: &Asked<'_>, denied: Denied) -> Error {
    match denied {
        Denied::Forbidden(forbidden) => forbidden.into(),
        Denied::NotPublished(state) => Error::NotPublished(state),
        Denied::TakenDown => Error::TakenDown,
        Denied::UnderWay => Error::TakeDownUnderWay,
        Denied::NotGenuine(why) => {
            let publication = &asked.publication.id;
            tracing::error!(%publication, why, "a publication is not what the log tells; nothing was deleted");
            Error::NotGenuine(why)
        }
        Denied::Hold(reason) => ConnectionError::Held(reason).into(),
        Denied::Superseded | Denied::LogBusy => ConnectionError::Busy.into(),
        Denied::Fault(fault) => fault.into(),
    }
}

/// What the answer, or its absence, proves. Pinterest's own answers carry a code; without one something in between may
/// have spoken, which proves nothing.
fn proof(answer: &Result<Answer, Lost>) -> Proof {
    let answer = match answer {
        Ok(answer) => answer,
        Err(lost @ Lost::NotSent { .. }) => return Proof::Unsent(*lost),
        Err(lost @ Lost::MaybeSent { .. }) => return Proof::Unknown(lost.to_string()),
    };
    if answer.status == DELETED {
        return Proof::Gone;
    }
    let error = UpstreamError::of(answer);
    match error.disposition() {
        Disposition::Unknown => Proof::Unknown(error.to_string()),
        Disposition::Gone | Disposition::Refuse if error.code.is_none() => Proof::Unknown(error.to_string()),
        Disposition::Gone => Proof::Gone,
        _ => Proof::There(error),
    }
}

/// Why Pinterest did not do it. A tier or a permission that lacks for deleting says nothing about sending, so the account
/// is held for a token that is not accepted, and for spam, alone.
async fn refused(app: &App, asked: &Asked<'_>, error: UpstreamError) -> Result<Error, Fault> {
    let account = &asked.publication.connection_id;
    match error.disposition() {
        Disposition::Refuse | Disposition::Gone => return Ok(Error::NotDeleted(error)),
        Disposition::Reauthorise => connections::hold_for_authorization(app, account).await?,
        Disposition::Spam => connections::hold_for_spam(app, account).await?,
        _ => {}
    }
    Ok(ConnectionError::upstream(error).into())
}

/// Tells the outcome and, where the Pin is proven gone, that it was taken down. Of two who take it down one is told of.
async fn tell(
    app: &App,
    asked: &Asked<'_>,
    intent: &EventId,
    answer: &Result<Answer, Lost>,
    is_gone: bool,
) -> Result<(), Fault> {
    let (by, publication) = (asked.reviewer.actor(), asked.publication);
    let tx = AuditedTx::begin(app).await?;
    let draft = locked(&tx, publication).await?;
    let mut events = Vec::new();
    if is_gone && store::take_down(&tx, &publication.id, asked.reviewer.id(), asked.reason.as_str()).await? {
        drafts::store::change(&tx, &draft, Change::default()).await?;
        let taken_down = publish_event_by(app, by, publication, &draft, Happening::PublishTakenDown {});
        events.push(taken_down.content(asked.reason.sealed()?));
    }
    tx.lock_log().await?;
    let event = |happening| publish_event_by(app, by, publication, &draft, happening).cause(intent);
    let outcome: Option<Event> = match read::is_open(&tx, intent).await? {
        true => Some(outcome_event_by(app, by, publication, &draft, intent, answer, None)?),
        // The outcome was told as lost meanwhile: what came late is evidence.
        false => is_gone.then(|| event(Happening::ApiReconciled { result: "not_seen", by: "late_answer" })),
    };
    let events: Vec<Event> = outcome.into_iter().chain(events).collect();
    match events.is_empty() {
        true => Ok(()),
        false => tx.commit(events).await.map(drop),
    }
}
