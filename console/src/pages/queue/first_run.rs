//! The way to the first Pin, shown until there are Pins to look at.

use countersign_api::operators::{Reader, Role};
use countersign_api::vocabulary::{ConnectionState, Environment};

use crate::pages::pin::names::Accounts;
use crate::views::queue::{Counts, FirstRun, Step, Tab};

/// With this many drafts a person knows the way.
const KNOWN_WAY: u64 = 5;

/// The steps with what is done of them; none once something was published.
pub(super) fn steps(reader: &Reader, tab: Tab, counts: Counts, accounts: &Accounts) -> Option<FirstRun> {
    let [drafts, review, changes, approved, scheduled, attention, published, discarded] = counts;
    let signed = review + changes + approved + scheduled + attention;
    let written = drafts + signed + discarded;
    if published > 0 || written > KNOWN_WAY {
        return None;
    }
    let is_connected = accounts.iter().any(|account| account.state == ConnectionState::Active);
    let is_rehearsal = accounts.iter().all(|account| account.environment == Environment::Rehearsal);
    let connect = if is_rehearsal {
        "Two clicks in rehearsal, no Pinterest account needed"
    } else {
        "An admin allows it at Pinterest"
    };
    let steps = vec![
        step("You are signed in", &format!("as {}", roles(reader)), true),
        step("Connect an account", connect, is_connected),
        step("Write the first draft", "An image, a board, a few words", written > 0),
        step("Ask for approval", "You sign, and it leaves your hands", signed > 0),
        step("Have it countersigned", "By a second person, and it is sent", approved + scheduled > 0),
    ];
    let action = if is_connected { next(reader, counts) } else { Some(connect_first(reader)) };
    let action = action.filter(|(_, address)| *address != format!("/?tab={}", tab.code()));
    Some(FirstRun { steps, action: action.map(|(words, address)| (words.to_owned(), address.to_owned())) })
}

fn step(title: &str, words: &str, is_done: bool) -> Step {
    Step { title: title.to_owned(), words: words.to_owned(), is_done }
}

fn roles(reader: &Reader) -> String {
    reader.roles().words().join(" and ")
}

fn connect_first(reader: &Reader) -> (&'static str, &'static str) {
    let is_admin = reader.roles().has(Role::Admin);
    if is_admin { ("Connect an account", "/connections") } else { ("See the connections", "/connections") }
}

/// What this person can do now; none where it is another one's turn.
fn next(reader: &Reader, counts: Counts) -> Option<(&'static str, &'static str)> {
    let [drafts, review, changes, approved, scheduled, attention, ..] = counts;
    let has = |role| reader.roles().has(role);
    match has(Role::Author) {
        _ if review > 0 && has(Role::Reviewer) => Some(("Review what waits", "/review")),
        _ if attention > 0 => Some(("See what needs attention", "/?tab=attention")),
        true if drafts > 0 => Some(("See the drafts", "/?tab=drafts")),
        true if changes > 0 => Some(("See what was sent back", "/?tab=changes")),
        _ if approved > 0 => Some(("See what is on its way", "/?tab=approved")),
        _ if scheduled > 0 => Some(("See what is scheduled", "/?tab=scheduled")),
        true if review == 0 => Some(("Write the first draft", "/drafts/new")),
        _ => None,
    }
}
