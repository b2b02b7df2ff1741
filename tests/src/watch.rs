//! Whether anything was changed: the log and how many rows each table has, before and after.

use std::collections::BTreeMap;

use crate::harness::Harness;

/// Tables that only the log fills; what it tells is compared itself.
const OF_THE_LOG: &str = "audit";
/// The event that tells of a refusal.
const REFUSED: &str = "access.refused";

/// What there was when it began.
#[derive(Debug, PartialEq, Eq)]
pub struct Watch {
    rows: BTreeMap<String, i64>,
    events: usize,
}

impl Watch {
    /// Looks at all there is.
    pub async fn begin(h: &Harness) -> Self {
        let intruder = h.intruder().await;
        let mut rows = BTreeMap::new();
        for table in intruder.tables().await {
            if !table.starts_with(OF_THE_LOG) {
                let count = intruder.number(&format!("SELECT COUNT(*) FROM {table}")).await;
                rows.insert(table, count);
            }
        }
        let refused = format!("SELECT COUNT(*) FROM audit_event WHERE kind <> '{REFUSED}'");
        Self { rows, events: usize::try_from(intruder.number(&refused).await).unwrap() }
    }

    /// That nothing was done since but to tell of refusals.
    ///
    /// # Panics
    /// If something was; `what` says who tried.
    pub async fn nothing_but_refusals(&self, h: &Harness, what: &str) {
        assert_eq!(Self::begin(h).await, *self, "{what} changed something");
    }
}
