//! Sections of a board: list and create.

use serde_json::json;

use crate::answer::{Answer, ApiError};
use crate::boards::{self, Section};
use crate::call::Call;
use crate::fields::Fields;
use crate::paging;
use crate::world::World;

const NAME_LIMIT: usize = 180;

/// `GET /boards/{id}/sections`.
pub(crate) fn list(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let board = boards::find(&world.state, call, call.id(0)?)?;
    let sections = board.sections.iter();
    let items = sections.map(|section| (section.number, json!({"id": section.id, "name": section.name})));
    paging::page(call, &world.state.dialect, items.collect())
}

/// `POST /boards/{id}/sections`.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let board_id = boards::find(&world.state, call, call.id(0)?)?.id.clone();
    let body = call.json()?;
    let name = Fields(&body).required_text("name", NAME_LIMIT)?;
    let (id, number) = (world.rng.id(), world.state.next_number());
    let Some(board) = world.state.boards.iter_mut().find(|board| board.id == board_id) else {
        return Err(boards::missing(&world.state));
    };
    if board.sections.iter().any(|section| section.name == name) {
        return Err(ApiError::new(409, 409, "Board section conflict."));
    }
    board.sections.push(Section { id: id.clone(), number, name: name.clone() });
    Ok(Answer::created(json!({"id": id, "name": name})))
}
