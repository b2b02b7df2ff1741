//! An account's boards: asked for when somebody looks, kept in memory for a minute, never stored.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use countersign_entities::{ids::ConnectionId, vocabulary::Environment};
use http::Method;

use super::{call::call, error::ConnectionError, find};
use crate::{
    actor::Actor,
    app::App,
    audit::typed::refuse_secret,
    error::FieldError,
    hidden,
    operators::{Author, Reader},
    pinterest::{
        boards::{self, Board, Page, Section},
        calls::Call,
        client::Answer,
    },
};

/// The longest name of a board.
const NAME_CHARS: usize = 180;
/// The longest bookmark that is passed on.
const BOOKMARK_BYTES: usize = 2000;
/// Pages of sections that are read at most: 250 each.
const SECTION_PAGES: usize = 20;
const UNREADABLE: &str = "Pinterest's answer could not be read";
/// Lists that are kept at most.
const CACHED: usize = 256;

/// A board to create.
pub struct NewBoard {
    /// Its name: 1 to 180 characters.
    pub name: String,
    /// `PUBLIC` or `PROTECTED`.
    pub privacy: String,
}

/// What was asked for.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Asked {
    Boards(Option<String>),
    Sections(String),
}

#[derive(Clone)]
enum Kept {
    Boards(Page<Board>),
    Sections(Vec<Section>),
}

/// Lists that were just read, with the moment until which they are kept.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<(ConnectionId, Asked), (Duration, Kept)>>);

impl Cache {
    fn find(&self, app: &App, key: &(ConnectionId, Asked)) -> Option<Kept> {
        let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, kept) = lists.get(key)?;
        (*until > app.clock.monotonic()).then(|| kept.clone())
    }

    /// The first thing that `pick` finds in what is kept of a connection.
    fn any<T>(&self, app: &App, id: &ConnectionId, pick: impl Fn(&Kept) -> Option<T>) -> Option<T> {
        let (now, lists) = (app.clock.monotonic(), self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let live = lists.iter().filter(|((of, _), (until, _))| of == id && *until > now);
        live.filter_map(|(_, (_, kept))| pick(kept)).next()
    }

    fn keep(&self, app: &App, key: (ConnectionId, Asked), kept: Kept) {
        let now = app.clock.monotonic();
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, (until, _)| *until > now);
        if lists.len() < CACHED {
            lists.insert(key, (now + app.timing.calls.board_names_ttl, kept));
        }
    }

    /// Forgets what is kept of a connection.
    pub(super) fn forget(&self, id: &ConnectionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, _), _| of != id);
    }
}

/// One page of an account's boards, up to 250.
///
/// # Errors
/// [`ConnectionError`].
pub async fn list(
    app: &App,
    reader: &Reader,
    id: &ConnectionId,
    bookmark: Option<&str>,
) -> Result<Page<Board>, ConnectionError> {
    find(app, id).await?;
    let bookmark = bookmark.filter(|bookmark| !bookmark.is_empty());
    if bookmark.is_some_and(|bookmark| bookmark.len() > BOOKMARK_BYTES) {
        return Err(no_bookmark());
    }
    let cache = app.memory.of::<Cache>();
    let key = (id.clone(), Asked::Boards(bookmark.map(str::to_owned)));
    if let Some(Kept::Boards(page)) = cache.find(app, &key) {
        return Ok(page);
    }
    let answer = read(app, reader.actor(), id, &boards::list_call(bookmark)).await;
    let answer = answer.map_err(|refused| match refused {
        // What it does not take is what the person sent.
        ConnectionError::Upstream(error) if error.status == 400 && bookmark.is_some() => no_bookmark(),
        refused => refused,
    })?;
    let page = boards::boards_of(&answer).ok_or_else(unreadable)?;
    cache.keep(app, key, Kept::Boards(page.clone()));
    Ok(page)
}

fn no_bookmark() -> ConnectionError {
    invalid("bookmark", "unknown", "is none that Pinterest gave. Begin again without a bookmark")
}

/// The name of a board, if somebody asked for it within the last minute. It never asks Pinterest.
pub fn known_board(app: &App, id: &ConnectionId, board_id: &str) -> Option<String> {
    app.memory.of::<Cache>().any(app, id, |kept| match kept {
        Kept::Boards(page) => {
            page.items.iter().find(|board| board.id == board_id).map(|board| board.name.clone())
        }
        Kept::Sections(_) => None,
    })
}

/// The name of a board's section, as [`known_board`].
pub fn known_section(app: &App, id: &ConnectionId, section_id: &str) -> Option<String> {
    app.memory.of::<Cache>().any(app, id, |kept| match kept {
        Kept::Sections(list) => {
            list.iter().find(|section| section.id == section_id).map(|found| found.name.clone())
        }
        Kept::Boards(_) => None,
    })
}

/// A board's sections.
///
/// # Errors
/// [`ConnectionError::NoBoard`] where there is no such board.
pub async fn sections(
    app: &App,
    reader: &Reader,
    id: &ConnectionId,
    board_id: &str,
) -> Result<Vec<Section>, ConnectionError> {
    find(app, id).await?;
    if !boards::is_id(board_id) {
        return Err(ConnectionError::NoBoard);
    }
    let cache = app.memory.of::<Cache>();
    let key = (id.clone(), Asked::Sections(board_id.to_owned()));
    if let Some(Kept::Sections(sections)) = cache.find(app, &key) {
        return Ok(sections);
    }
    let sections = read_sections(app, reader.actor(), id, board_id).await?;
    cache.keep(app, key, Kept::Sections(sections.clone()));
    Ok(sections)
}

async fn read_sections(
    app: &App,
    actor: &Actor,
    id: &ConnectionId,
    board_id: &str,
) -> Result<Vec<Section>, ConnectionError> {
    let mut sections = Vec::new();
    let mut bookmark: Option<String> = None;
    for _ in 0..SECTION_PAGES {
        let answer = read(app, actor, id, &boards::sections_call(board_id, bookmark.as_deref())).await?;
        let page = boards::sections_of(&answer).ok_or_else(unreadable)?;
        sections.extend(page.items);
        match page.bookmark {
            Some(next) => bookmark = Some(next),
            None => break,
        }
    }
    Ok(sections)
}

/// Creates a board, by an explicit click of an author: in rehearsal and in the sandbox, where accounts start with none.
///
/// # Errors
/// [`ConnectionError`]; `Unknown` where Pinterest may have created it.
pub async fn create(
    app: &App,
    author: &Author,
    id: &ConnectionId,
    input: NewBoard,
) -> Result<Board, ConnectionError> {
    let (name, privacy) = check(&input)?;
    refuse_secret(app, "name", name).map_err(|wrong| ConnectionError::Fields(vec![wrong]))?;
    if find(app, id).await?.environment == Environment::Production {
        return Err(ConnectionError::BoardsInProduction);
    }
    let answer = call(app, author.actor(), id, &boards::create_call(name, privacy)).await;
    app.memory.of::<Cache>().forget(id);
    boards::board_of(&answer?).ok_or_else(|| ConnectionError::Unknown(UNREADABLE.to_owned()))
}

fn check(input: &NewBoard) -> Result<(&str, &'static str), ConnectionError> {
    let name = input.name.trim();
    let privacy = match input.privacy.as_str() {
        "PUBLIC" => Ok("PUBLIC"),
        "PROTECTED" => Ok("PROTECTED"),
        "SECRET" => Err("needs a permission that Countersign does not ask for. Choose PUBLIC or PROTECTED"),
        _ => Err("must be PUBLIC or PROTECTED"),
    };
    let mut wrong = Vec::new();
    if !(1..=NAME_CHARS).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        wrong.push(FieldError::new("name", "length", "must have 1 to 180 characters on one line"));
    }
    if let Some((place, c)) = hidden::first(name).filter(|_| wrong.is_empty()) {
        let message =
            format!("must not hide anything: character {place} is {}. Take it out", hidden::label(c));
        wrong.push(FieldError::new("name", "hidden_character", message));
    }
    match privacy {
        Ok(privacy) if wrong.is_empty() => return Ok((name, privacy)),
        Ok(_) => {}
        Err(message) => wrong.push(FieldError::new("privacy", "not_a_privacy", message)),
    }
    Err(ConnectionError::Fields(wrong))
}

/// A read whose answer was lost has done nothing.
async fn read(app: &App, actor: &Actor, id: &ConnectionId, what: &Call) -> Result<Answer, ConnectionError> {
    debug_assert_eq!(what.method, Method::GET);
    call(app, actor, id, what).await.map_err(|error| match error {
        ConnectionError::Unknown(why) => ConnectionError::Unanswered(why),
        other => other,
    })
}

fn unreadable() -> ConnectionError {
    ConnectionError::Unanswered(UNREADABLE.to_owned())
}

fn invalid(field: &'static str, code: &'static str, message: &str) -> ConnectionError {
    ConnectionError::Fields(vec![FieldError::new(field, code, message)])
}
