//! The audit log's types in plain words. A type that is not here is shown by its name.

/// What a person reads for an event type; `None` for a type that this version does not know.
pub fn say(event_type: &str) -> Option<&'static str> {
    let words = [OAUTH, API, REVIEW, PUBLISH, ACCESS, SYSTEM, KEEPING];
    words.iter().flat_map(|list| list.iter()).find(|(name, _)| *name == event_type).map(|(_, words)| *words)
}

/// Whether the event is somebody's signature.
pub fn is_signature(event_type: &str) -> bool {
    matches!(event_type, "review.submitted" | "review.approved")
}

type Words = &'static [(&'static str, &'static str)];

const OAUTH: Words = &[
    ("oauth.authorize.started", "Consent was asked for"),
    ("oauth.callback.received", "The consent page answered"),
    ("oauth.callback.refused", "An answer of the consent page was refused"),
    ("oauth.authorize.denied", "Consent was declined"),
    ("oauth.token.exchange_started", "Access was asked for"),
    ("oauth.token.exchanged", "Access was given"),
    ("oauth.token.exchange_failed", "Access was not given"),
    ("oauth.token.refreshed", "Access was renewed"),
    ("oauth.token.refresh_failed", "Access could not be renewed"),
    ("oauth.token.expired", "Access expired"),
    ("oauth.token.deleted", "Tokens were deleted"),
    ("oauth.scope.insufficient", "A permission is missing"),
    ("oauth.account.confirmed", "The account was confirmed"),
    ("oauth.account.mismatched", "Another account answered"),
    ("oauth.account.unconfirmed", "An account answered that nobody had named"),
    ("oauth.connection.held", "The connection is held"),
    ("oauth.connection.released", "The connection works again"),
    ("oauth.connection.revoked", "Consent was withdrawn at Pinterest"),
    ("oauth.connection.disconnected", "The account was disconnected"),
];

const API: Words = &[
    ("api.request", "Asked Pinterest"),
    ("api.response", "Pinterest answered"),
    ("api.rate_limited", "Pinterest asked to wait"),
    ("api.error", "The call failed"),
    ("api.unknown", "The answer was lost"),
    ("api.reconciled", "Looked at the board"),
];

const REVIEW: Words = &[
    ("review.draft.created", "A draft was written"),
    ("review.draft.edited", "The draft was edited"),
    ("review.draft.discarded", "The draft was discarded"),
    ("review.submitted", "Signed, and asked for approval"),
    ("review.withdrawn", "Taken back from review"),
    ("review.approved", "Countersigned"),
    ("review.changes_requested", "Changes were requested"),
    ("review.rejected", "Rejected"),
    ("review.commented", "A comment was added"),
    ("review.approval.voided", "A signature was voided"),
];

const PUBLISH: Words = &[
    ("publish.scheduled", "Scheduled"),
    ("publish.rescheduled", "The time was moved"),
    ("publish.cancelled", "Cancelled before it was sent"),
    ("publish.held", "Held"),
    ("publish.released", "No longer held"),
    ("publish.refused", "Refused"),
    ("publish.missed", "Its time passed"),
    ("publish.unknown", "Not known whether it was sent"),
    ("publish.needs_decision", "A person has to decide"),
    ("publish.started", "Approval redeemed, sending started"),
    ("publish.succeeded", "Published"),
    ("publish.resolved", "A person decided"),
    ("publish.taken_down", "Taken down"),
];

const ACCESS: Words = &[
    ("access.signed_in", "Signed in"),
    ("access.sign_in_failed", "A sign-in failed"),
    ("access.signed_out", "Signed out"),
    ("access.session_revoked", "A session was ended"),
    ("access.role_changed", "Roles were changed"),
    ("access.operator_invited", "A person was added"),
    ("access.operator_disabled", "A person was disabled"),
    ("access.operator_enabled", "A person was enabled"),
    ("access.link_issued", "A sign-in link was made"),
    ("access.password_changed", "A password was set"),
    ("access.second_factor_changed", "A second factor was changed"),
    ("access.token_created", "An API token was made"),
    ("access.token_revoked", "An API token was revoked"),
    ("access.audit_viewed", "The audit log was read"),
    ("access.sealed_viewed", "Sealed parts were read"),
    ("access.refused", "An act was refused"),
];

const SYSTEM: Words = &[
    ("system.started", "The service started"),
    ("system.stopped", "The service stopped"),
    ("system.configuration_changed", "The configuration changed"),
    ("system.heartbeat", "The daily sign of life"),
    ("system.clock_stepped", "The clock jumped"),
    ("system.recovered", "The log was recovered"),
    ("system.key_rotated", "A key was changed"),
    ("system.checkpoint_published", "A checkpoint was published"),
    ("system.publishing_paused", "Publishing was paused"),
    ("system.publishing_resumed", "Publishing was resumed"),
    ("system.safe_mode_entered", "Safe mode began"),
    ("system.safe_mode_lifted", "Safe mode ended"),
    ("system.stream_opened", "A stream was opened"),
];

const KEEPING: Words = &[
    ("export.created", "An export was made"),
    ("export.downloaded", "An export was downloaded"),
    ("retention.rule.changed", "A rule of keeping was changed"),
    ("retention.run.started", "An erasure began"),
    ("retention.run.finished", "An erasure ended"),
    ("hold.placed", "A hold was placed"),
    ("hold.released", "A hold was released"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_words() {
        assert_eq!(say("review.approved"), Some("Countersigned"));
        assert_eq!(say("system.heartbeat"), Some("The daily sign of life"));
        assert_eq!(say("nobody.knows"), None);
        assert!(is_signature("review.submitted") && !is_signature("api.request"));
    }
}
