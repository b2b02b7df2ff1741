//! Publications as people read them.

use countersign_entities::{
    Timestamp, attempt,
    ids::{ApprovalId, AttemptId, ConnectionId, DraftId, EventId, PublicationId},
    publication,
    vocabulary::{AttemptClass, Environment, HoldReason, PublicationState},
};

use super::{Error, store};
use crate::{app::App, operators::Reader};

/// The way of one approval to Pinterest.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// Its id.
    pub id: PublicationId,
    /// The approval that made it.
    pub approval_id: ApprovalId,
    /// The `review.approved` of the log.
    pub approved_by: EventId,
    /// The draft.
    pub draft_id: DraftId,
    /// The account.
    pub connection_id: ConnectionId,
    /// Which Pinterest.
    pub environment: Environment,
    /// Where it stands.
    pub state: PublicationState,
    /// Not sent before.
    pub due_at: Timestamp,
    /// Why it is held.
    pub hold_reason: Option<HoldReason>,
    /// A stable word for why it is where it is.
    pub why: Option<String>,
    /// The board.
    pub board_id: String,
    /// Sends so far.
    pub attempts: i32,
    /// Looks at the board so far.
    pub looks: i32,
    /// The last look.
    pub looked_at: Option<Timestamp>,
    /// The next look.
    pub next_look_at: Option<Timestamp>,
    /// Ids of Pins that a look found.
    pub candidates: Vec<String>,
    /// The Pin.
    pub pin_id: Option<String>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Names of fields that Pinterest shows otherwise.
    pub drift: Vec<String>,
    /// When it came to be.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    pub(super) lease_token: Option<String>,
}

impl From<publication::Model> for Publication {
    fn from(row: publication::Model) -> Self {
        Self {
            id: row.id,
            approval_id: row.approval_id,
            approved_by: row.approved_by,
            draft_id: row.draft_id,
            connection_id: row.connection_id,
            environment: row.environment,
            state: row.state,
            due_at: row.due_at,
            hold_reason: row.hold_reason,
            why: row.why,
            board_id: row.board_id,
            attempts: row.attempts,
            looks: row.looks,
            looked_at: row.looked_at,
            next_look_at: row.next_look_at,
            candidates: words(row.candidates),
            pin_id: row.pin_id,
            published_at: row.published_at,
            ended_at: row.ended_at,
            drift: words(row.drift),
            created_at: row.created_at,
            updated_at: row.updated_at,
            lease_token: row.lease_token,
        }
    }
}

fn words(list: Option<String>) -> Vec<String> {
    list.unwrap_or_default().split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// One send.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptView {
    /// Its id.
    pub id: AttemptId,
    /// Which, from 1.
    pub n: i32,
    /// The `api.request` of the log.
    pub request_event_id: EventId,
    /// When it was started.
    pub started_at: Timestamp,
    /// Answer or not, over by then.
    pub deadline_at: Timestamp,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// What is proven.
    pub class: Option<AttemptClass>,
    /// A stable word.
    pub why: Option<String>,
    /// HTTP status.
    pub status: Option<i32>,
    /// Pinterest's code.
    pub code: Option<i32>,
    /// Pinterest's text, scrubbed.
    pub message: Option<String>,
    /// Pinterest's request id.
    pub upstream_request_id: Option<String>,
    /// How long it took.
    pub duration_ms: Option<i32>,
}

impl From<attempt::Model> for AttemptView {
    fn from(row: attempt::Model) -> Self {
        Self {
            id: row.id,
            n: row.n,
            request_event_id: row.request_event_id,
            started_at: row.started_at,
            deadline_at: row.deadline_at,
            settled_at: row.settled_at,
            class: row.class,
            why: row.why,
            status: row.status,
            code: row.code,
            message: row.message,
            upstream_request_id: row.upstream_request_id,
            duration_ms: row.duration_ms,
        }
    }
}

/// A page of publications.
#[derive(Clone, Debug)]
pub struct Page {
    /// The publications, last changed first.
    pub items: Vec<Publication>,
    /// Where the next page starts; none on the last.
    pub next: Option<String>,
}

/// A publication and its sends.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(
    app: &App,
    _reader: &Reader,
    id: &PublicationId,
) -> Result<(Publication, Vec<AttemptView>), Error> {
    let publication = store::find(&app.db, id).await?.ok_or(Error::NotFound)?;
    let attempts = store::attempts(&app.db, id).await?;
    Ok((publication, attempts))
}

/// Some publications by id, for rows of the queue.
///
/// # Errors
/// [`Error::Fault`].
pub async fn find_many(app: &App, ids: &[PublicationId]) -> Result<Vec<Publication>, Error> {
    Ok(store::find_many(&app.db, ids).await?)
}

/// Publications of a state, last changed first.
///
/// # Errors
/// [`Error::Cursor`] where the cursor is not one of ours.
pub async fn list(
    app: &App,
    _reader: &Reader,
    state: Option<PublicationState>,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Page, Error> {
    let before = cursor.map(parse_cursor).transpose()?;
    let mut items = store::list(&app.db, state, before, limit + 1).await?;
    let has_more = items.len() as u64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next =
        items.last().filter(|_| has_more).map(|last| format!("{}.{}", last.updated_at.micros(), last.id));
    Ok(Page { items, next })
}

fn parse_cursor(cursor: &str) -> Result<(Timestamp, PublicationId), Error> {
    let (at, id) = cursor.split_once('.').ok_or(Error::Cursor)?;
    Ok((Timestamp(at.parse().map_err(|_| Error::Cursor)?), id.parse().map_err(|_| Error::Cursor)?))
}
