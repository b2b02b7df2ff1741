//! Faults on demand: what goes wrong, at which operation, before or after its effect, and how often.
//!
//! `before` does nothing over there; `after` lets the operation succeed first and then loses or alters its
//! answer (refused calls pass unharmed and use nothing up). Delays are real milliseconds, except for `hide`,
//! which goes by the virtual clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::operations::{self, Operation};

/// One fault, as `POST /_simulator/faults` takes it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// An OpenAPI operation id such as `pins/create`, or `*` for all.
    pub operation: String,
    /// Before or after the effect; `before` if absent. Has no meaning for `hide`, `alter` and `duplicate`.
    #[serde(default)]
    pub when: When,
    /// What happens.
    pub fault: Kind,
    /// For `status` (500 if absent), `html` and `cut_body`: the HTTP status, 200 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// For `status`: the `code` of the body; the status if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// For `status`: the `message` of the body. For `alter`: the title that the Pin will show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// For `status`: the body in place of `code` and `message`, as it is; empty: none at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// For `status` and `html`: headers to add, such as `Retry-After`. A value of several lines makes as many
    /// headers; an empty one leaves out a header that would be there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How many calls it meets: 1 if absent, 0 for every one until the faults are replaced. For `hide`
    /// without `delay_ms`: from how many lists the next Pin is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// For `timeout`: after so long the connection is closed (never, if absent). For `slow`: how long the
    /// answer drips, or with `before` how late the call is acted on (2000 if absent). For `hide`: for how
    /// long on the virtual clock the Pin is not listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// For `reset`: where in the answer; before its first byte if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// For `slow`: the bytes of a drop; a tenth of the answer if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_bytes: Option<usize>,
    /// For `oversized` and `gzip_bomb`: how large the body is, or becomes; 100 if absent, 65536 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mebibytes: Option<u32>,
}

/// The most mebibytes that a body may have.
const LARGEST: u32 = 65_536;

/// On which side of the effect a fault lies.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Nothing is done over there.
    #[default]
    Before,
    /// It is done; the answer suffers.
    After,
}

/// Where in an answer it breaks off.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the middle of its headers.
    Head,
    /// After the first bytes of its body.
    Body,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No answer; the connection stays open until the client gives up.
    Timeout,
    /// The connection is reset (a TCP RST), perhaps in the middle of the answer: `at`.
    Reset,
    /// Another answer: `status`, `code`, `message` or `body`, `headers`.
    Status,
    /// Half of the body that Content-Length promises, then the connection ends.
    CutBody,
    /// The answer comes in drops of `drop_bytes`; with `before`, the call is acted on late.
    Slow,
    /// A web page in place of JSON.
    Html,
    /// Blanks without end before the answer: `mebibytes`.
    Oversized,
    /// The answer, packed with gzip.
    Gzip,
    /// A few packed bytes that become many: `mebibytes`.
    GzipBomb,
    /// The answer with bytes in it that are no UTF-8.
    BadUtf8,
    /// The created Pin is listed late.
    Hide,
    /// The created Pin shows another title than was sent.
    Alter,
    /// One create call makes two Pins; the answer names the second.
    Duplicate,
}

/// Why a list of faults was not taken.
#[derive(Debug, Error)]
pub enum BadFault {
    /// The operation is none of those simulated.
    #[error("fault {0}: there is no operation {1:?}; use an OpenAPI operation id such as pins/create, or *")]
    Operation(usize, String),
    /// A status that is no answer.
    #[error("fault {0}: status {1} is not between 200 and 599")]
    Status(usize, u16),
    /// Drops of nothing never end, and some sizes are absurd.
    #[error("fault {0}: drop_bytes is at least 1, mebibytes at most 65536")]
    Size(usize),
    /// Only `pins/create` makes Pins.
    #[error("fault {0}: hide, alter and duplicate belong to pins/create")]
    NotPins(usize),
}

/// What is in store. The sides of one call are taken apart, so `hide` may come with a `timeout`.
#[derive(Default)]
pub(crate) struct Faults(Vec<Armed>);

struct Armed {
    fault: Fault,
    /// Calls still to meet; `None` for all.
    left: Option<u32>,
}

impl Fault {
    /// A fault that meets one call.
    pub fn new(operation: &str, when: When, fault: Kind) -> Self {
        let operation = operation.to_owned();
        Self {
            operation,
            when,
            fault,
            status: None,
            code: None,
            message: None,
            headers: BTreeMap::new(),
            times: None,
            body: None,
            delay_ms: None,
            at: None,
            drop_bytes: None,
            mebibytes: None,
        }
    }

    /// Another answer than the real one.
    pub fn status(operation: &str, when: When, status: u16, code: i64, message: &str) -> Self {
        let fault = Self::new(operation, when, Kind::Status);
        Self { status: Some(status), code: Some(code), message: Some(message.to_owned()), ..fault }
    }

    /// Sets how many calls it meets; 0 for all.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Sets the delay in milliseconds.
    #[must_use]
    pub fn delay_ms(self, delay_ms: u64) -> Self {
        Self { delay_ms: Some(delay_ms), ..self }
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    fn check(&self, place: usize) -> Result<(), BadFault> {
        if !operations::is_known(&self.operation) {
            return Err(BadFault::Operation(place, self.operation.clone()));
        }
        if let Some(status) = self.status.filter(|status| !(200..600).contains(status)) {
            return Err(BadFault::Status(place, status));
        }
        if self.drop_bytes == Some(0) || self.mebibytes.is_some_and(|size| size > LARGEST) {
            return Err(BadFault::Size(place));
        }
        if self.is_about_pins() && !matches!(self.operation.as_str(), "pins/create" | "*") {
            return Err(BadFault::NotPins(place));
        }
        Ok(())
    }

    fn is_about_pins(&self) -> bool {
        matches!(self.fault, Kind::Hide | Kind::Alter | Kind::Duplicate)
    }

    fn calls(&self) -> Option<u32> {
        match (self.fault, self.delay_ms, self.times) {
            (Kind::Hide, None, _) => Some(1),
            (_, _, None) => Some(1),
            (_, _, Some(0)) => None,
            (_, _, times) => times,
        }
    }
}

impl Faults {
    /// Replaces what was in store.
    pub(crate) fn set(&mut self, faults: Vec<Fault>) -> Result<(), BadFault> {
        for (place, fault) in faults.iter().enumerate() {
            fault.check(place)?;
        }
        self.0 = faults.into_iter().map(|fault| Armed { left: fault.calls(), fault }).collect();
        Ok(())
    }

    /// What is still in store, for show.
    pub(crate) fn left(&self) -> Vec<Fault> {
        self.0
            .iter()
            .map(|armed| Fault { times: Some(armed.left.unwrap_or(0)), ..armed.fault.clone() })
            .collect()
    }

    /// The fault that meets this call on side `when`, used up by one.
    pub(crate) fn take(&mut self, operation: Operation, when: When) -> Option<Fault> {
        let fits = |fault: &Fault| !fault.is_about_pins() && fault.when == when;
        self.spend(|fault| operation.is_called(&fault.operation) && fits(fault))
    }

    /// The fault of this kind for a Pin that is being created, used up by one.
    pub(crate) fn take_for_pin(&mut self, kind: Kind) -> Option<Fault> {
        self.spend(|fault| fault.fault == kind)
    }

    fn spend(&mut self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let place = self.0.iter().position(|armed| fits(&armed.fault))?;
        let armed = &mut self.0[place];
        let fault = armed.fault.clone();
        armed.left = armed.left.map(|left| left - 1);
        if armed.left == Some(0) {
            self.0.remove(place);
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_as_many_calls_as_it_says() {
        let mut faults = Faults::default();
        let list = vec![
            Fault::new("pins/create", When::After, Kind::Reset).times(2),
            Fault::new("*", When::Before, Kind::Timeout).times(0),
        ];
        faults.set(list).unwrap();
        assert!(faults.take(Operation::GetPin, When::After).is_none());
        assert!(faults.take(Operation::CreatePin, When::After).is_some());
        assert!(faults.take(Operation::CreatePin, When::After).is_some());
        assert!(faults.take(Operation::CreatePin, When::After).is_none());
        for _ in 0..5 {
            assert!(faults.take(Operation::ListBoards, When::Before).is_some());
        }
    }

    #[test]
    fn an_unknown_operation_is_refused() {
        let list = vec![Fault::new("pins/creat", When::After, Kind::Reset)];
        assert!(matches!(Faults::default().set(list), Err(BadFault::Operation(0, _))));
    }
}
