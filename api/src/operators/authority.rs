//! Who may manage people.

use super::role::Admin;
use crate::actor::{Actor, Via};

/// Evidence that somebody may manage people and tokens: an admin, or whoever commands the machine.
#[derive(Clone, Debug)]
pub struct Authority(Actor);

impl Authority {
    /// Whoever may run the program on the data folder: they could write the tables anyway, so the log at least tells
    /// of it. For the command line and the first start only, never for a request.
    pub fn command_line() -> Self {
        Self(Actor::system(Via::Cli))
    }

    /// Who acts, for the audit log.
    pub fn actor(&self) -> &Actor {
        &self.0
    }
}

impl From<&Admin> for Authority {
    fn from(admin: &Admin) -> Self {
        Self(admin.actor().clone())
    }
}
