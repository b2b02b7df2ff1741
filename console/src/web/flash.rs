//! The message about the last action: set with the 303 that follows a form, shown once by the next page. The cookie
//! holds a code from a closed list and at most an id, so nobody can put words into a page through it.

use poem::http::{HeaderMap, HeaderValue};

use super::cookie;

const NAME: &str = "countersign_flash";
const SECONDS: u64 = 60;

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal;)*) => {
        /// What was just done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Message { $($(#[$doc])* $name,)* }

        impl Message {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code in the cookie.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The sentence, where the page has no better one.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

messages! {
    /// A draft was saved.
    Saved = "saved", "Saved.";
    /// A draft was signed and waits for review.
    Submitted = "submitted", "Signed. It now waits for a second person.";
    /// A draft was taken back from review.
    Withdrawn = "withdrawn", "Taken back. It is a draft again.";
    /// A draft was approved; the subject is the draft. The page says what will happen, with Undo.
    Approved = "approved", "Countersigned.";
    /// An approval was undone.
    Undone = "undone", "Undone. It waits for review again, and nothing was sent.";
    /// A draft was sent back.
    ChangesRequested = "changes_requested", "Sent back with your note.";
    /// A draft was rejected.
    Rejected = "rejected", "Rejected with your note.";
    /// The time of a draft was changed.
    Rescheduled = "rescheduled", "The time was changed.";
    /// A publication was cancelled before it was sent.
    Cancelled = "cancelled", "Cancelled. Nothing was sent.";
    /// A copy was made; the page shows it.
    Duplicated = "duplicated", "This is the copy. The other one is as it was.";
    /// A draft was discarded.
    Discarded = "discarded", "Discarded. It stands under Discarded.";
    /// A comment was added.
    Commented = "commented", "Your comment was added.";
    /// An unknown outcome was settled: the Pin is ours.
    Adopted = "adopted", "Recorded. That Pin is this one, and nothing was sent.";
    /// An unknown outcome was given up.
    GivenUp = "given_up", "Given up. Nothing more is sent.";
    /// An unknown outcome was given up and the draft waits for a fresh approval.
    OnceMore = "once_more", "It waits for review again. Nothing is sent without that signature.";
    /// A Pin was taken down.
    TakenDown = "taken_down", "Taken down. Nobody sees the Pin any more.";
    /// An account was connected.
    Connected = "connected", "Connected.";
    /// An account was confirmed.
    Confirmed = "confirmed", "Confirmed. Pins for this account can now be signed.";
    /// An account was disconnected.
    Disconnected = "disconnected", "Disconnected. Its tokens were deleted here.";
    /// A board was created.
    BoardCreated = "board_created", "The board was created.";
    /// Publishing was paused.
    Paused = "paused", "Publishing is paused. Nothing is sent until it is resumed.";
    /// Publishing was resumed.
    Resumed = "resumed", "Publishing goes on.";
    /// An operator's name or roles were changed.
    OperatorChanged = "operator_changed", "Changed.";
    /// An operator was disabled.
    OperatorDisabled = "operator_disabled", "Disabled. All sessions and API tokens of this person ended.";
    /// An operator was enabled.
    OperatorEnabled = "operator_enabled", "Enabled.";
    /// A token was revoked.
    TokenRevoked = "token_revoked", "Revoked. The token no longer works.";
    /// A session was ended.
    SessionRevoked = "session_revoked", "That session was ended.";
    /// All other sessions were ended.
    OthersRevoked = "others_revoked", "All other sessions were ended.";
    /// The second factor was turned off.
    FactorOff = "factor_off", "Your second factor is off. Signing in asks for the password alone.";
    /// Somebody's second factor was taken away.
    FactorReset = "factor_reset", "The second factor was taken away. All sessions of this person ended.";
    /// A person signed in with a recovery code.
    SignedInByRecovery = "signed_in_by_recovery", "You signed in with a recovery code, which is used up now.";
    /// A password was set.
    PasswordSet = "password_set", "Your password was set.";
    /// A person signed in.
    SignedIn = "signed_in", "You are signed in.";
    /// A person signed out.
    SignedOut = "signed_out", "You are signed out.";
    /// Single keys act again.
    KeysOn = "keys_on", "Keyboard shortcuts are on.";
    /// Single keys no longer act.
    KeysOff = "keys_off", "Keyboard shortcuts are off.";
    /// What was done before was done already; nothing changed now.
    Unchanged = "unchanged", "Nothing changed.";
}

/// A message and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// The message.
    pub message: Message,
    /// An id (`drf_...`), for a message that offers something about it. It proves nothing: look it up.
    pub subject: Option<String>,
}

impl Flash {
    /// A message alone.
    pub fn new(message: Message) -> Self {
        Self { message, subject: None }
    }

    /// A message about one thing.
    pub fn about(message: Message, subject: impl Into<String>) -> Self {
        Self { message, subject: Some(subject.into()) }
    }

    /// The `Set-Cookie` value that the 303 carries.
    pub fn set(&self, is_secure: bool) -> HeaderValue {
        let value = match &self.subject {
            Some(subject) => format!("{}.{subject}", self.message.code()),
            None => self.message.code().to_owned(),
        };
        cookie::write(NAME, &value, SECONDS, is_secure)
    }
}

/// The message that this request brings, if any. The page that shows it also sends [`clear`].
pub fn read(headers: &HeaderMap) -> Option<Flash> {
    let value = cookie::read(headers, NAME)?;
    let (code, subject) = match value.split_once('.') {
        Some((code, subject)) => (code, Some(subject.to_owned())),
        None => (value.as_str(), None),
    };
    let message = *Message::ALL.iter().find(|message| message.code() == code)?;
    Some(Flash { message, subject })
}

/// The `Set-Cookie` value that takes the message away once it was shown.
pub fn clear(is_secure: bool) -> HeaderValue {
    cookie::write(NAME, "", 0, is_secure)
}

#[cfg(test)]
mod tests {
    use poem::http::header;

    use super::*;

    fn sent_back(line: &HeaderValue) -> HeaderMap {
        let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&pair).unwrap())])
    }

    #[test]
    fn what_is_set_is_read() {
        let flash = Flash::about(Message::Approved, "drf_019cb4f2-71a0-7c3e");
        assert_eq!(read(&sent_back(&flash.set(true))), Some(flash));
        assert_eq!(read(&sent_back(&clear(false))), None);
    }

    #[test]
    fn nobody_puts_words_into_it() {
        for value in ["Hello", "saved<b>", "saved.drf_1<b>", ""] {
            let line = HeaderValue::from_str(&format!("{NAME}={value}")).unwrap();
            assert_eq!(read(&HeaderMap::from_iter([(header::COOKIE, line)])), None, "{value}");
        }
    }

    #[test]
    fn codes_differ() {
        let mut codes: Vec<_> = Message::ALL.iter().map(|message| message.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Message::ALL.len());
    }
}
