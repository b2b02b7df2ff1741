//! Pins: create, show, list, delete. Editing answers as it does to an app without that feature.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::{Answer, ApiError};
use crate::boards;
use crate::call::Call;
use crate::environment::Environment;
use crate::fields::Fields;
use crate::ledger::LedgerPin;
use crate::links;
use crate::media::{self, Picture, PictureFacts};
use crate::paging;
use crate::world::{State, World};

/// A Pin of one environment, as the API shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Pin {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) environment: Environment,
    /// Account id.
    pub(crate) owner: String,
    pub(crate) board_id: String,
    pub(crate) board_section_id: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) alt_text: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) dominant_color: Option<String>,
    pub(crate) parent_pin_id: Option<String>,
    /// Unix microseconds.
    pub(crate) created_at: i64,
    pub(crate) picture: Option<PictureFacts>,
    /// Until then (Unix microseconds) lists leave it out: fault `hide`.
    pub(crate) hidden_until: i64,
    /// So many more lists leave it out: fault `hide`.
    pub(crate) hidden_lists: u32,
}

/// A create call whose fields keep to the schema.
struct Wanted {
    board_id: String,
    board_section_id: Option<String>,
    title: Option<String>,
    description: Option<String>,
    alt_text: Option<String>,
    link: Option<String>,
    dominant_color: Option<String>,
    parent_pin_id: Option<String>,
}

/// `POST /pins`. Checks in this order: schema, board, section, image, link.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let wanted = read(call)?;
    let board = boards::find(&world.state, call, &wanted.board_id)?;
    if board.privacy == boards::Privacy::Secret && !call.has_scope("pins:write_secret") {
        return Err(ApiError::forbidden());
    }
    if let Some(section) = &wanted.board_section_id
        && !board.sections.iter().any(|had| had.id == *section)
    {
        return Err(ApiError::new(404, 2031, "Sorry! We couldn't find this board section."));
    }
    let missing = || ApiError::invalid("'media_source' is a required property");
    let picture = call.picture.clone().ok_or_else(missing)??;
    links::check(wanted.link.as_deref())?;
    let pin = commit(world, call, wanted, &picture)?;
    Ok(Answer::created(shown(&world.state, call, &pin)))
}

fn read(call: &Call) -> Result<Wanted, ApiError> {
    let body = call.json()?;
    let fields = Fields(&body);
    let wanted = Wanted {
        board_id: fields.required_id("board_id")?,
        board_section_id: fields.id("board_section_id")?,
        title: fields.text("title", 100)?,
        description: fields.text("description", 800)?,
        alt_text: fields.text("alt_text", 500)?,
        link: fields.text("link", 2048)?,
        dominant_color: fields.text("dominant_color", usize::MAX)?,
        parent_pin_id: fields.id("parent_pin_id")?,
    };
    media::source(&body)?;
    Ok(wanted)
}

/// From here on the Pin exists.
fn commit(world: &mut World, call: &Call, wanted: Wanted, picture: &Picture) -> Result<Pin, ApiError> {
    let internal = |_| ApiError::new(500, 12, "Something went wrong on our end. Sorry about that.");
    world.store.save_image(&picture.facts.sha256, &picture.bytes).map_err(internal)?;
    let pin = Pin {
        id: world.rng.id(),
        number: world.state.next_number(),
        environment: call.environment,
        owner: call.account_id().to_owned(),
        board_id: wanted.board_id,
        board_section_id: wanted.board_section_id,
        title: wanted.title,
        description: wanted.description,
        alt_text: wanted.alt_text,
        link: wanted.link,
        dominant_color: wanted.dominant_color.or_else(|| Some(picture.facts.dominant_color.clone())),
        parent_pin_id: wanted.parent_pin_id,
        created_at: world.now(),
        picture: Some(picture.facts.clone()),
        hidden_until: 0,
        hidden_lists: 0,
    };
    let entry = entry(&world.state, &pin);
    world.state.ledger.pins.push(entry);
    world.state.pins.push(pin.clone());
    Ok(pin)
}

/// A Pin's row of the ledger.
pub(crate) fn entry(state: &State, pin: &Pin) -> LedgerPin {
    LedgerPin {
        pin_id: pin.id.clone(),
        environment: pin.environment,
        account: state.username(&pin.owner).to_owned(),
        board_id: pin.board_id.clone(),
        board_section_id: pin.board_section_id.clone(),
        title: pin.title.clone(),
        description: pin.description.clone(),
        alt_text: pin.alt_text.clone(),
        link: pin.link.clone(),
        image_sha256: pin.picture.as_ref().map(|picture| picture.sha256.clone()),
        at: crate::clock::rfc3339(pin.created_at),
        answered: false,
        deleted_at: None,
    }
}

/// `GET /pins/{id}`.
pub(crate) fn get(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let missing = ApiError::new(404, 50, "Pin not found.");
    let pin = find(&world.state, call, missing, ApiError::forbidden())?;
    Ok(Answer::ok(shown(&world.state, call, pin)))
}

/// `PATCH /pins/{id}`: a restricted feature that apps do not have.
pub(crate) fn update(_: &mut World, call: &Call) -> Result<Answer, ApiError> {
    call.id(0)?;
    let text = "Your application does not have access to this restricted feature: pin_edit";
    Err(ApiError::new(401, 3, text))
}

/// `DELETE /pins/{id}`.
pub(crate) fn delete(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let missing = ApiError::new(404, 404, "Pin not found.");
    let foreign = ApiError::new(403, 403, "Not authorized to access board or Pin.");
    let id = find(&world.state, call, missing, foreign)?.id.clone();
    world.state.pins.retain(|pin| pin.id != id);
    let now = crate::clock::rfc3339(world.now());
    world.state.ledger.deleted(&id, now);
    Ok(Answer::empty(204))
}

fn find<'a>(
    state: &'a State,
    call: &Call,
    missing: ApiError,
    foreign: ApiError,
) -> Result<&'a Pin, ApiError> {
    let id = call.id(0)?;
    let pin = state.pins.iter().find(|pin| pin.environment == call.environment && pin.id == id);
    let pin = pin.ok_or(missing)?;
    let owns_board =
        state.boards.iter().any(|board| board.id == pin.board_id && board.owner == call.account_id());
    if pin.owner == call.account_id() || owns_board { Ok(pin) } else { Err(foreign) }
}

/// `GET /boards/{id}/pins`, newest first; Pins in sections are included.
pub(crate) fn list_on_board(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let board = boards::find(&world.state, call, call.id(0)?)?.id.clone();
    list_where(world, call, |pin| pin.board_id == board)
}

/// `GET /boards/{id}/sections/{id}/pins`, newest first.
pub(crate) fn list_in_section(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let section = call.id(1)?.to_owned();
    let board = boards::find(&world.state, call, call.id(0)?)?;
    if !board.sections.iter().any(|had| had.id == section) {
        return Err(ApiError::new(404, 404, "Board section not found."));
    }
    list_where(world, call, |pin| pin.board_section_id.as_ref() == Some(&section))
}

/// `GET /pins`: the account's own, newest first.
pub(crate) fn list(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let account = call.account_id().to_owned();
    list_where(world, call, |pin| pin.owner == account)
}

fn list_where(world: &mut World, call: &Call, is_wanted: impl Fn(&Pin) -> bool) -> Result<Answer, ApiError> {
    let now = world.now();
    let is_wanted = |pin: &Pin| pin.environment == call.environment && is_wanted(pin);
    let is_hidden = |pin: &Pin| pin.hidden_until > now || pin.hidden_lists > 0;
    let state = &world.state;
    let shown_pins = state.pins.iter().rev().filter(|pin| is_wanted(pin) && !is_hidden(pin));
    let items = shown_pins.map(|pin| (pin.number, shown(state, call, pin))).collect();
    let answer = paging::page(call, &state.dialect, items);
    if paging::is_first(call) {
        for pin in world.state.pins.iter_mut().filter(|pin| is_wanted(pin)) {
            pin.hidden_lists = pin.hidden_lists.saturating_sub(1);
        }
    }
    answer
}

/// A Pin as the API shows it.
fn shown(state: &State, call: &Call, pin: &Pin) -> Value {
    let board_owner = state.boards.iter().find(|board| board.id == pin.board_id).map(|board| &board.owner);
    let address = format!("{}/pin/{}/image", call.base_url, pin.id);
    json!({
        "id": pin.id,
        "created_at": state.dialect.time(pin.created_at),
        "link": pin.link,
        "title": pin.title,
        "description": pin.description,
        "dominant_color": pin.dominant_color,
        "alt_text": pin.alt_text,
        "creative_type": "REGULAR",
        "board_id": pin.board_id,
        "board_section_id": pin.board_section_id,
        "board_owner": {"username": board_owner.map_or("", |id| state.username(id))},
        "is_owner": pin.owner == call.account_id(),
        "is_standard": true,
        "has_been_promoted": false,
        "parent_pin_id": pin.parent_pin_id,
        "pin_metrics": null,
        "media": pin.picture.as_ref().map(|facts| media::shown(facts, &address)),
    })
}
