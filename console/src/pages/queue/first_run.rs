//! The way to the first Pin, shown until there are Pins to look at.

use countersign_api::operators::{Reader, Role};
use countersign_api::vocabulary::{ConnectionState, Environment};

use crate::pages::pin::names::Accounts;
use crate::views::queue::{Counts, FirstRun, Step};

/// With this many drafts a person knows the way.
const KNOWN_WAY: u64 = 5;

/// The steps with what is done of them; none once something was published.
pub(super) fn steps(reader: &Reader, counts: Counts, accounts: &Accounts) -> Option<FirstRun> {
    let [drafts, review, changes, approved, scheduled, attention, published, discarded] = counts;
    let signed = review + changes + approved + scheduled + attention;
    let written = drafts + signed + discarded;
    if published > 0 || written > KNOWN_WAY {
        return None;
    }
    let is_connected = accounts.iter().any(|account| account.state == ConnectionState::Active);
    let is_rehearsal = accounts.iter().all(|account| account.environment == Environment::Rehearsal);
    let connect = if is_rehearsal {
        "One click in rehearsal, no Pinterest account needed"
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
    Some(FirstRun { steps, action: action(reader, is_connected, review, written) })
}

fn step(title: &str, words: &str, is_done: bool) -> Step {
    Step { title: title.to_owned(), words: words.to_owned(), is_done }
}

fn roles(reader: &Reader) -> String {
    reader.roles().words().join(" and ")
}

/// What this person can do now.
fn action(reader: &Reader, is_connected: bool, review: u64, written: u64) -> (String, String) {
    let has = |role| reader.roles().has(role);
    let (words, address) = match is_connected {
        false if has(Role::Admin) => ("Connect an account", "/connections"),
        false => ("See the connections", "/connections"),
        true if review > 0 && has(Role::Reviewer) => ("Review what waits", "/review"),
        true if written == 0 && has(Role::Author) => ("Write the first draft", "/drafts/new"),
        true => ("See the drafts", "/?tab=drafts"),
    };
    (words.to_owned(), address.to_owned())
}
