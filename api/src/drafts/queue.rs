//! The queue: drafts by tab, filtered and searched, page by page.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, DraftId, OperatorId},
    vocabulary::{DraftState, Tab},
};

use super::{draft::Draft, error::Error, search, store};
use crate::{
    app::App,
    audit::{AuditedTx, Housekeeping},
    error::Fault,
    operators::role::Reader,
};

/// The most drafts on a page.
pub const MAX_LIMIT: u64 = 200;

/// Which drafts are wanted; everything that is set must hold.
#[derive(Clone, Debug)]
pub struct Filter {
    /// In this tab.
    pub tab: Option<Tab>,
    /// In this state.
    pub state: Option<DraftState>,
    /// With words that begin so, in title, description, the link's host or the board's id.
    pub q: Option<String>,
    /// Of this account.
    pub connection: Option<ConnectionId>,
    /// For this board.
    pub board: Option<String>,
    /// Made by this person.
    pub author: Option<OperatorId>,
    /// Due at or after.
    pub due_from: Option<Timestamp>,
    /// Due before.
    pub due_to: Option<Timestamp>,
    /// Where the page before ended: its [`Page::next`].
    pub cursor: Option<String>,
    /// How many at most: 1 to [`MAX_LIMIT`], what lies beyond is brought in.
    pub limit: u64,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            tab: None,
            state: None,
            q: None,
            connection: None,
            board: None,
            author: None,
            due_from: None,
            due_to: None,
            cursor: None,
            limit: 50,
        }
    }
}

/// One page of the queue.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The drafts: by due time where a time is asked for or the tab is `scheduled`, else the latest change first.
    pub items: Vec<Draft>,
    /// The cursor of the next page; none on the last one.
    pub next: Option<String>,
}

/// In which order a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The latest change first.
    Updated,
    /// The earliest due time first.
    Due,
}

/// The place of a draft in a list: its key and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: Timestamp,
    pub(super) id: DraftId,
}

/// The drafts that fit.
///
/// # Errors
/// [`Error::BadCursor`].
pub async fn list(app: &App, _reader: &Reader, filter: &Filter) -> Result<Page, Error> {
    let order = filter.order();
    let after = filter.cursor.as_deref().map(|cursor| parse_cursor(cursor, order)).transpose()?;
    let limit = filter.limit.clamp(1, MAX_LIMIT);
    let Some(words) = filter.words() else { return Ok(Page { items: Vec::new(), next: None }) };
    let mut items = match words.is_empty() {
        true => store::queue::list(&app.db, filter, order, after.as_ref(), limit + 1).await?,
        false => store::search::list(&app.db, filter, &words, order, after.as_ref(), limit + 1).await?,
    };
    let has_more = items.len() as u64 > limit;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = items.last().filter(|_| has_more).map(|last| cursor(order, last));
    Ok(Page { items, next })
}

/// How many drafts each tab shows, in the order of the tabs; the cost does not depend on how many there are.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn counts(app: &App) -> Result<Vec<(Tab, i64)>, Fault> {
    let known = store::queue::counts(&app.db).await?;
    let of = |tab: Tab| known.iter().find(|(of, _)| *of == tab).map_or(0, |(_, drafts)| *drafts);
    Ok(Tab::all().map(|tab| (tab, of(tab))).collect())
}

/// Moves what has come due from the tab `scheduled` to `approved`; says how many. Only time has passed: neither
/// version nor the time of the last change moves.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn move_due(app: &App) -> Result<u64, Fault> {
    let now = app.now();
    if !store::queue::has_due(&app.db, now).await? {
        return Ok(0);
    }
    let tx = AuditedTx::housekeeping(app, Housekeeping::Tabs).await?;
    let moved = store::queue::move_due(&tx, now).await?;
    tx.commit().await?;
    Ok(moved)
}

impl Filter {
    pub(super) fn order(&self) -> Order {
        let is_by_due = self.tab == Some(Tab::Scheduled) || self.due_from.is_some() || self.due_to.is_some();
        if is_by_due { Order::Due } else { Order::Updated }
    }

    /// The words that are looked for, none if nothing is; `None` where something is asked that no draft can have.
    fn words(&self) -> Option<Vec<String>> {
        let question = self.q.as_deref().map(str::trim).filter(|question| !question.is_empty());
        let Some(question) = question else { return Some(Vec::new()) };
        Some(search::asked(question)).filter(|words| !words.is_empty())
    }
}

impl Order {
    fn letter(self) -> char {
        match self {
            Self::Updated => 'u',
            Self::Due => 'd',
        }
    }
}

/// Nobody but us reads it: what stands in it may change.
fn cursor(order: Order, last: &Draft) -> String {
    let at = match order {
        Order::Updated => last.updated_at,
        Order::Due => last.due_at.unwrap_or(Timestamp(0)),
    };
    URL_SAFE_NO_PAD.encode(format!("{} {} {}", order.letter(), at.micros(), last.id))
}

fn parse_cursor(text: &str, order: Order) -> Result<Place, Error> {
    let place = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let rest = plain.strip_prefix(order.letter())?.strip_prefix(' ')?;
        let (at, id) = rest.split_once(' ')?;
        Some(Place { at: Timestamp(at.parse().ok()?), id: id.parse().ok()? })
    };
    place().ok_or(Error::BadCursor)
}
