//! One turn over several publications: one that fails keeps none of the others waiting.

use super::view::Publication;
use crate::error::Fault;

/// What a turn has come to.
#[derive(Default)]
pub(super) struct Turn {
    did: bool,
    fault: Option<Fault>,
}

impl Turn {
    /// Takes what became of one publication: whether something was done for it.
    pub(super) fn take(&mut self, publication: &Publication, done: Result<bool, Fault>) {
        if let Err(fault) = &done {
            tracing::error!(%fault, publication = %publication.id, "this publication could not be looked after");
        }
        self.add(done);
    }

    /// Takes what became of a part of the turn.
    pub(super) fn add(&mut self, done: Result<bool, Fault>) {
        match done {
            Ok(did) => self.did |= did,
            Err(fault) => self.fault = self.fault.take().or(Some(fault)),
        }
    }

    /// Whether nothing has failed so far.
    pub(super) fn is_whole(&self) -> bool {
        self.fault.is_none()
    }

    /// Whether something was done, so that there may be more at once.
    ///
    /// # Errors
    /// The first fault, once all have had their turn.
    pub(super) fn end(self) -> Result<bool, Fault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.did),
        }
    }
}
