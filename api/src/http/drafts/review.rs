//! The verbs of review: submit, withdraw, approve, undo, request changes, reject, reschedule, cancel.

use countersign_entities::ids::DraftId;
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path},
    payload::Json,
};

use super::{Versioned, body::DraftBody, done, draft_id, input::Reschedule};
use crate::{
    app::App,
    approvals::{self, Decision},
    drafts::{self, CommentBody, Draft, Error, FieldDifference, Stale},
    error::Fault,
    http::{
        answers::answers,
        auth::Access,
        etag::Seen,
        input::{Input, Nothing},
        refused::Refused,
    },
    operators::Reviewer,
};

/// The verbs of review.
pub struct ReviewApi;

/// A second signature.
#[derive(Object)]
struct Approve {
    /// The digest of the content that the reviewer saw.
    digest: String,
    /// A remark for the author.
    note: Option<String>,
}

/// What the reviewer has to say; needed.
#[derive(Object)]
struct Note {
    /// At most 2000 characters.
    note: String,
}

answers! {
    /// Asking for a second signature.
    SubmitDraft {
        /// It waits for review.
        #[oai(status = 200)]
        Submitted(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Taking a draft back out of review.
    WithdrawDraft {
        /// It is a draft again.
        #[oai(status = 200)]
        Withdrawn(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Countersigning a draft.
    ApproveDraft {
        /// It is approved; `publication` says when it goes out.
        #[oai(status = 200)]
        Approved(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Taking an approval back.
    UndoApproval {
        /// It waits for review again.
        #[oai(status = 200)]
        Undone(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Sending a draft back.
    RequestChanges {
        /// It waits for its authors.
        #[oai(status = 200)]
        Requested(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Rejecting a draft.
    RejectDraft {
        /// It is rejected.
        #[oai(status = 200)]
        Rejected(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Giving a draft another time.
    RescheduleDraft {
        /// It is a draft again, with the new time.
        #[oai(status = 200)]
        Rescheduled(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Taking a draft off the schedule.
    CancelDraft {
        /// It is a draft again.
        #[oai(status = 200)]
        Cancelled(Json<DraftBody>, #[oai(header = "ETag")] String),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict Stale TooLarge UnsupportedType Invalid Internal Unavailable]
}

#[OpenApi]
impl ReviewApi {
    /// Ask for a second signature
    #[oai(path = "/drafts/:id/submit", method = "post", operation_id = "submit_draft")]
    async fn submit(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        nothing: Input<Nothing>,
    ) -> Result<SubmitDraft> {
        access
            .answer(&app, "draft.submit", async {
                let (author, id) = (access.author()?, draft_id(&id)?);
                nothing.read()?;
                let seen = Seen::read(&if_match)?;
                let draft = approvals::submit(&app, &author, &id, seen.version()).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(SubmitDraft::Submitted(Json(draft), etag))
            })
            .await
    }

    /// Take a draft back out of review
    #[oai(path = "/drafts/:id/withdraw", method = "post", operation_id = "withdraw_draft")]
    async fn withdraw(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        nothing: Input<Nothing>,
    ) -> Result<WithdrawDraft> {
        access
            .answer(&app, "draft.withdraw", async {
                let (author, id) = (access.author()?, draft_id(&id)?);
                nothing.read()?;
                let seen = Seen::read(&if_match)?;
                let draft = approvals::withdraw(&app, &author, &id, seen.version()).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(WithdrawDraft::Withdrawn(Json(draft), etag))
            })
            .await
    }

    /// Countersign exactly the content that was seen
    #[oai(path = "/drafts/:id/approve", method = "post", operation_id = "approve_draft")]
    async fn approve(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        input: Input<Approve>,
    ) -> Result<ApproveDraft> {
        let work = async {
            let (reviewer, id) = (access.reviewer()?, draft_id(&id)?);
            let decision = input.read()?.decision(Seen::read(&if_match)?)?;
            let draft = countersigned(&app, &reviewer, &id, decision).await?;
            let Versioned { etag, draft } = done(&app, draft).await?;
            Ok(ApproveDraft::Approved(Json(draft), etag))
        };
        access.answer(&app, "draft.approve", work).await
    }

    /// Take an approval back before it is sent
    #[oai(path = "/drafts/:id/undo", method = "post", operation_id = "undo_approval")]
    async fn undo(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        nothing: Input<Nothing>,
    ) -> Result<UndoApproval> {
        access
            .answer(&app, "draft.undo", async {
                let (reviewer, id) = (access.reviewer()?, draft_id(&id)?);
                nothing.read()?;
                let seen = Seen::read(&if_match)?;
                let draft = approvals::undo(&app, &reviewer, &id, seen.version()).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(UndoApproval::Undone(Json(draft), etag))
            })
            .await
    }

    /// Send a draft back with what to change
    #[oai(path = "/drafts/:id/request-changes", method = "post", operation_id = "request_changes")]
    async fn request_changes(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        input: Input<Note>,
    ) -> Result<RequestChanges> {
        access
            .answer(&app, "draft.request_changes", async {
                let (reviewer, id) = (access.reviewer()?, draft_id(&id)?);
                let (note, seen) = (said(&input.read()?.note)?, Seen::read(&if_match)?);
                let draft = approvals::request_changes(&app, &reviewer, &id, seen.version(), &note).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(RequestChanges::Requested(Json(draft), etag))
            })
            .await
    }

    /// Reject a draft with the reason
    #[oai(path = "/drafts/:id/reject", method = "post", operation_id = "reject_draft")]
    async fn reject(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        input: Input<Note>,
    ) -> Result<RejectDraft> {
        access
            .answer(&app, "draft.reject", async {
                let (reviewer, id) = (access.reviewer()?, draft_id(&id)?);
                let (note, seen) = (said(&input.read()?.note)?, Seen::read(&if_match)?);
                let draft = approvals::reject(&app, &reviewer, &id, seen.version(), &note).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(RejectDraft::Rejected(Json(draft), etag))
            })
            .await
    }

    /// Give a draft another time, or none
    #[oai(path = "/drafts/:id/reschedule", method = "post", operation_id = "reschedule_draft")]
    async fn reschedule(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        input: Input<Reschedule>,
    ) -> Result<RescheduleDraft> {
        access
            .answer(&app, "draft.reschedule", async {
                let (author, id) = (access.author()?, draft_id(&id)?);
                let time = input.read()?.publish_at()?;
                let seen = Seen::read(&if_match)?;
                let draft = drafts::reschedule(&app, &author, &id, seen.version(), time).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(RescheduleDraft::Rescheduled(Json(draft), etag))
            })
            .await
    }

    /// Take an approved draft off the schedule
    #[oai(path = "/drafts/:id/cancel", method = "post", operation_id = "cancel_draft")]
    async fn cancel(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        nothing: Input<Nothing>,
    ) -> Result<CancelDraft> {
        access
            .answer(&app, "draft.cancel", async {
                let (author, id) = (access.author()?, draft_id(&id)?);
                nothing.read()?;
                let seen = Seen::read(&if_match)?;
                let draft = drafts::cancel(&app, &author, &id, seen.version()).await?;
                let Versioned { etag, draft } = done(&app, draft).await?;
                Ok(CancelDraft::Cancelled(Json(draft), etag))
            })
            .await
    }
}

impl Approve {
    fn decision(self, seen: Seen) -> Result<Decision, Refused> {
        let note = self.note.as_deref().filter(|note| !note.trim().is_empty()).map(said).transpose()?;
        Ok(Decision { digest: self.digest, note, if_version: seen.version() })
    }
}

async fn countersigned(
    app: &App,
    reviewer: &Reviewer,
    id: &DraftId,
    decision: Decision,
) -> Result<Draft, Refused> {
    let digest = decision.digest.clone();
    match approvals::approve(app, reviewer, id, decision).await {
        Ok(approved) => Ok(approved.draft),
        Err(refused) => Err(compared(app, refused, &digest).await?),
    }
}

fn said(note: &str) -> Result<CommentBody, Refused> {
    CommentBody::parse(note).map_err(|wrong| Error::from(wrong).into())
}

/// How many revisions back a digest is looked for.
const REVISIONS: usize = 50;

/// Where the reviewer saw other content, and not only an older version of the same: what differs between that and what is there now.
async fn compared(app: &App, refused: approvals::Error, digest: &str) -> Result<Refused, Refused> {
    let approvals::Error::Stale(current) = &refused else { return Ok(refused.into()) };
    if current.digest == digest {
        return Ok(refused.into());
    }
    let current = (**current).clone();
    let differences = since(app, &current, digest).await?;
    Ok(Refused::Stale(Box::new(refused), Box::new(Stale { current, differences })))
}

async fn since(app: &App, current: &Draft, digest: &str) -> Result<Vec<FieldDifference>, Fault> {
    let Some(now) = drafts::revision(&app.db, &current.id, current.revision).await? else {
        return Ok(Vec::new());
    };
    for n in (1..current.revision).rev().take(REVISIONS) {
        match drafts::revision(&app.db, &current.id, n).await? {
            Some(seen) if seen.digest == digest => return Ok(seen.differences(&now)),
            _ => {}
        }
    }
    Ok(Vec::new())
}
