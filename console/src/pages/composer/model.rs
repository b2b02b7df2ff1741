//! The desk as the composer shows it.

use countersign_api::connections::Connection;
use countersign_api::drafts::{self, Asset, DraftState};

use super::boards;
use super::desk::Desk;
use crate::pages::drafts::zones;
use crate::pages::pin::names::{self, Accounts};
use crate::pages::pin::story::Story;
use crate::pages::pin::{checks, parts, signatures};
use crate::views::board_picker::Boards;
use crate::views::checks::Check;
use crate::views::composer::{self as view, Composer};
use crate::views::form::Choice;
use crate::views::proof::Proof;
use crate::views::signatures::Signatures;
use crate::web::{Refused, Visit};

/// The composer's model.
pub(super) async fn composer(visit: &Visit, desk: &Desk) -> Result<Composer, Refused> {
    let accounts = Accounts::all(&visit.app).await?;
    let account = account(desk, &accounts);
    let asset = match desk.typed.asset_id.parse() {
        Ok(id) => drafts::asset(&visit.app.db, &id).await?,
        Err(_) => None,
    };
    let boards = match account {
        Some(account) => boards::picker(visit, account, desk).await?,
        None => Boards::Failed { words: String::new(), chosen: String::new() },
    };
    let story = desk.story();
    Ok(Composer {
        action: story.map_or_else(|| "/drafts".to_owned(), Story::url),
        autosave: format!("{}/autosave", story.map_or_else(|| "/drafts/new".to_owned(), Story::url)),
        revision: story.map(|_| desk.typed.revision.parse().unwrap_or(0)),
        accounts: if story.is_some() { Vec::new() } else { choices(&accounts) },
        connection_id: account.map_or_else(String::new, |account| account.id.to_string()),
        account: account.map_or_else(String::new, names::account),
        twins: twins(visit, desk, account, asset.as_ref()).await?,
        proof: proof(visit, desk, account, asset.as_ref()),
        asset: asset.map(shown),
        words: desk.typed.words(),
        boards,
        zones: zones(&desk.typed.publish_zone),
        offsets: desk.typed.offsets(),
        when: when(visit, desk),
        errors: desk.errors.clone(),
        refused: desk.refused.clone(),
        restored: desk.restored.clone(),
        saved: desk.saved.clone(),
        signatures: story
            .map_or_else(Signatures::open, |story| signatures::full(story, &visit.bare_frame().times)),
        price: story.and_then(price),
    })
}

/// The environment's word of the account that is written for.
pub(super) async fn environment(visit: &Visit, connection: &str) -> Result<String, Refused> {
    let accounts = Accounts::all(&visit.app).await?;
    let found = accounts.iter().find(|account| account.id.as_str() == connection);
    Ok(found.map_or_else(String::new, |account| account.environment.as_str().to_owned()))
}

/// The account of the draft, the chosen one, or the first that works.
fn account<'a>(desk: &Desk, accounts: &'a Accounts) -> Option<&'a Connection> {
    if let Some(story) = desk.story() {
        return accounts.iter().find(|account| account.id == story.draft.connection_id);
    }
    let chosen = usable(accounts).find(|account| account.id.as_str() == desk.typed.connection_id);
    chosen
        .or_else(|| usable(accounts).find(|account| account.is_active()))
        .or_else(|| usable(accounts).next())
}

/// Accounts for which a draft can be written.
fn usable(accounts: &Accounts) -> impl Iterator<Item = &Connection> {
    accounts.iter().filter(|account| !account.is_ended() && account.username.is_some())
}

fn choices(accounts: &Accounts) -> Vec<Choice> {
    let choices: Vec<Choice> = usable(accounts)
        .map(|account| {
            let name = names::account(account);
            let words = if account.is_active() {
                name
            } else {
                format!("{name} ({})", account.state.as_str().replace('_', " "))
            };
            Choice::new(account.id.as_str(), format!("{words}, {}", account.environment))
        })
        .collect();
    if choices.len() > 1 { choices } else { Vec::new() }
}

fn shown(asset: Asset) -> view::Asset {
    view::Asset {
        id: asset.id.to_string(),
        picture: parts::picture(&asset),
        facts: checks::facts(&asset),
        checks: checks::image(&asset),
        label: asset.label,
    }
}

/// The chosen time in words, with how far off it is; none if none is chosen, or not one that there is once.
fn when(visit: &Visit, desk: &Desk) -> Option<view::When> {
    let (times, at) = (visit.bare_frame().times, desk.typed.due_at()?);
    let words = format!("{}, {}", times.within(&desk.typed.publish_zone).full(at), times.relative(at));
    Some(match checks::time(at, &times) {
        Some(check) => view::When { words: format!("{}: {words}", check.words), is_odd: true },
        None => view::When { words, is_odd: false },
    })
}

/// Other drafts with the same image or link on the chosen board.
async fn twins(
    visit: &Visit,
    desk: &Desk,
    account: Option<&Connection>,
    asset: Option<&Asset>,
) -> Result<Vec<Check>, Refused> {
    let (board, _) = desk.typed.board_and_section();
    let Some(account) = account.filter(|_| !board.is_empty()) else { return Ok(Vec::new()) };
    let sought = drafts::Sought {
        connection: &account.id,
        board,
        image_sha256: asset.map(|asset| asset.sha256.as_str()),
        link: Some(desk.typed.link.as_str()).filter(|link| !link.is_empty()),
        except: desk.story().map(|story| &story.draft.id),
    };
    Ok(checks::twins(drafts::twins(&visit.app, &visit.reader()?, sought).await?))
}

/// The preview of what was typed, saved or not.
fn proof(visit: &Visit, desk: &Desk, account: Option<&Connection>, asset: Option<&Asset>) -> Proof {
    let typed = &desk.typed;
    let (board, section) = typed.board_and_section();
    let given = |text: &'_ str| if text.is_empty() { None } else { Some(text.to_owned()) };
    let (board, section) = (given(board), given(section));
    let board = account.and_then(|account| {
        crate::pages::pin::boards::words(&visit.app, &account.id, board.as_deref(), section.as_deref())
    });
    let host = url::Url::parse(&typed.link).ok().and_then(|link| link.host_str().map(str::to_owned));
    Proof {
        picture: asset.map(parts::picture),
        title: typed.title.clone(),
        description: typed.description.clone(),
        alt_text: typed.alt_text.clone(),
        link_host: host,
        board,
    }
}

/// What a change costs.
fn price(story: &Story) -> Option<String> {
    match story.draft.state {
        DraftState::Approved => {
            let signer =
                story.approval().map_or("Somebody", |approval| story.people.name(&approval.reviewer_id));
            Some(format!("{signer} has countersigned. Saving a change voids that."))
        }
        DraftState::InReview => Some(
            "It waits for review. Saving a change takes it back, and it needs your signature again."
                .to_owned(),
        ),
        _ => None,
    }
}
