//! Publications as people read them.

use countersign_entities::{
    Timestamp,
    ids::{ApprovalId, AttemptId, ConnectionId, DraftId, EventId, OperatorId, PublicationId},
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
    /// When, by whom and why its Pin was taken down; none while it is there.
    pub taken_down: Option<TakenDown>,
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

/// That a Pin of ours was taken down.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenDown {
    /// When it was proven.
    pub at: Timestamp,
    /// Who asked for it.
    pub by: OperatorId,
    /// Why, in that person's words.
    pub reason: String,
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
