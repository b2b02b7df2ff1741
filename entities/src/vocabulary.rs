//! Closed vocabularies that stand in columns as words.

use sea_orm::{DeriveActiveEnum, EnumIter, Iterable};
use serde::{Deserialize, Serialize};

/// A word that is not in a vocabulary.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not one of: {expected}")]
pub struct UnknownWord {
    /// The words that would have been accepted, separated by commas.
    pub expected: String,
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$word_doc])* #[sea_orm(string_value = $word)] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word as it stands in the database, the API and the audit log.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Every word, in the order of their definition.
            pub fn all() -> impl Iterator<Item = Self> {
                Self::iter()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::iter().find(|word| word.as_str() == text).ok_or_else(|| UnknownWord {
                    expected: [$($word),+].join(", "),
                })
            }
        }
    };
}

vocabulary!(/// Which Pinterest an account belongs to.
Environment {
    /// The simulator inside the console; nothing leaves the machine.
    Rehearsal = "rehearsal",
    /// Pinterest's API sandbox.
    Sandbox = "sandbox",
    /// Pinterest itself.
    Production = "production",
});

vocabulary!(/// Where a connection stands.
ConnectionState {
    /// The consent was started and has not come back.
    Pending = "pending",
    /// Connected without an expected username; an admin has to confirm the account.
    Unconfirmed = "unconfirmed",
    /// Another account than the expected one came back; an admin has to confirm it.
    WrongAccount = "wrong_account",
    /// May publish.
    Active = "active",
    /// Publishing waits for a cause to go away.
    Held = "held",
    /// Pinterest refuses our consent; the tokens are deleted.
    Revoked = "revoked",
    /// Disconnected here; the tokens are deleted.
    Disconnected = "disconnected",
});

vocabulary!(/// Where a draft stands.
DraftState {
    /// Being written.
    Draft = "draft",
    /// Waits for a second signature.
    InReview = "in_review",
    /// A reviewer asked for changes.
    ChangesRequested = "changes_requested",
    /// A reviewer rejected it.
    Rejected = "rejected",
    /// Countersigned; its publication tells the rest.
    Approved = "approved",
    /// A Pin exists.
    Published = "published",
    /// Given up by an author.
    Discarded = "discarded",
});

vocabulary!(/// The queue's tab that shows a draft: each draft is in exactly one.
Tab {
    /// Being written.
    Drafts = "drafts",
    /// Waiting for review.
    Review = "review",
    /// Changes requested or rejected.
    Changes = "changes",
    /// Approved and due: waits for its turn, is being sent, or is held by a pause.
    Approved = "approved",
    /// Approved and due later.
    Scheduled = "scheduled",
    /// A person has to look.
    Attention = "attention",
    /// Published.
    Published = "published",
    /// Discarded.
    Discarded = "discarded",
});

vocabulary!(/// Where a draft came from.
Origin {
    /// Written in the console.
    Page = "page",
    /// Sent to the API.
    Api = "api",
    /// A row of an imported file.
    Csv = "csv",
});

vocabulary!(/// Where a publication stands.
PublicationState {
    /// Came due while something stood in the way.
    Held = "held",
    /// Due now or later.
    Scheduled = "scheduled",
    /// Taken by a worker; nothing was sent.
    Claimed = "claimed",
    /// The attempt is committed; bytes may have left.
    Sending = "sending",
    /// Whether Pinterest has the Pin is not proven.
    Unknown = "unknown",
    /// A person has to choose.
    NeedsDecision = "needs_decision",
    /// The Pin exists.
    Published = "published",
    /// Pinterest refused it for good.
    Refused = "refused",
    /// Not claimed in time.
    Missed = "missed",
    /// Its approval was voided.
    Cancelled = "cancelled",
    /// A person gave it up.
    Abandoned = "abandoned",
});

vocabulary!(/// Why a publication or a connection is held.
HoldReason {
    /// The account is disconnected or revoked.
    Disconnected = "disconnected",
    /// The account is not the expected one, or not confirmed.
    WrongAccount = "wrong_account",
    /// Pinterest does not accept our token although it could be refreshed.
    Authorization = "authorization",
    /// A scope is missing.
    Scope = "scope",
    /// The app's access tier does not allow it.
    Tier = "tier",
    /// The connection's environment is not configured any more.
    Environment = "environment",
    /// Publishing is paused.
    Paused = "paused",
    /// Pinterest blocked the account for spam; we wait.
    Spam = "spam",
    /// Too many failures in a row; we wait.
    Breaker = "breaker",
    /// After a restore, until an admin lifts it.
    SafeMode = "safe_mode",
});

vocabulary!(/// Why an approval does not hold any more.
VoidReason {
    /// The content was edited.
    Edited = "edited",
    /// The time was changed.
    Rescheduled = "rescheduled",
    /// An author cancelled it.
    Cancelled = "cancelled",
    /// The reviewer took it back in time.
    Undone = "undone",
    /// It lapsed.
    Expired = "expired",
    /// The reviewer may not review any more.
    ReviewerRemoved = "reviewer_removed",
    /// The review rule was changed.
    RuleChanged = "rule_changed",
});

vocabulary!(/// What is proven about a send.
AttemptClass {
    /// Pinterest has the Pin.
    Published = "published",
    /// Pinterest does not have it, and may get it again.
    NotAccepted = "not_accepted",
    /// Pinterest does not have it and will not take it as it is.
    Refused = "refused",
    /// Not proven either way.
    Unknown = "unknown",
});

vocabulary!(/// What a comment was written for.
CommentKind {
    /// A remark.
    Comment = "comment",
    /// Given with an approval.
    Approval = "approval",
    /// Given with a request for changes.
    Changes = "changes",
    /// Given with a rejection.
    Rejection = "rejection",
});

vocabulary!(/// The rule about who may approve.
ReviewRule {
    /// Nobody who wrote any revision may approve it.
    SecondPerson = "second_person",
    /// Authors may approve their own drafts; each such approval is marked.
    SoleOperator = "sole_operator",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_variants_match() {
        for state in PublicationState::all() {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("sent".parse::<PublicationState>().is_err());
    }
}
