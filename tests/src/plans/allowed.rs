//! What may be read as a whole, or sorted, and why. Both lists may only shrink.

use super::Fault;

/// Tables that do not grow with the years, and why.
const SMALL: &[(&str, &str)] = &[
    ("operator", "the people of one team"),
    ("api_token", "a few for each admin"),
    ("connection", "the accounts of one team"),
    ("token_grant", "one for each account"),
    ("oauth_flow", "swept once they are used or have run out"),
    ("tab_count", "one for each tab"),
    ("setting", "one for each setting"),
    ("data_key", "one for each purpose and change of it"),
    ("audit_head", "one"),
    ("audit_stream", "one for each account"),
    ("open_intent", "requests that are under way"),
    ("seaql_migrations", "one for each step"),
];

/// Whether a table stays small.
pub(super) fn is_small(table: &str) -> bool {
    let is_inner = ["CONSTANT", "SUBQUERY", "pg_", "sqlite_", "information_schema"];
    SMALL.iter().any(|(small, _)| *small == table) || is_inner.iter().any(|inner| table.starts_with(inner))
}

/// A statement that may do what others may not.
pub struct Allowed {
    /// What stands in its form.
    pub holds: &'static str,
    /// What it may do: `sorts`, or `walks` along an index.
    pub may: &'static str,
    /// Why that is bounded.
    pub why: &'static str,
}

impl Allowed {
    /// Whether it lets this fault of this form pass.
    pub fn lets(&self, fault: &Fault, shape: &str) -> bool {
        let is_it = match fault {
            Fault::Sorts => self.may == "sorts",
            Fault::Walks(_) => self.may == "walks",
            Fault::Reads(_) | Fault::Wrong(_) => false,
        };
        is_it && shape.contains(self.holds)
    }
}

/// All that is allowed.
pub const ALLOWED: &[Allowed] = &[
    Allowed {
        holds: "publication.approval_id IN (SELECT approval.id FROM approval WHERE approval.reviewer_id",
        may: "sorts",
        why: "what one person approved and has not gone out, asked when they are kept out",
    },
    Allowed {
        holds: "publication.state IN (?) AND publication.lapses_at <= ?",
        may: "sorts",
        why: "what has lapsed since the last tick",
    },
    Allowed {
        holds: "audit_event.at + ? ",
        may: "walks",
        why: "positions bound it, unless no event lies outside of the time",
    },
    Allowed { holds: "AS page UNION ALL", may: "sorts", why: "a page of each type" },
    Allowed {
        holds: "FROM draft WHERE draft.id IN (SELECT draft_id FROM draft_word WHERE",
        may: "sorts",
        why: "the drafts that have a rare word",
    },
    Allowed { holds: "FROM draft WHERE draft.id IN (?) ORDER BY", may: "sorts", why: "one page of drafts" },
];
