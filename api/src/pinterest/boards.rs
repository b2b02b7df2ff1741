//! Boards and their sections as Pinterest has them: read live, never stored.

use http::Method;

use super::{calls::Call, client::Answer, error::UpstreamError, wire};

/// Boards on one page: as many as Pinterest gives.
const PAGE_SIZE: &str = "250";

/// A board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// Pinterest's id: digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `PUBLIC`, `PROTECTED` or `SECRET`.
    pub privacy: String,
}

/// A section of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Pinterest's id: digits.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Leads to the next page; none: this is the last.
    pub bookmark: Option<String>,
}

/// Whether a text can be Pinterest's id of something: digits only, so that it can stand in a path.
pub fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn paged(bookmark: Option<&str>) -> Vec<(&'static str, String)> {
    let page = ("page_size", PAGE_SIZE.to_owned());
    std::iter::once(page).chain(bookmark.map(|bookmark| ("bookmark", bookmark.to_owned()))).collect()
}

/// `GET /boards`, one page.
pub(crate) fn list_call(bookmark: Option<&str>) -> Call {
    Call {
        operation: "boards/list",
        method: Method::GET,
        path: "/boards".to_owned(),
        template: "/boards",
        query: paged(bookmark),
        body: None,
        flow: None,
    }
}

/// `GET /boards/{board_id}/sections`, one page. The id was checked with [`is_id`].
pub(crate) fn sections_call(board_id: &str, bookmark: Option<&str>) -> Call {
    Call {
        operation: "board_sections/list",
        method: Method::GET,
        path: format!("/boards/{board_id}/sections"),
        template: "/boards/{board_id}/sections",
        query: paged(bookmark),
        body: None,
        flow: None,
    }
}

/// `POST /boards`.
pub(crate) fn create_call(name: &str, privacy: &str) -> Call {
    let body = serde_json::json!({"name": name, "privacy": privacy});
    Call {
        operation: "boards/create",
        method: Method::POST,
        path: "/boards".to_owned(),
        template: "/boards",
        query: Vec::new(),
        body: Some(body.to_string().into_bytes()),
        flow: None,
    }
}

/// Whether Pinterest did not take the name of a new board, as far as it says so: documented is 400 with code 400 for a
/// name that is invalid or duplicated, seen was code 58 for a duplicated one, perhaps as a 409. Neither made a board.
pub(crate) fn is_name_refused(error: &UpstreamError) -> bool {
    let text = error.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    match (error.status, error.code) {
        (400, Some(400)) => text.contains("board name"),
        (400 | 409, Some(58)) => text.contains("board with this name"),
        _ => false,
    }
}

/// The boards of an answer; none if it is not readable.
pub(crate) fn boards_of(answer: &Answer) -> Option<Page<Board>> {
    let page: wire::Page<wire::Board> = wire::parse(&answer.body)?;
    let bookmark = page.next();
    Some(Page { items: page.items.into_iter().filter_map(board).collect(), bookmark })
}

/// The board of an answer; none if it is not readable.
pub(crate) fn board_of(answer: &Answer) -> Option<Board> {
    board(wire::parse(&answer.body)?)
}

/// The sections of an answer; none if it is not readable.
pub(crate) fn sections_of(answer: &Answer) -> Option<Page<Section>> {
    let page: wire::Page<wire::Section> = wire::parse(&answer.body)?;
    let bookmark = page.next();
    let sections = page.items.into_iter().filter_map(|section| {
        let id = section.id?;
        Some(Section { name: section.name.unwrap_or_else(|| id.clone()), id })
    });
    Some(Page { items: sections.collect(), bookmark })
}

fn board(board: wire::Board) -> Option<Board> {
    let id = board.id?;
    let name = board.name.unwrap_or_else(|| id.clone());
    Some(Board { id, name, privacy: board.privacy.unwrap_or_else(|| "PUBLIC".to_owned()) })
}
