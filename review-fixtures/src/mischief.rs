//! What may befall a Pin right after it was created: listed late, shown with another title, made twice.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::faults::{Fault, Kind};
use crate::pins;
use crate::world::World;

/// The longest title the API has.
const TITLE_LIMIT: usize = 100;

/// Applies what is in store to the Pin that `answer` names. The ids of all Pins made by this call.
pub(crate) fn apply(world: &mut World, answer: &mut Answer) -> Vec<String> {
    let Some(id) = answer.body.as_ref().and_then(|body| body["id"].as_str()).map(str::to_owned) else {
        return Vec::new();
    };
    let mut made = vec![id];
    if world.faults.take_for_pin(Kind::Duplicate).is_some() {
        made.extend(duplicate(world, &made[0], answer));
    }
    if let Some(fault) = world.faults.take_for_pin(Kind::Hide) {
        hide(world, &made, &fault);
    }
    if let Some(fault) = world.faults.take_for_pin(Kind::Alter) {
        alter(world, &made, &fault);
    }
    made
}

/// The second Pin is the one that is answered.
fn duplicate(world: &mut World, id: &str, answer: &mut Answer) -> Option<String> {
    let mut twin = world.state.pins.iter().find(|pin| pin.id == id)?.clone();
    twin.id = world.rng.id();
    twin.number = world.state.next_number();
    let entry = pins::entry(&world.state, &twin);
    world.state.ledger.pins.push(entry);
    if let Some(Value::Object(body)) = &mut answer.body {
        body.insert("id".to_owned(), json!(twin.id));
    }
    let id = twin.id.clone();
    world.state.pins.push(twin);
    Some(id)
}

fn hide(world: &mut World, made: &[String], fault: &Fault) {
    let until = match (fault.delay_ms, fault.times) {
        (Some(delay), _) => {
            world.now().saturating_add(i64::try_from(delay).unwrap_or(i64::MAX / 1_000) * 1_000)
        }
        (None, Some(lists @ 1..)) => return hide_from_lists(world, made, lists),
        (None, _) => i64::MAX,
    };
    for pin in world.state.pins.iter_mut().filter(|pin| made.contains(&pin.id)) {
        pin.hidden_until = until;
    }
}

fn hide_from_lists(world: &mut World, made: &[String], lists: u32) {
    for pin in world.state.pins.iter_mut().filter(|pin| made.contains(&pin.id)) {
        pin.hidden_lists = lists;
    }
}

fn alter(world: &mut World, made: &[String], fault: &Fault) {
    for pin in world.state.pins.iter_mut().filter(|pin| made.contains(&pin.id)) {
        let title = pin.title.as_deref().unwrap_or_default();
        let other = fault.message.clone().unwrap_or_else(|| format!("Altered: {title}"));
        pin.title = Some(other.chars().take(TITLE_LIMIT).collect());
    }
}
