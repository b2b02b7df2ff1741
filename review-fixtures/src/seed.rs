//! The world as it is at first: two accounts, and boards with fixed ids in each environment.

use crate::accounts::Account;
use crate::boards::{Board, Privacy, Section};
use crate::clock::SECOND;
use crate::environment::Environment;
use crate::world::{App, State};

/// Username of the account that consents unless another is chosen.
pub const MAIN_ACCOUNT: &str = "halden_kitchen";
/// Username of the other account, for journeys in which the wrong one consents.
pub const OTHER_ACCOUNT: &str = "halden_home";

const MAIN_ID: &str = "1074319862512340017";
const OTHER_ID: &str = "1074319862512340025";

/// Owner, name, description, privacy, sections; production id, sandbox id.
type Line = (&'static str, &'static str, &'static str, Privacy, &'static [&'static str], [&'static str; 2]);

/// Three boards that any connection sees, and a secret one that takes `boards:read_secret`.
const BOARDS: &[Line] = &[
    (
        MAIN_ID,
        "Recipes",
        "From the kitchen on the hill",
        Privacy::Public,
        &["Bakes", "Soups"],
        ["482100317265540101", "482190317265540201"],
    ),
    (
        MAIN_ID,
        "Winter table",
        "Settings for long evenings",
        Privacy::Public,
        &[],
        ["482100317265540102", "482190317265540202"],
    ),
    (
        MAIN_ID,
        "Small rooms",
        "Shelves, corners and light",
        Privacy::Public,
        &[],
        ["482100317265540103", "482190317265540203"],
    ),
    (
        MAIN_ID,
        "Ideas for next year",
        "Not shown to anyone yet",
        Privacy::Secret,
        &[],
        ["482100317265540104", "482190317265540204"],
    ),
    (
        OTHER_ID,
        "At home",
        "The other account's board",
        Privacy::Public,
        &[],
        ["482100317265540105", "482190317265540205"],
    ),
];

fn accounts() -> Vec<Account> {
    let account = |id: &str, username: &str, name: &str, about: &str| Account {
        id: id.into(),
        username: username.into(),
        business_name: name.into(),
        about: about.into(),
    };
    vec![
        account(MAIN_ID, MAIN_ACCOUNT, "Halden Kitchen", "Simple food, slowly made."),
        account(OTHER_ID, OTHER_ACCOUNT, "Halden Home", "Rooms that are lived in."),
    ]
}

/// A fresh world for `app`. `is_empty` leaves out the boards, as a real sandbox starts.
pub(crate) fn state(app: App, is_empty: bool, now: i64) -> State {
    let mut state = State {
        app,
        clock_offset: 0,
        last_number: 0,
        accounts: accounts(),
        boards: Vec::new(),
        pins: Vec::new(),
        grants: Default::default(),
        consents: Default::default(),
        dialect: Default::default(),
        ledger: Default::default(),
    };
    if !is_empty {
        for environment in [Environment::Production, Environment::Sandbox] {
            add_boards(&mut state, environment, now - 90 * 86_400 * SECOND);
        }
    }
    state
}

fn add_boards(state: &mut State, environment: Environment, created_at: i64) {
    for (owner, name, description, privacy, sections, ids) in BOARDS {
        let id = if environment == Environment::Production { ids[0] } else { ids[1] };
        let number = state.next_number();
        let sections = sections.iter().enumerate().map(|(n, name)| Section {
            id: format!("{}{:03}", &id[..15], 900 + n),
            number: u64::try_from(n).unwrap_or_default(),
            name: (*name).to_owned(),
        });
        state.boards.push(Board {
            id: id.to_owned(),
            number,
            environment,
            owner: (*owner).to_owned(),
            name: (*name).to_owned(),
            description: Some((*description).to_owned()),
            privacy: *privacy,
            is_ads_only: false,
            created_at,
            sections: sections.collect(),
        });
    }
}
