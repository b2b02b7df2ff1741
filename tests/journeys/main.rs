//! What people do with Countersign, from the outside: one file a story, all over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod approval_undone;
mod bad_input;
mod boards;
mod changes_requested_and_revised;
mod connect_account;
mod connect_refused;
mod csrf;
mod database_busy;
mod draft_to_pin;
mod edited_after_approval;
mod forged_by_sql;
mod forged_history;
mod graceful_stop;
mod guarded_pages;
mod guarded_routes;
mod idempotency;
mod kept_when_session_ends;
mod kill_switch;
mod needs_decision;
mod operators_and_tokens;
mod publish_at_not_before;
mod restart_mid_send;
mod reviewer_removed;
mod same_events_through_page_and_api;
mod secrets_appear_nowhere;
mod self_approval_refused;
mod sign_in;
mod sign_in_throttled;
mod sole_operator;
mod token_refreshed_and_rotated;
mod trial_cannot_reach_production;
mod unknown_outcome_ambiguous;
mod unknown_outcome_found;
mod unknown_outcome_not_seen;
