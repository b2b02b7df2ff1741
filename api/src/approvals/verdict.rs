//! The reviewer's word: approve, take it back, ask for changes, reject.

use countersign_entities::{
    Timestamp,
    ids::{ApprovalId, DraftId, OperatorId, PublicationId},
    vocabulary::{CommentKind, DraftState, PublicationState, Tab, VoidReason},
};

use super::{
    Approval, Error, likeness, policy,
    signature::Signer,
    store::{self, NewPublication},
    submit::{about, allow, current, review_event, seen, stream},
    told::Told,
};
use crate::{
    app::App,
    audit::{AuditedTx, Event, Happening, Value},
    drafts::{self, CommentBody, Draft, Revision, store::Change},
    error::Fault,
    hooks::Point,
    operators::{Authority, Reviewer},
};

/// What a reviewer decides on: the digest is that of the content on the reviewer's screen.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Hex.
    pub digest: String,
    /// A remark for the author.
    pub note: Option<CommentBody>,
    /// The version of the draft that was on the screen, where the door knows it.
    pub if_version: Option<i64>,
}

/// A verdict that sends a draft back.
#[derive(Clone, Copy)]
enum SentBack {
    Changes,
    Rejection,
}

impl SentBack {
    fn state(self) -> DraftState {
        match self {
            Self::Changes => DraftState::ChangesRequested,
            Self::Rejection => DraftState::Rejected,
        }
    }

    fn comment(self) -> CommentKind {
        match self {
            Self::Changes => CommentKind::Changes,
            Self::Rejection => CommentKind::Rejection,
        }
    }

    fn happening(self, digest: String, rule: &'static str, own_draft: bool) -> Happening {
        match self {
            Self::Changes => Happening::ChangesRequested { digest, rule, own_draft },
            Self::Rejection => Happening::Rejected { digest, rule, own_draft },
        }
    }
}

/// What an approval leads to.
#[derive(Clone, Debug)]
pub struct Approved {
    /// The draft afterwards.
    pub draft: Draft,
    /// The approval.
    pub approval_id: ApprovalId,
    /// Its publication.
    pub publication_id: PublicationId,
    /// Not sent before; until it is claimed, the approval can be undone.
    pub due_at: Timestamp,
}

/// Countersigns exactly the content that the reviewer saw.
///
/// # Errors
/// [`Error::Stale`] where that is not the current content, [`Error::OwnDraft`] by the rule, [`Error::State`] where
/// somebody else was quicker.
pub async fn approve(
    app: &App,
    reviewer: &Reviewer,
    id: &DraftId,
    decision: Decision,
) -> Result<Approved, Error> {
    if let Some(note) = &decision.note {
        refuse_secrets(app, note)?;
    }
    let signer = Signer::current(app).await?;
    let tx = AuditedTx::begin(app).await?;
    store::still_reviews(&tx, reviewer).await?;
    let (draft, revision) = current(&tx, id).await?;
    seen(&draft, decision.if_version)?;
    allow(draft.state == DraftState::InReview, &draft, "countersigning")?;
    if draft.digest != decision.digest {
        return Err(Error::Stale(Box::new(draft)));
    }
    let told = Told::of(&tx, &draft.id).await?;
    if !told.is_written(&draft) {
        return Err(Fault::Lost("the audit log does not have this revision").into());
    }
    let rule = app.config.review.rule;
    let own = policy::may_approve(rule, reviewer.id(), told.authors()).ok_or(Error::OwnDraft)?;
    let (approval, publication) = make(app, reviewer, &draft, &revision, own, &signer)?;
    let (publication_id, due_at) = (publication.id.clone(), publication.due_at);
    store::insert(&tx, &approval, publication).await?;
    let changed = drafts::store::change(&tx, &draft, after_approval(app, &publication_id, due_at)).await?;
    comment(&tx, app, reviewer, &draft, CommentKind::Approval, decision.note.as_ref()).await?;
    app.hooks.reach(Point::ApproveBeforeCommit).await.map_err(Fault::from)?;
    let events =
        events(app, reviewer, &draft, &revision, &approval, &publication_id, due_at, decision.note.as_ref())?;
    tx.commit(events).await?;
    app.hooks.reach(Point::ApproveAfterCommit).await.map_err(Fault::from)?;
    Ok(Approved { draft: changed, approval_id: approval.id, publication_id, due_at })
}

fn make(
    app: &App,
    reviewer: &Reviewer,
    draft: &Draft,
    revision: &Revision,
    own: policy::IsOwnDraft,
    signer: &Signer,
) -> Result<(Approval, NewPublication), Fault> {
    let now = app.now();
    let wished = wished_at(revision)?;
    let timing = &app.timing.publishing;
    let by_time = wished.map(|wished| wished.plus(timing.approval_ttl_after_publish_at));
    let lapses_at = now.plus(timing.approval_ttl).max(by_time.unwrap_or(now));
    let mut approval = Approval {
        id: ApprovalId::from_random(app.random_id()),
        draft_id: draft.id.clone(),
        revision: draft.revision,
        digest: draft.digest.clone(),
        reviewer_id: reviewer.id().clone(),
        rule: app.config.review.rule,
        is_own_draft: own.0,
        decided_at: now,
        lapses_at,
        event_id: app.event_id(),
        mac: Vec::new(),
        mac_key_id: String::new(),
        voided_at: None,
        void_reason: None,
    };
    signer.sign(&mut approval);
    let board_id =
        revision.content.board_id().ok_or(Fault::Lost("a submitted draft has no board"))?.to_owned();
    let publication = NewPublication {
        id: PublicationId::from_random(app.random_id()),
        connection_id: draft.connection_id.clone(),
        environment: draft.environment,
        due_at: now.plus(timing.undo).max(wished.unwrap_or(now)),
        fingerprint: likeness::fingerprint(&revision.content),
        board_id,
    };
    Ok((approval, publication))
}

/// A note is shown and logged.
fn refuse_secrets(app: &App, note: &CommentBody) -> Result<(), Error> {
    let checked = drafts::secrets::refuse_live(app, CommentBody::FIELD, note.as_str());
    checked.map_err(|wrong| Error::Invalid(vec![wrong]))
}

/// Not before: the wished time, where there is one.
fn wished_at(revision: &Revision) -> Result<Option<Timestamp>, Fault> {
    let Some(publish_at) = revision.content.publish_at() else { return Ok(None) };
    let micros = publish_at.due_at_micros().map_err(|error| Fault::Other(error.to_string()))?;
    Ok(Some(Timestamp(micros)))
}

/// The sealed part of a verdict: the content as it was, and the note.
fn sealed(revision: &Revision, note: Option<&CommentBody>) -> Result<Value, Fault> {
    let sealed = revision.sealed().map_err(|error| Fault::Event(error.to_string()))?;
    let (Value::Object(mut members), Some(note)) = (sealed.clone(), note) else { return Ok(sealed) };
    members.insert(CommentBody::FIELD.to_owned(), note.as_str().into());
    Ok(Value::Object(members))
}

fn after_approval(app: &App, publication_id: &PublicationId, due_at: Timestamp) -> Change {
    let scheduled = Some((PublicationState::Scheduled, None));
    Change {
        state: Some(DraftState::Approved),
        tab: Some(drafts::tab_of(DraftState::Approved, scheduled, Some(due_at), app.now(), None)),
        attention: Some(None),
        due_at: Some(Some(due_at)),
        publication_id: Some(publication_id.clone()),
        ..Change::default()
    }
}

#[expect(clippy::too_many_arguments, reason = "the facts of one decision, told in two events")]
fn events(
    app: &App,
    reviewer: &Reviewer,
    draft: &Draft,
    revision: &Revision,
    approval: &Approval,
    publication_id: &PublicationId,
    due_at: Timestamp,
    note: Option<&CommentBody>,
) -> Result<Vec<Event>, Fault> {
    let happening = Happening::Approved {
        digest: approval.digest.clone(),
        rule: approval.rule.as_str(),
        own_draft: approval.is_own_draft,
    };
    let actor = reviewer.actor();
    let mut approved = about(Event::new(approval.event_id.clone(), stream(draft), actor, happening), draft);
    approved = approved.flow(publication_id).content(sealed(revision, note)?);
    let scheduled = Happening::PublishScheduled { due_at: due_at.rfc3339() };
    let scheduled = about(Event::fresh(app, stream(draft), actor, scheduled), draft);
    Ok(vec![approved, scheduled.flow(publication_id).cause(&approval.event_id)])
}

/// Takes an approval back before it is claimed: the draft waits for review again. `if_version` is what the reviewer
/// saw, where the door knows.
///
/// # Errors
/// [`Error::TooLate`] once the publication is claimed, [`Error::Stale`].
pub async fn undo(
    app: &App,
    reviewer: &Reviewer,
    id: &DraftId,
    if_version: Option<i64>,
) -> Result<Draft, Error> {
    let tx = AuditedTx::begin(app).await?;
    store::still_reviews(&tx, reviewer).await?;
    let (draft, revision) = current(&tx, id).await?;
    seen(&draft, if_version)?;
    allow(matches!(draft.state, DraftState::Approved | DraftState::Published), &draft, "undoing")?;
    if draft.state == DraftState::Published {
        return Err(Error::TooLate);
    }
    let events = drafts::void::void(&tx, app, &draft, VoidReason::Undone, reviewer.actor()).await?;
    if events.is_empty() {
        return Err(Error::TooLate);
    }
    let change = Change {
        state: Some(DraftState::InReview),
        tab: Some(Tab::Review),
        attention: Some(None),
        due_at: Some(wished_at(&revision)?),
        ..Change::default()
    };
    let changed = drafts::store::change(&tx, &draft, change).await?;
    app.hooks.reach(Point::UndoBeforeCommit).await.map_err(Fault::from)?;
    tx.commit(events).await?;
    app.hooks.reach(Point::UndoAfterCommit).await.map_err(Fault::from)?;
    Ok(changed)
}

/// Sends a draft back with a note about what to change.
///
/// # Errors
/// [`Error::State`] where it is not in review, [`Error::Stale`].
pub async fn request_changes(
    app: &App,
    reviewer: &Reviewer,
    id: &DraftId,
    if_version: Option<i64>,
    note: &CommentBody,
) -> Result<Draft, Error> {
    send_back(app, reviewer, id, if_version, note, SentBack::Changes).await
}

/// Rejects a draft with the reason.
///
/// # Errors
/// [`Error::State`] where it is not in review, [`Error::Stale`].
pub async fn reject(
    app: &App,
    reviewer: &Reviewer,
    id: &DraftId,
    if_version: Option<i64>,
    note: &CommentBody,
) -> Result<Draft, Error> {
    send_back(app, reviewer, id, if_version, note, SentBack::Rejection).await
}

async fn send_back(
    app: &App,
    reviewer: &Reviewer,
    id: &DraftId,
    if_version: Option<i64>,
    note: &CommentBody,
    verdict: SentBack,
) -> Result<Draft, Error> {
    refuse_secrets(app, note)?;
    let tx = AuditedTx::begin(app).await?;
    store::still_reviews(&tx, reviewer).await?;
    let (draft, revision) = current(&tx, id).await?;
    seen(&draft, if_version)?;
    allow(draft.state == DraftState::InReview, &draft, "this verdict")?;
    let state = verdict.state();
    let change =
        Change { state: Some(state), tab: Some(Tab::Changes), attention: Some(None), ..Change::default() };
    let changed = drafts::store::change(&tx, &draft, change).await?;
    comment(&tx, app, reviewer, &draft, verdict.comment(), Some(note)).await?;
    let step = |digest, rule, own_draft| verdict.happening(digest, rule, own_draft);
    let event = review_event(&tx, app, reviewer, &draft, step).await?;
    tx.commit_one(event.content(sealed(&revision, Some(note))?)).await?;
    Ok(changed)
}

async fn comment(
    tx: &AuditedTx<'_>,
    app: &App,
    reviewer: &Reviewer,
    draft: &Draft,
    kind: CommentKind,
    note: Option<&CommentBody>,
) -> Result<(), Fault> {
    match note {
        Some(note) => drafts::add_comment(tx, app, draft, reviewer.id(), kind, note).await,
        None => Ok(()),
    }
}

/// The drafts whose approval by this person waits for its publication: disabling the person would void them.
///
/// # Errors
/// [`Error::Fault`].
pub async fn scheduled_of(
    app: &App,
    _by: impl Into<Authority>,
    reviewer: &OperatorId,
) -> Result<Vec<DraftId>, Error> {
    Ok(store::scheduled_of(&app.db, reviewer).await?)
}
