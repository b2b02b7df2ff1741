//! What waits for review, as one person sees it.

use std::collections::HashSet;

use countersign_entities::ids::{ConnectionId, DraftId, OperatorId};

use super::{draft::Draft, store};
use crate::{app::App, error::Fault, operators::role::Reader};

/// Whose drafts are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Written<'a> {
    /// Anybody's.
    ByAnybody,
    /// Those of which this person wrote a revision.
    By(&'a OperatorId),
    /// Those of which this person wrote none.
    NotBy(&'a OperatorId),
}

/// Drafts that wait for review.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// The longest waiting first, as many as were asked for.
    pub items: Vec<Draft>,
    /// How many there are in all, as far as [`COUNTED`].
    pub count: u64,
}

/// As far as is counted what waits: more is more than anybody decides in a day.
pub const COUNTED: u64 = 1_000;

/// The drafts that wait for review, the longest waiting first.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn waiting(
    app: &App,
    _reader: &Reader,
    written: Written<'_>,
    limit: u64,
) -> Result<Waiting, Fault> {
    let items = store::queue::waiting(&app.db, written, limit).await?;
    let count = match items.len() as u64 {
        few if few < limit => few,
        _ => store::queue::count_waiting(&app.db, written, COUNTED).await?,
    };
    Ok(Waiting { items, count })
}

/// How many drafts are countersigned for an account and not published yet, as far as [`COUNTED`].
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn count_countersigned(app: &App, _reader: &Reader, account: &ConnectionId) -> Result<u64, Fault> {
    store::queue::count_countersigned(&app.db, account, COUNTED).await
}

/// Of these drafts those that somebody besides the reader wrote a part of.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn shared(app: &App, reader: &Reader, ids: &[DraftId]) -> Result<HashSet<DraftId>, Fault> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    store::queue::shared(&app.db, ids, reader.id()).await
}
