//! Pins that somebody else puts on a board, so that reconciliation meets more than its own.

use serde::Deserialize;
use thiserror::Error;

use crate::environment::Environment;
use crate::pins::{self, Pin};
use crate::world::World;

/// A Pin made outside the app.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewPin {
    /// Copies this Pin's environment, board, texts and image; the other fields then replace parts of it.
    pub copy_of: Option<String>,
    /// Where; the sandbox if absent.
    pub environment: Option<Environment>,
    /// Required without `copy_of`.
    pub board_id: Option<String>,
    /// A section of that board.
    pub board_section_id: Option<String>,
    /// Free text.
    pub title: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Free text.
    pub alt_text: Option<String>,
    /// An address.
    pub link: Option<String>,
    /// Username or id of the owner; the board's owner if absent.
    pub account: Option<String>,
    /// Seconds before now at which it was made; 0 if absent.
    pub seconds_ago: i64,
    /// How many; 1 if absent, 20000 at most. Of several, each has its number behind the title.
    pub count: Option<u32>,
}

/// Why such a Pin was not made.
#[derive(Debug, Error)]
pub enum BadPin {
    /// No such Pin to copy.
    #[error("there is no Pin {0} to copy")]
    Copy(String),
    /// No such board in that environment.
    #[error("there is no board {0:?} in that environment")]
    Board(String),
    /// No such account.
    #[error("there is no simulated account {0:?}")]
    Account(String),
    /// None, or too many.
    #[error("{0} Pins are not between 1 and 20000")]
    Count(u32),
}

/// The most that are made at once.
const MOST: u32 = 20_000;

/// Makes the Pin, or several. They stand in the ledger's `others`. The id of the last.
pub(crate) fn add(world: &mut World, wanted: NewPin) -> Result<String, BadPin> {
    let model = match &wanted.copy_of {
        Some(id) => {
            let found = world.state.pins.iter().find(|pin| pin.id == *id);
            Some(found.ok_or_else(|| BadPin::Copy(id.clone()))?.clone())
        }
        None => None,
    };
    let mut pin = model.unwrap_or_else(|| blank(wanted.environment.unwrap_or(Environment::Sandbox)));
    pin.board_id = wanted.board_id.unwrap_or(pin.board_id);
    pin.environment = wanted.environment.unwrap_or(pin.environment);
    pin.board_section_id = wanted.board_section_id.or(pin.board_section_id);
    pin.title = wanted.title.or(pin.title);
    pin.description = wanted.description.or(pin.description);
    pin.alt_text = wanted.alt_text.or(pin.alt_text);
    pin.link = wanted.link.or(pin.link);
    pin.owner = owner(world, &pin, wanted.account.as_deref())?;
    pin.created_at = world.now() - wanted.seconds_ago * crate::clock::SECOND;
    (pin.hidden_until, pin.hidden_lists) = (0, 0);
    let count = wanted.count.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return Err(BadPin::Count(count));
    }
    for n in 1..=count {
        let title = pin.title.clone().unwrap_or_default();
        let title = (wanted.count.is_some()).then(|| format!("{title} {n}")).or_else(|| pin.title.clone());
        put(world, Pin { title, ..pin.clone() });
    }
    world.save();
    Ok(world.state.pins.last().map(|pin| pin.id.clone()).unwrap_or_default())
}

fn put(world: &mut World, mut pin: Pin) {
    pin.id = world.rng.id();
    pin.number = world.state.next_number();
    let entry = pins::entry(&world.state, &pin);
    world.state.ledger.others.push(entry);
    world.state.pins.push(pin);
}

fn owner(world: &World, pin: &Pin, named: Option<&str>) -> Result<String, BadPin> {
    let mut boards = world.state.boards.iter();
    let board = boards.find(|board| board.environment == pin.environment && board.id == pin.board_id);
    let board = board.ok_or_else(|| BadPin::Board(pin.board_id.clone()))?;
    match named {
        None => Ok(board.owner.clone()),
        Some(name) => {
            let account = world.state.account_named(name).ok_or_else(|| BadPin::Account(name.to_owned()))?;
            Ok(account.id.clone())
        }
    }
}

fn blank(environment: Environment) -> Pin {
    Pin {
        id: String::new(),
        number: 0,
        environment,
        owner: String::new(),
        board_id: String::new(),
        board_section_id: None,
        title: None,
        description: None,
        alt_text: None,
        link: None,
        dominant_color: None,
        parent_pin_id: None,
        created_at: 0,
        picture: None,
        hidden_until: 0,
        hidden_lists: 0,
    }
}
