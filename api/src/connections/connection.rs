//! A connection, and the consent behind it.

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, OperatorId},
    vocabulary::{ConnectionState, Environment, HoldReason},
};

use crate::{
    actor::Actor,
    app::App,
    audit::{Event, Happening, Stream},
    pinterest::scope::Scopes,
};

/// A Pinterest account as connected here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Names it.
    pub id: ConnectionId,
    /// Which Pinterest.
    pub environment: Environment,
    /// Where it stands.
    pub state: ConnectionState,
    /// Whom the operator said would consent, or confirmed afterwards.
    pub expected_username: Option<String>,
    /// Who did.
    pub username: Option<String>,
    /// Pinterest's id of that account.
    pub account_id: Option<String>,
    /// Why it is held; of an ended one, that it was blocked for spam.
    pub hold_reason: Option<HoldReason>,
    /// When a held connection is looked at again.
    pub hold_until: Option<Timestamp>,
    /// How many spam blocks in a row.
    pub spam_level: i32,
    /// Who started it.
    pub created_by: OperatorId,
    /// When.
    pub created_at: Timestamp,
    /// When the last consent came back.
    pub connected_at: Option<Timestamp>,
    /// When it was disconnected or revoked.
    pub ended_at: Option<Timestamp>,
}

/// What the account's owner consented to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// What was granted.
    pub scopes: Scopes,
    /// When the access token ends; it is renewed before.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends, where Pinterest said so.
    pub refresh_expires_at: Option<Timestamp>,
    /// When the tokens were last renewed.
    pub issued_at: Timestamp,
}

impl Connection {
    /// Whether it may publish as far as its state goes.
    pub fn is_active(&self) -> bool {
        self.state == ConnectionState::Active
    }

    /// Whether it was disconnected or revoked.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, ConnectionState::Disconnected | ConnectionState::Revoked)
    }

    /// Why it is held, where it is.
    pub fn held_for(&self) -> Option<HoldReason> {
        self.hold_reason.filter(|_| self.state == ConnectionState::Held)
    }

    /// Whether the account that consented is the one that was named or confirmed.
    pub(super) fn is_confirmed(&self) -> bool {
        match (&self.expected_username, &self.username) {
            (Some(expected), Some(username)) => expected.eq_ignore_ascii_case(username),
            _ => false,
        }
    }

    /// Where it stands by the account that consented alone, when nothing holds it.
    pub(super) fn state_by_account(&self) -> ConnectionState {
        match (&self.expected_username, &self.username) {
            (_, None) => ConnectionState::Pending,
            (None, Some(_)) => ConnectionState::Unconfirmed,
            (Some(_), Some(_)) if self.is_confirmed() => ConnectionState::Active,
            (Some(_), Some(_)) => ConnectionState::WrongAccount,
        }
    }

    pub(super) fn hold(&mut self, reason: HoldReason, until: Option<Timestamp>) {
        self.state = ConnectionState::Held;
        self.hold_reason = Some(reason);
        self.hold_until = until;
    }

    pub(super) fn move_to(&mut self, state: ConnectionState) {
        self.state = state;
        self.hold_reason = None;
        self.hold_until = None;
    }

    /// A block for spam is kept: it lasts although somebody disconnects and connects again.
    pub(super) fn end(&mut self, state: ConnectionState, now: Timestamp) {
        match self.rests_from_spam(now) {
            true => self.state = state,
            false => self.move_to(state),
        }
        self.ended_at = Some(now);
    }

    /// Whether a block for spam lasts.
    pub(super) fn rests_from_spam(&self, now: Timestamp) -> bool {
        self.hold_reason == Some(HoldReason::Spam) && self.hold_until.is_some_and(|until| until > now)
    }

    pub(super) fn event(&self, app: &App, actor: &Actor, happening: Happening) -> Event {
        event(app, actor, &self.id, happening)
    }
}

/// An event about a connection, in its stream.
pub(super) fn event(app: &App, actor: &Actor, id: &ConnectionId, happening: Happening) -> Event {
    Event::fresh(app, Stream::Connection(id.to_string()), actor, happening).about("connection", id)
}
