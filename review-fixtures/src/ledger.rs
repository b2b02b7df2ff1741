//! What really happened at this far end, whether or not its answer arrived.

use serde::{Deserialize, Serialize};

use crate::environment::Environment;

/// Requests kept; older ones are dropped, Pins never are.
const REQUESTS_KEPT: usize = 20_000;

/// Everything that was created, and every request that was made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Ledger {
    /// Pins created through the API, in order of creation. Deleted ones stay listed.
    pub pins: Vec<LedgerPin>,
    /// Pins that somebody else made (`POST /_simulator/pins`), never the app's doing.
    #[serde(default)]
    pub others: Vec<LedgerPin>,
    /// Calls to the API roots and the consent page, in order of arrival.
    pub requests: Vec<LedgerRequest>,
}

/// One Pin as it was received. What the API shows of it later may differ (fault `alter`).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LedgerPin {
    /// The id that Pinterest would answer, also if it never arrived.
    pub pin_id: String,
    /// Production or sandbox.
    pub environment: Environment,
    /// Username of the account that owns the Pin.
    pub account: String,
    /// The board it was put on.
    pub board_id: String,
    /// The section of that board, if one was named.
    pub board_section_id: Option<String>,
    /// As received.
    pub title: Option<String>,
    /// As received.
    pub description: Option<String>,
    /// As received.
    pub alt_text: Option<String>,
    /// As received.
    pub link: Option<String>,
    /// SHA-256 of the decoded image bytes as received, in lower-case hexadecimal.
    pub image_sha256: Option<String>,
    /// When it was created: RFC 3339, UTC, by the virtual clock.
    pub at: String,
    /// Whether the answer with the id was sent whole.
    pub answered: bool,
    /// When it was deleted through the API.
    #[serde(default)]
    pub deleted_at: Option<String>,
}

/// One request.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LedgerRequest {
    /// Counts up from 1.
    pub number: u64,
    /// Arrival: RFC 3339, UTC, by the virtual clock.
    pub at: String,
    /// In capitals.
    pub method: String,
    /// Without the query, which may hold a code.
    pub path: String,
    /// The OpenAPI operation id, where the route exists.
    pub operation: Option<String>,
    /// Username whose token was used, once it was accepted.
    pub account: Option<String>,
    /// The status sent or, if `answered` is false, the one that the operation had reached before its answer
    /// was lost; null where nothing was done.
    pub status: Option<u16>,
    /// Whether an answer was sent whole.
    pub answered: bool,
    /// Of an `oversized` answer: the bytes that the client, and the buffers before it, took.
    #[serde(default)]
    pub taken_bytes: u64,
}

impl Ledger {
    /// How often a Pin was asked for.
    pub fn creates(&self) -> usize {
        let is_create =
            |request: &&LedgerRequest| request.method == "POST" && request.path.ends_with("/pins");
        self.requests.iter().filter(is_create).count()
    }

    pub(crate) fn record(&mut self, mut request: LedgerRequest) -> u64 {
        let number = self.requests.last().map_or(1, |last| last.number + 1);
        request.number = number;
        self.requests.push(request);
        if self.requests.len() > REQUESTS_KEPT {
            self.requests.remove(0);
        }
        number
    }

    /// More bytes of an answer were taken.
    pub(crate) fn taken(&mut self, number: u64, bytes: usize) {
        if let Some(request) = self.requests.iter_mut().rev().find(|request| request.number == number) {
            request.taken_bytes += bytes as u64;
        }
    }

    /// The answer of request `number` has left in full.
    pub(crate) fn answered(&mut self, number: u64, pins: &[String]) {
        if let Some(request) = self.requests.iter_mut().rev().find(|request| request.number == number) {
            request.answered = true;
        }
        for pin in self.pins.iter_mut().filter(|pin| pins.contains(&pin.pin_id)) {
            pin.answered = true;
        }
    }

    pub(crate) fn deleted(&mut self, pin_id: &str, at: String) {
        for pin in self.pins.iter_mut().chain(&mut self.others).filter(|pin| pin.pin_id == pin_id) {
            pin.deleted_at = Some(at.clone());
        }
    }
}
