//! The closed catalogue of events. What is not here cannot be logged, and each fact has its type.

use std::collections::BTreeMap;

use countersign_entities::ids::EventId;

use super::header::{ObjectRef, Outcome, Stream, Value};
use crate::actor::Actor;

/// A value that may stand among an event's facts.
pub trait Fact {
    /// Writes itself under `key`; an absent value leaves the key out.
    fn put(&self, key: &'static str, facts: &mut BTreeMap<String, Value>);
}

macro_rules! facts {
    ($($type:ty => |$value:ident| $made:expr;)+) => {
        $(impl Fact for $type {
            fn put(&self, key: &'static str, facts: &mut BTreeMap<String, Value>) {
                let $value = self;
                facts.insert(key.to_owned(), $made);
            }
        })+
    };
}

facts! {
    String => |text| Value::String(text.clone());
    &'static str => |text| Value::String((*text).to_owned());
    bool => |flag| Value::Bool(*flag);
    i64 => |number| Value::Int(*number);
    i32 => |number| Value::Int(i64::from(*number));
    u16 => |number| Value::Int(i64::from(*number));
    Vec<String> => |list| Value::Array(list.iter().cloned().map(Value::String).collect());
}

impl<T: Fact> Fact for Option<T> {
    fn put(&self, key: &'static str, facts: &mut BTreeMap<String, Value>) {
        if let Some(value) = self {
            value.put(key, facts);
        }
    }
}

macro_rules! catalogue {
    ($($variant:ident = $name:literal { $($field:ident: $type:ty),* $(,)? })+) => {
        /// What happened; FORMAT.md says what each type and fact means.
        #[derive(Clone, Debug)]
        #[expect(missing_docs, reason = "each type and each fact is explained in FORMAT.md, section 6")]
        pub enum Happening { $($variant { $($field: $type),* },)+ }

        impl Happening {
            /// The header's `type`.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name,)+ }
            }

            /// The header's `facts`, but for `via` and `token`.
            pub fn facts(&self) -> BTreeMap<String, Value> {
                let mut facts = BTreeMap::new();
                match self {
                    $(Self::$variant { $($field),* } => { $($field.put(stringify!($field), &mut facts);)* })+
                }
                facts
            }
        }

        /// The name of every type that this version writes.
        pub const EVENT_TYPES: &[&str] = &[$($name),+];
    };
}

catalogue! {
    AuthorizeStarted = "oauth.authorize.started" { scopes: Vec<String>, environment: &'static str, pkce: &'static str }
    CallbackReceived = "oauth.callback.received" { age_ms: i64, has_code: bool, state_ok: bool }
    CallbackRefused = "oauth.callback.refused" { reason: &'static str, state_digest: Option<String> }
    AuthorizeDenied = "oauth.authorize.denied" { error: String }
    ExchangeStarted = "oauth.token.exchange_started" { grant: String, generation: i32, timeout_ms: i64 }
    TokenExchanged = "oauth.token.exchanged" {
        grant: String, generation: i32, scopes_granted: Vec<String>, access_expires_at: String,
        refresh_expires_at: Option<String>,
    }
    ExchangeFailed = "oauth.token.exchange_failed" { grant: String, generation: i32, status: Option<i32>, code: Option<i32> }
    TokenRefreshed = "oauth.token.refreshed" {
        grant: String, generation: i32, scopes_granted: Vec<String>, access_expires_at: String,
        refresh_expires_at: Option<String>,
    }
    RefreshFailed = "oauth.token.refresh_failed" { grant: String, generation: i32, status: Option<i32>, code: Option<i32> }
    TokenExpired = "oauth.token.expired" { grant: String, generation: i32 }
    TokenDeleted = "oauth.token.deleted" { grant: String, by: &'static str, remote_revocation: Option<&'static str> }
    ScopeInsufficient = "oauth.scope.insufficient" { need: Vec<String>, have: Vec<String> }
    AccountConfirmed = "oauth.account.confirmed" {}
    AccountMismatched = "oauth.account.mismatched" {}
    AccountUnconfirmed = "oauth.account.unconfirmed" {}
    ConnectionHeld = "oauth.connection.held" { why: &'static str }
    ConnectionReleased = "oauth.connection.released" { why: &'static str }
    ConnectionRevoked = "oauth.connection.revoked" { why: &'static str }
    ConnectionDisconnected = "oauth.connection.disconnected" { why: &'static str }
    ApiRequest = "api.request" {
        operation: &'static str, method: &'static str, path: &'static str, environment: &'static str, grant: String,
        generation: i32, attempt: Option<i32>, digest: Option<String>, timeout_ms: i64,
    }
    ApiResponse = "api.response" { status: i32, duration_ms: i64, bytes: i64, code: Option<i32> }
    ApiRateLimited = "api.rate_limited" { limit: Option<i64>, remaining: Option<i64>, reset_s: Option<i64> }
    ApiError = "api.error" { kind: &'static str, sent: &'static str, code: Option<i32> }
    ApiUnknown = "api.unknown" { why: &'static str }
    ApiReconciled = "api.reconciled" { result: &'static str, by: &'static str }
    DraftCreated = "review.draft.created" { revision: i32, digest: String, fields: Vec<String> }
    DraftEdited = "review.draft.edited" { revision: i32, digest: String, fields: Vec<String> }
    DraftDiscarded = "review.draft.discarded" { revision: i32, digest: String, fields: Vec<String> }
    Submitted = "review.submitted" { digest: String, rule: &'static str, own_draft: bool }
    Withdrawn = "review.withdrawn" { digest: String, rule: &'static str, own_draft: bool }
    Approved = "review.approved" { digest: String, rule: &'static str, own_draft: bool }
    ChangesRequested = "review.changes_requested" { digest: String, rule: &'static str, own_draft: bool }
    Rejected = "review.rejected" { digest: String, rule: &'static str, own_draft: bool }
    Commented = "review.commented" {}
    ApprovalVoided = "review.approval.voided" { why: &'static str, digest: String }
    PublishScheduled = "publish.scheduled" { due_at: String }
    PublishRescheduled = "publish.rescheduled" { due_at: String, why: &'static str }
    PublishStarted = "publish.started" { attempt: i32 }
    PublishSucceeded = "publish.succeeded" { attempt: i32 }
    PublishCancelled = "publish.cancelled" { why: &'static str }
    PublishHeld = "publish.held" { why: &'static str }
    PublishReleased = "publish.released" { why: &'static str }
    PublishRefused = "publish.refused" { why: &'static str }
    PublishMissed = "publish.missed" { why: &'static str }
    PublishUnknown = "publish.unknown" { why: &'static str }
    PublishNeedsDecision = "publish.needs_decision" { why: &'static str }
    PublishResolved = "publish.resolved" { to: &'static str }
    PublishTakenDown = "publish.taken_down" {}
    SignedIn = "access.signed_in" { method: &'static str, second_factor: Option<&'static str> }
    SignInFailed = "access.sign_in_failed" { method: &'static str }
    SignedOut = "access.signed_out" {}
    SessionRevoked = "access.session_revoked" {}
    RoleChanged = "access.role_changed" { roles: Vec<String> }
    OperatorInvited = "access.operator_invited" { roles: Vec<String> }
    OperatorDisabled = "access.operator_disabled" {}
    OperatorEnabled = "access.operator_enabled" {}
    OperatorRenamed = "access.operator_renamed" {}
    LinkIssued = "access.link_issued" {}
    PasswordChanged = "access.password_changed" {}
    SecondFactorChanged = "access.second_factor_changed" { what: &'static str, left: Option<i64> }
    TokenCreated = "access.token_created" { scopes: Vec<String>, expires_at: Option<String> }
    TokenRevoked = "access.token_revoked" { why: &'static str }
    AuditViewed = "access.audit_viewed" { events: i64 }
    SealedViewed = "access.sealed_viewed" { event: String, parts: Vec<String> }
    Refused = "access.refused" { action: &'static str, code: &'static str }
    Started = "system.started" { version: &'static str, environments: Vec<String>, rule: &'static str }
    Stopped = "system.stopped" {}
    ConfigurationChanged = "system.configuration_changed" { setting: &'static str, to: String }
    ClockStepped = "system.clock_stepped" { by_ms: i64 }
    PublishingPaused = "system.publishing_paused" {}
    PublishingResumed = "system.publishing_resumed" {}
    StreamOpened = "system.stream_opened" { stream: String }
}

/// An event that is about to be appended; time, number and hash are set under the head's lock.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id, chosen beforehand so that rows may name it.
    pub id: EventId,
    /// What happened.
    pub happening: Happening,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it.
    pub actor: Actor,
    /// About what.
    pub object: Option<ObjectRef>,
    /// What it belongs to.
    pub flow: Option<String>,
    /// The event that it follows from.
    pub cause: Option<EventId>,
    /// Where it is counted.
    pub stream: Stream,
    /// The sealed part `content`.
    pub content: Option<Value>,
    /// The sealed part `remote`.
    pub remote: Option<Value>,
}

impl Event {
    /// An event with outcome `ok` and nothing but who and what.
    pub fn new(id: EventId, stream: Stream, actor: &Actor, happening: Happening) -> Self {
        Self {
            id,
            happening,
            outcome: Outcome::Ok,
            actor: actor.clone(),
            object: None,
            flow: None,
            cause: None,
            stream,
            content: None,
            remote: None,
        }
    }

    /// Says how it ended.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Says about what it is.
    #[must_use]
    pub fn about(mut self, kind: &str, reference: impl ToString) -> Self {
        self.object =
            Some(ObjectRef { kind: kind.to_owned(), reference: reference.to_string(), revision: None });
        self
    }

    /// Says about which revision of a draft it is.
    #[must_use]
    pub fn about_draft(mut self, reference: impl ToString, revision: i32) -> Self {
        self.object = Some(ObjectRef {
            kind: "draft".to_owned(),
            reference: reference.to_string(),
            revision: Some(i64::from(revision)),
        });
        self
    }

    /// Says what it belongs to: a publication or a pass through OAuth.
    #[must_use]
    pub fn flow(mut self, flow: impl ToString) -> Self {
        self.flow = Some(flow.to_string());
        self
    }

    /// Says which event it follows from.
    #[must_use]
    pub fn cause(mut self, cause: &EventId) -> Self {
        self.cause = Some(cause.clone());
        self
    }

    /// Seals what a person wrote.
    #[must_use]
    pub fn content(mut self, content: Value) -> Self {
        self.content = Some(content);
        self
    }

    /// Seals what Pinterest answered, as far as it may be kept.
    #[must_use]
    pub fn remote(mut self, remote: Value) -> Self {
        self.remote = Some(remote);
        self
    }

    /// Whether the log must hold an outcome of this event later, and by when at the latest.
    pub(super) fn intent(&self) -> Option<(&'static str, i64)> {
        match &self.happening {
            Happening::ApiRequest { timeout_ms, .. } => Some(("api", *timeout_ms)),
            Happening::ExchangeStarted { timeout_ms, .. } => Some(("token", *timeout_ms)),
            _ => None,
        }
    }

    /// Whether this event is the one outcome of the request that it cites.
    pub(super) fn is_outcome(&self) -> bool {
        matches!(
            self.happening,
            Happening::ApiResponse { .. }
                | Happening::ApiRateLimited { .. }
                | Happening::ApiError { .. }
                | Happening::ApiUnknown { .. }
                | Happening::TokenExchanged { .. }
                | Happening::ExchangeFailed { .. }
                | Happening::TokenRefreshed { .. }
                | Happening::RefreshFailed { .. }
        )
    }
}
