//! The board picker: asked from the account just now, with what cannot be asked said.

use countersign_api::connections::{self, Connection, ConnectionError};
use countersign_api::drafts::{self, Filter};
use countersign_api::error::Refusal;
use countersign_api::operators::Reader;
use countersign_api::pinterest::boards::{Board as Found, Section};
use countersign_api::vocabulary::Environment;

use super::desk::Desk;
use crate::pages::pin::boards as names;
use crate::views::board_picker::{Board, Boards, Loaded};
use crate::views::form::Choice;
use crate::web::refused::sentence;
use crate::web::{Refused, Visit};

/// Drafts whose boards count as recent.
const RECENT: u64 = 20;

/// The boards of an account.
pub(super) async fn picker(visit: &Visit, account: &Connection, desk: &Desk) -> Result<Boards, Refused> {
    let reader = visit.reader()?;
    let chosen = desk.typed.board.clone();
    let page = connections::list_boards(&visit.app, &reader, &account.id, desk.bookmark.as_deref()).await;
    let page = match page {
        Ok(page) => page,
        Err(error) => return failed(error, chosen),
    };
    let recent = recent(visit, &reader, account).await?;
    let mut boards: Vec<Board> = page.items.into_iter().map(|board| shown(board, &recent)).collect();
    boards.sort_by_key(|board| board.remark.is_empty());
    keep_chosen(visit, account, desk, &mut boards);
    for board in &mut boards {
        board.sections = sections(visit, &reader, account, desk, &board.id).await?;
    }
    Ok(Boards::Loaded(Box::new(Loaded {
        boards,
        chosen,
        at: desk.bookmark.clone().unwrap_or_default(),
        next: page.bookmark,
        may_create: account.environment != Environment::Production,
        new_name: desk.typed.new_board_name.clone(),
    })))
}

fn failed(error: ConnectionError, chosen: String) -> Result<Boards, Refused> {
    if error.fault().is_some_and(|fault| !fault.is_passing()) {
        return Err(error.into());
    }
    Ok(Boards::Failed { words: sentence(&error.to_string()), chosen })
}

fn shown(board: Found, recent: &[String]) -> Board {
    let remark = if recent.contains(&board.id) { "used recently" } else { "" };
    Board {
        is_secret: board.privacy == "SECRET",
        id: board.id,
        name: board.name,
        remark: remark.to_owned(),
        sections: None,
    }
}

/// A chosen board that is not on this page of the list stays chosen.
fn keep_chosen(visit: &Visit, account: &Connection, desk: &Desk, boards: &mut Vec<Board>) {
    let (chosen, _) = desk.typed.board_and_section();
    if chosen.is_empty() || boards.iter().any(|board| board.id == chosen) {
        return;
    }
    let name = names::words(&visit.app, &account.id, Some(chosen), None).unwrap_or_default();
    let remark = "chosen before".to_owned();
    boards.insert(0, Board { id: chosen.to_owned(), name, is_secret: false, remark, sections: None });
}

/// Sections are asked for where somebody wants to see them, or has chosen one.
async fn sections(
    visit: &Visit,
    reader: &Reader,
    account: &Connection,
    desk: &Desk,
    board: &str,
) -> Result<Option<Vec<Choice>>, Refused> {
    let (chosen, section) = desk.typed.board_and_section();
    let has_chosen = chosen == board && !section.is_empty();
    if desk.sections_of.as_deref() != Some(board) && !has_chosen {
        return Ok(None);
    }
    let found = match connections::sections(&visit.app, reader, &account.id, board).await {
        Ok(found) => found,
        Err(error) if error.fault().is_some_and(|fault| !fault.is_passing()) => return Err(error.into()),
        Err(_) => Vec::new(),
    };
    let mut choices: Vec<Choice> =
        found.into_iter().map(|Section { id, name }| Choice::new(id, name)).collect();
    if has_chosen && !choices.iter().any(|choice| choice.value == section) {
        choices.push(Choice::new(section, "the section that you chose before"));
    }
    Ok(Some(choices))
}

/// Boards that were used last, by this account's drafts.
async fn recent(visit: &Visit, reader: &Reader, account: &Connection) -> Result<Vec<String>, Refused> {
    let filter = Filter { connection: Some(account.id.clone()), limit: RECENT, ..Filter::default() };
    let found = drafts::list(&visit.app, reader, &filter).await?;
    Ok(found.items.into_iter().filter_map(|draft| draft.board_id).collect())
}
