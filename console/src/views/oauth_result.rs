//! `/oauth/callback`: what came of a consent that did not end in a connection. A success leads to `/connections`.

use maud::{Markup, html};

use super::frame::Frame;
use super::layout::{self, Section};
use super::note::{self, Tone};

/// How a consent ended.
#[derive(Clone, Debug)]
pub enum OauthResult {
    /// The person pressed Deny.
    Denied,
    /// Pinterest gave no access, and nobody denied it: the word of RFC 6749, or `other`.
    NoAccess(&'static str),
    /// We never gave out this state.
    Unknown,
    /// A parameter came twice.
    Damaged,
    /// Pinterest sent neither a code nor a reason.
    NoAnswer,
    /// More than ten minutes passed.
    Expired,
    /// It was used before.
    Reused,
    /// Another person, or another browser, began it.
    OtherSession,
    /// Pinterest did not give a token for the code.
    ExchangeFailed {
        /// Pinterest's status and code: `400, code 283`; `None` if there was no answer.
        code: Option<String>,
        /// Pinterest's message, scrubbed.
        message: Option<String>,
    },
    /// Pinterest gave access but did not say to whose account.
    AccountUnread,
    /// The connection was disconnected in the meantime.
    Ended,
    /// A reconnect came back with another account.
    Mismatched {
        /// `@halden_home`
        expected: String,
        /// `@halden_outlet`
        got: String,
    },
    /// Another connection has this account: `@halden_home`.
    AlreadyConnected(String),
    /// Something that is needed was not granted.
    MissingScopes(Vec<String>),
}

/// Title, what happened, what to do.
struct Words {
    title: &'static str,
    happened: String,
    todo: &'static str,
    tone: Tone,
}

/// The whole page.
pub fn page(frame: &Frame, result: &OauthResult) -> Markup {
    let words = words(result);
    layout::page(
        frame,
        words.title,
        Section::Connections,
        html! {
            div.head { div { h1 { (words.title) } p { "Nothing was published, and no Pin exists because of this." } } }
            div.narrow.stack {
                (note::with(words.tone, "What happened", html! {
                    p { (words.happened) }
                    (pinterest_said(result))
                }))
                section.sec { h2 { "What to do" } p { (words.todo) }
                    div.line.gap { a.btn.solid href="/connections#connect" { "Connect an account" } a.btn href="/" { "To the queue" } }
                }
            }
        },
    )
}

fn pinterest_said(result: &OauthResult) -> Markup {
    html! {
        @match result {
            OauthResult::ExchangeFailed { code, message: Some(message) } =>
                p.gap-s { "Pinterest said: “" (message) "”" @if let Some(code) = code { " (" (code) ")" } },
            OauthResult::MissingScopes(scopes) => ul.gap-s { @for scope in scopes { li { code { (scope) } } } },
            _ => {},
        }
    }
}

fn words(result: &OauthResult) -> Words {
    let say = |title, happened: &str, todo, tone| Words { title, happened: happened.to_owned(), todo, tone };
    let begin_again = "Begin again from Connections, in this browser.";
    match result {
        OauthResult::Denied => say(
            "You declined",
            "At Pinterest you chose not to give access. That is fine: nothing was stored.",
            "If you change your mind, begin again. If one permission worried you, ask an admin what it is for: the Connections page lists each.",
            Tone::Info,
        ),
        OauthResult::NoAccess(word) => Words {
            title: "Pinterest gave no access",
            happened: format!(
                "Nobody declined: Pinterest itself ended the consent ({word}). Nothing was stored."
            ),
            todo: match *word {
                "server_error" | "temporarily_unavailable" => {
                    "Pinterest has trouble of its own. Try again later."
                }
                _ => {
                    "An admin should compare the app’s id and the redirect address under Settings with what Pinterest has, and look at the app’s settings there. Then begin again."
                }
            },
            tone: Tone::Bad,
        },
        OauthResult::Unknown => say(
            "This answer belongs to no question",
            "Somebody opened our callback with a state that we never gave out. It was refused and recorded.",
            begin_again,
            Tone::Warn,
        ),
        OauthResult::Damaged => say(
            "The address is damaged",
            "Something in the address that you came back with was there twice, so none of it was trusted. It was recorded.",
            begin_again,
            Tone::Warn,
        ),
        OauthResult::NoAnswer => say(
            "Pinterest sent no answer along",
            "You came back from Pinterest with neither a consent nor a reason. Nothing was stored.",
            begin_again,
            Tone::Warn,
        ),
        OauthResult::AccountUnread => say(
            "Pinterest did not say whose account it is",
            "You consented, but the account could not be read, so the access was dropped again at once.",
            "Begin again in a moment.",
            Tone::Bad,
        ),
        OauthResult::AlreadyConnected(account) => Words {
            title: "This account is connected already",
            happened: format!(
                "{account} consented, and another connection here has that account. The new access was dropped again at once."
            ),
            todo: "To renew its access, choose Reconnect at the connection that has it.",
            tone: Tone::Warn,
        },
        OauthResult::Ended => say(
            "Disconnected in the meantime",
            "Somebody disconnected this account while you were at Pinterest. The access was dropped again at once.",
            begin_again,
            Tone::Warn,
        ),
        OauthResult::Expired => say(
            "That took too long",
            "A consent has to be finished within 10 minutes. This one was refused and recorded.",
            begin_again,
            Tone::Warn,
        ),
        OauthResult::Reused => say(
            "This answer was used before",
            "Each consent counts once. The second use was refused and recorded; the first one stands.",
            "Look at Connections: the account may be there already.",
            Tone::Warn,
        ),
        OauthResult::OtherSession => say(
            "Begun by somebody else",
            "This consent was begun in another session. It was refused and recorded, so that nobody can slip you an account.",
            begin_again,
            Tone::Warn,
        ),
        OauthResult::ExchangeFailed { .. } => say(
            "Pinterest gave no access",
            "You consented, but Pinterest did not exchange the consent for access. Nothing was stored.",
            "Begin again. If it fails again, an admin should compare the app’s id and secret, and the redirect address under Settings, with what Pinterest has.",
            Tone::Bad,
        ),
        OauthResult::Mismatched { expected, got } => Words {
            title: "That is another account",
            happened: format!(
                "This connection belongs to {expected}, and Pinterest answered for {got}. Its access was dropped at once; the connection is as it was."
            ),
            todo: "Sign in to the right account at Pinterest and reconnect, or connect the other one as a new account.",
            tone: Tone::Warn,
        },
        OauthResult::MissingScopes(_) => say(
            "A permission is missing",
            "Pinterest connected the account without everything that is needed. Publishing for it is held.",
            "Reconnect and leave all permissions as they are.",
            Tone::Warn,
        ),
    }
}
