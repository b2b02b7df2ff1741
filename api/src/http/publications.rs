//! Publications: the way of an approval to Pinterest.

use countersign_entities::{ids::PublicationId, vocabulary::PublicationState};
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{
    answers::answers,
    auth::Access,
    input::Input,
    page,
    problem::{Problem, ProblemField, time},
    refused::Refused,
};
use crate::{
    app::App,
    drafts::CommentBody,
    operators::{Reader, TokenScope},
    publisher::{self, AttemptView, Error, Publication, Resolution, view},
};

/// Publications.
pub struct PublicationsApi;

/// The way of an approval to Pinterest.
#[derive(Object)]
struct PublicationBody {
    /// The id, `pub_...`.
    id: String,
    /// The draft, `drf_...`.
    draft_id: String,
    /// The approval that made it, `apr_...`.
    approval_id: String,
    /// The `review.approved` of the log, `evt_...`.
    approved_by: String,
    /// The account, `con_...`.
    connection_id: String,
    /// `rehearsal`, `sandbox` or `production`.
    environment: String,
    /// Pinterest's id of the board.
    board_id: String,
    /// `held`, `scheduled`, `claimed`, `sending`, `unknown`, `needs_decision`, `published`, `refused`, `missed`,
    /// `cancelled` or `abandoned`.
    state: String,
    /// A stable word for why it is where it is.
    why: Option<String>,
    /// Why it is held.
    hold_reason: Option<String>,
    /// Not sent before.
    due_at: String,
    /// The Pin, once it exists.
    pin_id: Option<String>,
    /// When it was published.
    published_at: Option<String>,
    /// When the Pin was taken down again; the state stays `published`.
    taken_down_at: Option<String>,
    /// Who took it down, `opr_...`.
    taken_down_by: Option<String>,
    /// Why it was taken down.
    take_down_reason: Option<String>,
    /// When it ended.
    ended_at: Option<String>,
    /// Names of fields that Pinterest shows otherwise.
    drift: Vec<String>,
    /// When it came to be.
    created_at: String,
    /// When it last changed.
    updated_at: String,
}

/// A page of publications.
#[derive(Object)]
struct Publications {
    /// The publications, the latest change first.
    items: Vec<PublicationBody>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
}

/// A publication with its evidence.
#[derive(Object)]
struct PublicationDetail {
    /// The publication.
    #[oai(flatten)]
    publication: PublicationBody,
    /// Each send, the first one first.
    attempts: Vec<AttemptBody>,
    /// What looking on the board has shown.
    evidence: EvidenceBody,
}

/// What looking on the board has shown.
#[derive(Object)]
struct EvidenceBody {
    /// How often the board was looked at.
    looks: i32,
    /// The last time.
    looked_at: Option<String>,
    /// The next time.
    next_look_at: Option<String>,
    /// Ids of Pins that could be this one.
    candidates: Vec<String>,
}

/// One send.
#[derive(Object)]
struct AttemptBody {
    /// The id, `att_...`.
    id: String,
    /// Which, from 1.
    n: i32,
    /// The `api.request` of the log, `evt_...`.
    request_event_id: String,
    /// When it was started.
    started_at: String,
    /// Answer or not, over by then.
    deadline_at: String,
    /// When it was settled.
    settled_at: Option<String>,
    /// What is proven: `published`, `not_accepted`, `refused` or `unknown`; null while it is under way.
    class: Option<String>,
    /// A stable word for why.
    why: Option<String>,
    /// Pinterest's HTTP status.
    status: Option<i32>,
    /// Pinterest's code.
    code: Option<i32>,
    /// Pinterest's words.
    message: Option<String>,
    /// Pinterest's id of the request.
    upstream_request_id: Option<String>,
    /// Milliseconds.
    duration_ms: Option<i32>,
}

/// A person's choice.
#[derive(Object)]
struct Resolve {
    /// `published`: that Pin is ours, nothing is sent; `abandon`: given up, the draft waits for review again.
    outcome: String,
    /// The Pin, with `published`.
    pin_id: Option<String>,
    /// Why; at most 2000 characters.
    reason: String,
}

/// A reviewer's wish.
#[derive(Object)]
struct TakeDown {
    /// Why; at most 2000 characters.
    reason: String,
}

answers! {
    /// Listing publications.
    ListPublications {
        /// A page of them.
        #[oai(status = 200)]
        Listed(Json<Publications>),
    }
    refuses [Malformed Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Looking at a publication.
    ShowPublication {
        /// The publication with its sends and what is proven.
        #[oai(status = 200)]
        Shown(Json<PublicationDetail>),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

answers! {
    /// Deciding what became of a send whose outcome could not be proven.
    ResolvePublication {
        /// The publication as it is now.
        #[oai(status = 200)]
        Resolved(Json<PublicationDetail>),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Taking down a Pin.
    TakeDownPublication {
        /// The Pin is gone; the publication as it is now.
        #[oai(status = 200)]
        TakenDown(Json<PublicationDetail>),
    }
    refuses [
        Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Upstream
        Unavailable
    ]
}

#[OpenApi]
impl PublicationsApi {
    /// Publications, page by page
    ///
    /// `cursor` is the `next` of the page before, `limit` 1 to 200, 50 if nothing is said.
    #[oai(path = "/publications", method = "get", operation_id = "list_publications")]
    async fn list(
        &self,
        access: Access,
        app: Data<&App>,
        state: Query<Option<String>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> Result<ListPublications> {
        let work = async {
            let reader = access.reader(TokenScope::PublicationsRead)?;
            let state: Option<PublicationState> = page::word("state", &state)?;
            let page = view::list(&app, &reader, state, cursor.as_deref(), page::limit(*limit)?).await?;
            let items = page.items.into_iter().map(PublicationBody::from).collect();
            Ok(ListPublications::Listed(Json(Publications { items, next: page.next })))
        };
        access.answer(&app, "publication.list", work).await
    }

    /// A publication
    #[oai(path = "/publications/:id", method = "get", operation_id = "show_publication")]
    async fn show(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ShowPublication> {
        access
            .answer(&app, "publication.show", async {
                let reader = access.reader(TokenScope::PublicationsRead)?;
                Ok(ShowPublication::Shown(Json(detail(&app, &reader, &publication_id(&id)?).await?)))
            })
            .await
    }

    /// Decide what became of a send that nobody can prove
    #[oai(path = "/publications/:id/resolve", method = "post", operation_id = "resolve_publication")]
    async fn resolve(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        input: Input<Resolve>,
    ) -> Result<ResolvePublication> {
        access
            .answer(&app, "publication.resolve", async {
                let (reviewer, id) = (access.reviewer()?, publication_id(&id)?);
                let (resolution, reason) = input.read()?.checked()?;
                publisher::resolve(&app, &reviewer, &id, resolution, &reason).await?;
                let reader = access.reader(TokenScope::PublicationsRead)?;
                let now = detail(&app, &reader, &id).await.map_err(Refused::unshown)?;
                Ok(ResolvePublication::Resolved(Json(now)))
            })
            .await
    }

    /// Take down a Pin that was published
    ///
    /// Deletes it at Pinterest, which cannot be undone. After 502 with `pinterest_outcome_unknown` it may be gone; asking
    /// again does no harm.
    #[oai(path = "/publications/:id/take-down", method = "post", operation_id = "take_down_publication")]
    async fn take_down(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        input: Input<TakeDown>,
    ) -> Result<TakeDownPublication> {
        let work = async {
            let (reviewer, id) = (access.reviewer()?, publication_id(&id)?);
            let reason = reason(&input.read()?.reason)?;
            publisher::take_down(&app, &reviewer, &id, &reason).await?;
            let reader = access.reader(TokenScope::PublicationsRead)?;
            let now = detail(&app, &reader, &id).await.map_err(Refused::unshown)?;
            Ok(TakeDownPublication::TakenDown(Json(now)))
        };
        access.answer(&app, "publication.take_down", work).await
    }
}

fn publication_id(id: &str) -> Result<PublicationId, Error> {
    id.parse().map_err(|_| Error::NotFound)
}

fn reason(text: &str) -> Result<CommentBody, Refused> {
    let named = |field| ProblemField { field: "reason".to_owned(), ..ProblemField::from(&field) };
    CommentBody::parse(text).map_err(|field| Problem::fields(vec![named(field)]).into())
}

async fn detail(app: &App, reader: &Reader, id: &PublicationId) -> Result<PublicationDetail, Error> {
    let (publication, attempts) = view::find(app, reader, id).await?;
    let evidence = EvidenceBody {
        looks: publication.looks,
        looked_at: publication.looked_at.map(time),
        next_look_at: publication.next_look_at.map(time),
        candidates: publication.candidates.clone(),
    };
    let attempts = attempts.into_iter().map(AttemptBody::from).collect();
    Ok(PublicationDetail { publication: PublicationBody::from(publication), attempts, evidence })
}

impl Resolve {
    /// Everything that is wrong, at once.
    fn checked(self) -> Result<(Resolution, CommentBody), Refused> {
        let mut wrong = Vec::new();
        let resolution = match (self.outcome.as_str(), self.pin_id) {
            ("published", Some(pin_id)) => Some(Resolution::Published { pin_id }),
            ("abandon", None) => Some(Resolution::Abandon),
            ("published", None) => {
                wrong.push(ProblemField::new("pin_id", "missing", "Say which Pin it is."));
                None
            }
            ("abandon", Some(_)) => {
                wrong.push(ProblemField::new("pin_id", "not_wanted", "Who gives up, names no Pin."));
                None
            }
            _ => {
                wrong.push(ProblemField::new("outcome", "unknown", "Choose published or abandon."));
                None
            }
        };
        let reason = CommentBody::parse(&self.reason).map_err(|field| {
            wrong.push(ProblemField { field: "reason".to_owned(), ..ProblemField::from(&field) });
        });
        match (resolution, reason) {
            (Some(resolution), Ok(reason)) => Ok((resolution, reason)),
            _ => Err(Problem::fields(wrong).into()),
        }
    }
}

impl From<Publication> for PublicationBody {
    fn from(publication: Publication) -> Self {
        let taken_down = publication.taken_down;
        Self {
            taken_down_at: taken_down.as_ref().map(|taken_down| time(taken_down.at)),
            taken_down_by: taken_down.as_ref().map(|taken_down| taken_down.by.to_string()),
            take_down_reason: taken_down.map(|taken_down| taken_down.reason),
            id: publication.id.to_string(),
            draft_id: publication.draft_id.to_string(),
            approval_id: publication.approval_id.to_string(),
            approved_by: publication.approved_by.to_string(),
            connection_id: publication.connection_id.to_string(),
            environment: publication.environment.to_string(),
            board_id: publication.board_id,
            state: publication.state.to_string(),
            why: publication.why,
            hold_reason: publication.hold_reason.map(|reason| reason.to_string()),
            due_at: time(publication.due_at),
            pin_id: publication.pin_id,
            published_at: publication.published_at.map(time),
            ended_at: publication.ended_at.map(time),
            drift: publication.drift,
            created_at: time(publication.created_at),
            updated_at: time(publication.updated_at),
        }
    }
}

impl From<AttemptView> for AttemptBody {
    fn from(attempt: AttemptView) -> Self {
        Self {
            id: attempt.id.to_string(),
            n: attempt.n,
            request_event_id: attempt.request_event_id.to_string(),
            started_at: time(attempt.started_at),
            deadline_at: time(attempt.deadline_at),
            settled_at: attempt.settled_at.map(time),
            class: attempt.class.map(|class| class.to_string()),
            why: attempt.why,
            status: attempt.status,
            code: attempt.code,
            message: attempt.message,
            upstream_request_id: attempt.upstream_request_id,
            duration_ms: attempt.duration_ms,
        }
    }
}
