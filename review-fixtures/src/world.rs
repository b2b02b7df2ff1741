//! Everything the simulator knows, behind one lock.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::accounts::Account;
use crate::answer::ApiError;
use crate::boards::Board;
use crate::clock::Clock;
use crate::dialect::Dialect;
use crate::environment::Tier;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::oauth::Grants;
use crate::pins::Pin;
use crate::rng::Rng;
use crate::store::Store;

/// What survives a restart when there is a state file.
#[derive(Deserialize, Serialize)]
pub(crate) struct State {
    pub(crate) app: App,
    /// Microseconds added to the clock.
    pub(crate) clock_offset: i64,
    /// Counts up with everything created, so that lists have an order.
    pub(crate) last_number: u64,
    pub(crate) accounts: Vec<Account>,
    pub(crate) boards: Vec<Board>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) grants: Grants,
    /// Scopes each account has ever approved, by account id: a token answer lists them all.
    pub(crate) consents: BTreeMap<String, BTreeSet<String>>,
    pub(crate) dialect: Dialect,
    pub(crate) ledger: Ledger,
}

/// The registered app.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// The state, and what a restart forgets.
pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) tier: Tier,
    /// Whether a reset leaves the accounts without boards.
    pub(crate) is_empty: bool,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) store: Store,
}

impl World {
    /// Now, in Unix microseconds by the virtual clock.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Moves the virtual clock forward.
    pub(crate) fn advance(&mut self, seconds: i64) {
        self.clock.offset = self.clock.offset.saturating_add(seconds.saturating_mul(crate::clock::SECOND));
        self.state.clock_offset = self.clock.offset;
    }

    /// Writes the state file, if there is one. A failure is logged: the far end goes on answering.
    pub(crate) fn save(&self) {
        if let Err(error) = self.store.save(&self.state) {
            tracing::error!(%error, "the simulator's state was not written");
        }
    }
}

impl State {
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    pub(crate) fn account(&self, id: &str) -> Result<&Account, ApiError> {
        let found = self.accounts.iter().find(|account| account.id == id);
        found.ok_or_else(|| ApiError::new(404, 30, "User not found."))
    }

    /// By id or username.
    pub(crate) fn account_named(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == name || account.username == name)
    }

    pub(crate) fn username(&self, id: &str) -> &str {
        self.account(id).map_or("", |account| &account.username)
    }
}
