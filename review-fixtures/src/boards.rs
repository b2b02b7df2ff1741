//! Boards: `GET /boards`, `POST /boards` and one board's `GET`, `PATCH`, `DELETE`.
//!
//! A list without `privacy` returns all that the token's scopes allow, so secret boards appear with
//! `boards:read_secret` only. Asked for by id without that scope, a secret board is refused (403 code 29).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::{Answer, ApiError};
use crate::call::Call;
use crate::environment::Environment;
use crate::fields::Fields;
use crate::paging;
use crate::world::{State, World};

/// Who sees a board.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Privacy {
    /// Everyone.
    #[default]
    Public,
    /// Those with the link; for advertisements.
    Protected,
    /// The owner.
    Secret,
}

/// A board of one environment.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Board {
    /// 18 decimal digits.
    pub id: String,
    pub(crate) number: u64,
    /// Production or sandbox.
    pub environment: Environment,
    /// Account id.
    pub owner: String,
    /// As its owner named it.
    pub name: String,
    /// As its owner wrote it.
    pub description: Option<String>,
    /// Who sees it.
    pub privacy: Privacy,
    pub(crate) is_ads_only: bool,
    /// Unix microseconds.
    pub(crate) created_at: i64,
    /// In order of creation.
    pub sections: Vec<Section>,
}

/// A section of a board.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Section {
    /// 18 decimal digits.
    pub id: String,
    pub(crate) number: u64,
    /// 1 to 180 characters.
    pub name: String,
}

/// `GET /boards`.
pub(crate) fn list(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let wanted = wanted(call)?;
    let state = &world.state;
    let boards = state.boards.iter().filter(|board| {
        board.environment == call.environment
            && board.owner == call.account_id()
            && wanted.contains(&board.privacy)
            && (board.privacy != Privacy::Secret || call.has_scope("boards:read_secret"))
    });
    let items = boards.map(|board| (board.number, shown(state, board))).collect();
    paging::page(call, &state.dialect, items)
}

fn wanted(call: &Call) -> Result<&'static [Privacy], ApiError> {
    match call.query("privacy") {
        None | Some("ALL") => Ok(&[Privacy::Public, Privacy::Protected, Privacy::Secret]),
        Some("PUBLIC") => Ok(&[Privacy::Public]),
        Some("PROTECTED") => Ok(&[Privacy::Protected]),
        Some("SECRET") => Ok(&[Privacy::Secret]),
        Some("PUBLIC_AND_SECRET") => Ok(&[Privacy::Public, Privacy::Secret]),
        Some(other) => Err(ApiError::invalid(format!("privacy '{other}' is not one of the allowed values"))),
    }
}

/// `POST /boards`.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let body = call.json()?;
    let fields = Fields(&body);
    let is_ads_only = fields.flag("is_ads_only")?.unwrap_or(false);
    let name =
        if is_ads_only { "Ad-only Pins".to_owned() } else { fields.required_text("name", usize::MAX)? };
    let description = fields.text("description", usize::MAX)?;
    let privacy = privacy(&fields, &["PUBLIC", "PROTECTED", "SECRET"])?.unwrap_or_default();
    let privacy = if is_ads_only { Privacy::Protected } else { privacy };
    may_be_secret(call, privacy)?;
    name_is_free(&world.state, call, &name, None)?;
    let board = Board {
        id: world.rng.id(),
        number: world.state.next_number(),
        environment: call.environment,
        owner: call.account_id().to_owned(),
        name: name.trim().to_owned(),
        description,
        privacy,
        is_ads_only,
        created_at: world.now(),
        sections: Vec::new(),
    };
    let answer = shown(&world.state, &board);
    world.state.boards.push(board);
    Ok(Answer::created(answer))
}

/// `GET /boards/{id}`.
pub(crate) fn get(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let board = find(&world.state, call, call.id(0)?)?;
    Ok(Answer::ok(shown(&world.state, board)))
}

/// `PATCH /boards/{id}`.
pub(crate) fn update(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = find(&world.state, call, call.id(0)?)?.id.clone();
    let body = call.json()?;
    let fields = Fields(&body);
    let name = fields.text("name", usize::MAX)?;
    let description = fields.text("description", usize::MAX)?;
    let privacy = privacy(&fields, &["PUBLIC", "SECRET"])?;
    may_be_secret(call, privacy.unwrap_or_default())?;
    if let Some(name) = &name {
        name_is_free(&world.state, call, name, Some(&id))?;
    }
    let Some(board) = world.state.boards.iter_mut().find(|board| board.id == id) else {
        return Err(missing(&world.state));
    };
    board.name = name.unwrap_or_else(|| board.name.clone());
    board.description = description.or_else(|| board.description.take());
    board.privacy = privacy.unwrap_or(board.privacy);
    get(world, call)
}

/// `DELETE /boards/{id}`, with its Pins.
pub(crate) fn delete(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let id = find(&world.state, call, call.id(0)?)?.id.clone();
    remove(world, &id);
    Ok(Answer::empty(204))
}

/// Takes a board away, whoever asks. Whether it was there.
pub(crate) fn remove(world: &mut World, id: &str) -> bool {
    let before = world.state.boards.len();
    world.state.boards.retain(|board| board.id != id);
    world.state.pins.retain(|pin| pin.board_id != id);
    world.state.boards.len() < before
}

/// The board `id`, if the caller may act on it.
pub(crate) fn find<'a>(state: &'a State, call: &Call, id: &str) -> Result<&'a Board, ApiError> {
    let mut boards = state.boards.iter();
    let board = boards.find(|board| board.environment == call.environment && board.id == id);
    let board = board.ok_or_else(|| missing(state))?;
    if board.owner != call.account_id() {
        return Err(ApiError::forbidden());
    }
    if board.privacy == Privacy::Secret && !call.has_scope("boards:read_secret") {
        return Err(ApiError::forbidden());
    }
    Ok(board)
}

/// 404 code 40, as live calls answer; the document's example has 404.
pub(crate) fn missing(state: &State) -> ApiError {
    ApiError::new(404, if state.dialect.board_missing_is_404 { 404 } else { 40 }, "Board not found.")
}

fn privacy(fields: &Fields<'_>, allowed: &[&str]) -> Result<Option<Privacy>, ApiError> {
    let text = fields.one_of("privacy", allowed)?;
    Ok(text.and_then(|text| serde_json::from_value(Value::String(text)).ok()))
}

fn may_be_secret(call: &Call, privacy: Privacy) -> Result<(), ApiError> {
    if privacy == Privacy::Secret && !call.has_scope("boards:write_secret") {
        return Err(ApiError::forbidden());
    }
    Ok(())
}

fn name_is_free(state: &State, call: &Call, name: &str, except: Option<&str>) -> Result<(), ApiError> {
    let is_taken = state.boards.iter().any(|board| {
        board.environment == call.environment
            && board.owner == call.account_id()
            && Some(board.id.as_str()) != except
            && board.name.to_lowercase() == name.trim().to_lowercase()
    });
    if is_taken || name.trim().is_empty() {
        return Err(ApiError::new(400, 400, "The board name is invalid or duplicated."));
    }
    Ok(())
}

/// A board as the API shows it.
fn shown(state: &State, board: &Board) -> Value {
    let pins: Vec<_> = state.pins.iter().filter(|pin| pin.board_id == board.id).collect();
    let modified_at = pins.iter().map(|pin| pin.created_at).max().unwrap_or(board.created_at);
    json!({
        "id": board.id,
        "name": board.name,
        "description": board.description.as_deref().unwrap_or_default(),
        "owner": {"username": state.username(&board.owner)},
        "privacy": board.privacy,
        "is_ads_only": board.is_ads_only,
        "created_at": state.dialect.time(board.created_at),
        "board_pins_modified_at": state.dialect.time(modified_at),
        "collaborator_count": 0,
        "follower_count": 0,
        "pin_count": pins.len(),
        "media": {"image_cover_url": null, "pin_thumbnail_urls": []},
    })
}
