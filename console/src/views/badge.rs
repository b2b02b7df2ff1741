//! A state as an icon and words, never as a colour alone.

use maud::{Markup, Render, html};

use super::icon::icon;

/// A state's look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    /// `data-s`, which sets the tone in the style sheet.
    pub tone: &'static str,
    /// The icon's name.
    pub icon: &'static str,
    /// What a person reads.
    pub words: &'static str,
}

const fn badge(tone: &'static str, icon: &'static str, words: &'static str) -> Badge {
    Badge { tone, icon, words }
}

/// A draft's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftState {
    /// Being written.
    Draft,
    /// Signed by its author, waiting for a second person.
    InReview,
    /// Sent back with a note.
    ChangesRequested,
    /// Turned down with a note.
    Rejected,
    /// Countersigned.
    Approved,
    /// On Pinterest.
    Published,
    /// Thrown away.
    Discarded,
}

impl DraftState {
    /// Reads the service's code (`in_review`); `None` for a code that it does not have.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "draft" => Self::Draft,
            "in_review" => Self::InReview,
            "changes_requested" => Self::ChangesRequested,
            "rejected" => Self::Rejected,
            "approved" => Self::Approved,
            "published" => Self::Published,
            "discarded" => Self::Discarded,
            _ => return None,
        })
    }

    /// Its icon and words.
    pub fn badge(self) -> Badge {
        match self {
            Self::Draft => badge("draft", "draft", "Draft"),
            Self::InReview => badge("review", "pen", "Waiting for review"),
            Self::ChangesRequested => badge("changes", "changes", "Changes requested"),
            Self::Rejected => badge("rejected", "ban", "Rejected"),
            Self::Approved => badge("approved", "signed", "Approved"),
            Self::Published => badge("published", "check", "Published"),
            Self::Discarded => badge("discarded", "trash", "Discarded"),
        }
    }
}

/// A publication's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicationState {
    /// Came due, but something stands in the way.
    Held,
    /// Due now or later.
    Scheduled,
    /// Taken by a worker, nothing sent yet.
    Claimed,
    /// Bytes may have left.
    Sending,
    /// The outcome is not proven.
    Unknown,
    /// A person has to choose.
    NeedsDecision,
    /// The Pin exists.
    Published,
    /// Pinterest said no, no Pin was made.
    Refused,
    /// Its time passed without a send.
    Missed,
    /// Ended before it was sent.
    Cancelled,
    /// A person gave it up.
    Abandoned,
}

impl PublicationState {
    /// Reads the service's code (`needs_decision`); `None` for a code that it does not have.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "held" => Self::Held,
            "scheduled" => Self::Scheduled,
            "claimed" => Self::Claimed,
            "sending" => Self::Sending,
            "unknown" => Self::Unknown,
            "needs_decision" => Self::NeedsDecision,
            "published" => Self::Published,
            "refused" => Self::Refused,
            "missed" => Self::Missed,
            "cancelled" => Self::Cancelled,
            "abandoned" => Self::Abandoned,
            _ => return None,
        })
    }

    /// Its icon and words.
    pub fn badge(self) -> Badge {
        match self {
            Self::Held => badge("held", "pause", "Held"),
            Self::Scheduled => badge("scheduled", "clock", "Scheduled"),
            Self::Claimed => badge("sending", "send", "About to be sent"),
            Self::Sending => badge("sending", "send", "Sending"),
            Self::Unknown => badge("unknown", "ask", "Not known if sent"),
            Self::NeedsDecision => badge("unknown", "ask", "Needs your decision"),
            Self::Published => badge("published", "check", "Published"),
            Self::Refused => badge("refused", "bad", "Refused by Pinterest"),
            Self::Missed => badge("missed", "miss", "Missed"),
            Self::Cancelled => badge("cancelled", "x", "Cancelled"),
            Self::Abandoned => badge("cancelled", "x", "Given up"),
        }
    }

    /// Whether something is under way that will change without anybody's doing, so the page looks again by itself.
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Scheduled | Self::Claimed | Self::Sending | Self::Unknown)
    }
}

/// An account's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// The consent was begun and not ended.
    Pending,
    /// Nobody has said yet that this is the right account.
    Unconfirmed,
    /// Pinterest answered with another account than the expected one.
    WrongAccount,
    /// Works.
    Active,
    /// Its environment, tier, scopes or authorization stand in the way.
    Held,
    /// Consent was withdrawn at Pinterest.
    Revoked,
    /// Disconnected here.
    Disconnected,
}

impl ConnectionState {
    /// Reads the service's code (`wrong_account`); `None` for a code that it does not have.
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "pending" => Self::Pending,
            "unconfirmed" => Self::Unconfirmed,
            "wrong_account" => Self::WrongAccount,
            "active" => Self::Active,
            "held" => Self::Held,
            "revoked" => Self::Revoked,
            "disconnected" => Self::Disconnected,
            _ => return None,
        })
    }

    /// Its icon and words.
    pub fn badge(self) -> Badge {
        match self {
            Self::Pending => badge("draft", "clock", "Consent not finished"),
            Self::Unconfirmed => badge("held", "warn", "To be confirmed"),
            Self::WrongAccount => badge("held", "warn", "Another account"),
            Self::Active => badge("ok", "check", "Works"),
            Self::Held => badge("held", "pause", "Held"),
            Self::Revoked => badge("failed", "ban", "Revoked at Pinterest"),
            Self::Disconnected => badge("cancelled", "x", "Disconnected"),
        }
    }
}

/// One chip for a draft and, where there is one, its publication: the publication's state says more once the
/// draft is approved; a draft whose approval was voided without its author's doing says that first.
pub fn of_pin(draft: DraftState, publication: Option<PublicationState>, is_voided: bool) -> Badge {
    match (draft, publication) {
        (DraftState::Draft | DraftState::InReview, Some(ended)) if is_ended_badly(ended) => ended.badge(),
        (DraftState::Draft | DraftState::InReview, _) if is_voided => VOIDED,
        (DraftState::Approved, Some(publication)) => publication.badge(),
        (draft, _) => draft.badge(),
    }
}

/// The signature of a second person was struck out by something which the author did not do.
pub const VOIDED: Badge = badge("missed", "miss", "Approval voided");

/// A send that Pinterest proved not to have taken.
pub const NOT_ACCEPTED: Badge = badge("held", "pause", "Not taken, to be tried again");

/// A Pin that was published and deleted again.
pub const TAKEN_DOWN: Badge = badge("cancelled", "trash", "Taken down");

/// A plain yes.
pub const YES: Badge = badge("ok", "check", "Yes");

/// A plain no that is a fault.
pub const MISSING: Badge = badge("failed", "bad", "Missing");

fn is_ended_badly(state: PublicationState) -> bool {
    matches!(state, PublicationState::Refused | PublicationState::Missed | PublicationState::Abandoned)
}

impl Badge {
    /// The same look with more exact words, such as `Board not found`.
    pub fn say(self, words: &str) -> Markup {
        html! { span.chip data-s=(self.tone) { (icon(self.icon)) (words) } }
    }
}

impl Render for Badge {
    fn render(&self) -> Markup {
        self.say(self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_shows_before_the_plain_state() {
        let refused = of_pin(DraftState::Draft, Some(PublicationState::Refused), false);
        assert_eq!(refused.words, "Refused by Pinterest");
        assert_eq!(of_pin(DraftState::InReview, Some(PublicationState::Cancelled), true), VOIDED);
        assert_eq!(of_pin(DraftState::InReview, None, false).words, "Waiting for review");
        assert_eq!(of_pin(DraftState::Approved, Some(PublicationState::Held), false).words, "Held");
    }

    #[test]
    fn every_state_has_an_icon_of_the_sprite() {
        let drafts =
            ["draft", "in_review", "changes_requested", "rejected", "approved", "published", "discarded"];
        let publications =
            ["held", "scheduled", "claimed", "sending", "unknown", "needs_decision", "published"];
        let ended = ["refused", "missed", "cancelled", "abandoned"];
        let connections =
            ["pending", "unconfirmed", "wrong_account", "active", "held", "revoked", "disconnected"];
        let badges = drafts.iter().map(|code| DraftState::parse(code).unwrap().badge());
        let badges = badges.chain(
            publications.iter().chain(&ended).map(|code| PublicationState::parse(code).unwrap().badge()),
        );
        let badges =
            badges.chain(connections.iter().map(|code| ConnectionState::parse(code).unwrap().badge()));
        for badge in badges.chain([TAKEN_DOWN, VOIDED, NOT_ACCEPTED]) {
            assert!(crate::assets::sprite().contains(&format!("id=\"i-{}\"", badge.icon)), "{badge:?}");
        }
        assert_eq!(DraftState::parse("scheduled"), None);
    }
}
