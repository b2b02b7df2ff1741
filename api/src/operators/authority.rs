//! Who may manage people.

use super::role::{Admin, Principal};
use crate::actor::{Actor, Via};

/// Evidence that somebody may manage people and tokens: an admin, or whoever commands the machine.
#[derive(Clone, Debug)]
pub struct Authority {
    actor: Actor,
    admin: Option<Principal>,
}

impl Authority {
    /// Whoever may run the program on the data folder: they could write the tables anyway, so the log at least tells
    /// of it. For the command line and the first start only, never for a request.
    pub fn command_line() -> Self {
        Self { actor: Actor::system(Via::Cli), admin: None }
    }

    /// Who acts, for the audit log.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The admin; none where the machine is commanded.
    pub(super) fn principal(&self) -> Option<&Principal> {
        self.admin.as_ref()
    }
}

impl From<&Admin> for Authority {
    fn from(admin: &Admin) -> Self {
        Self { actor: admin.actor().clone(), admin: Some((**admin).clone()) }
    }
}
