//! Looking into the audit log: a page of events, or one event with what was sealed. Whoever looks is in the log, too.

use countersign_entities::ids::EventId;

use crate::{
    app::App,
    audit::{
        AuditedTx, Event, Happening,
        read::{self, EventFilter, StoredEvent, StoredSealed},
    },
    error::{Fault, Kind, Refusal},
    operators::Auditor,
};

/// A page of events.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events, newest first.
    pub items: Vec<StoredEvent>,
    /// Where the next page starts; none on the last one.
    pub next: Option<String>,
}

/// Why the log is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is no such event.
    #[error("there is no such event in the log")]
    NotFound,
    /// The cursor is not one of ours.
    #[error("this cursor is not one of ours. Begin again without a cursor")]
    BadCursor,
    /// Unexpected.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ViewError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "event_not_found",
            Self::BadCursor => "cursor_invalid",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::BadCursor => Kind::Malformed,
            Self::Fault(fault) => fault.kind(),
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }
}

/// Events that fit, newest first; `access.audit_viewed` tells of it before anything is shown.
///
/// # Errors
/// [`ViewError::BadCursor`].
pub async fn page(
    app: &App,
    auditor: &Auditor,
    filter: EventFilter,
    cursor: Option<&str>,
    limit: u64,
) -> Result<Page, ViewError> {
    let before = cursor.map(str::parse).transpose().map_err(|_| ViewError::BadCursor)?;
    let filter = EventFilter { before, ..filter };
    let mut items = read::list(&app.db, &filter, limit + 1).await?;
    let has_more = items.len() as u64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| has_more).map(|last| last.position.to_string());
    let events = i64::try_from(items.len()).unwrap_or(i64::MAX);
    tell(app, auditor, Happening::AuditViewed { events }).await?;
    Ok(Page { items, next })
}

/// One event with its sealed parts; `access.sealed_viewed` tells which were shown.
///
/// # Errors
/// [`ViewError::NotFound`].
pub async fn event(
    app: &App,
    auditor: &Auditor,
    id: &EventId,
) -> Result<(StoredEvent, Vec<StoredSealed>), ViewError> {
    let event = read::find(&app.db, id).await?.ok_or(ViewError::NotFound)?;
    let sealed = read::sealed_of(&app.db, std::slice::from_ref(id)).await?;
    let parts: Vec<String> = sealed.iter().map(|part| part.name.clone()).collect();
    let happening = if parts.is_empty() {
        Happening::AuditViewed { events: 1 }
    } else {
        Happening::SealedViewed { event: id.to_string(), parts }
    };
    tell(app, auditor, happening).await?;
    Ok((event, sealed))
}

async fn tell(app: &App, auditor: &Auditor, happening: Happening) -> Result<(), Fault> {
    let event = Event::installation(app, auditor.actor(), happening);
    AuditedTx::begin(app).await?.commit_one(event).await.map(drop)
}
