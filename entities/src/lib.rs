//! The tables' shapes and the typed ids. One file a table, shape only: no queries, no rules.

pub mod api_token;
pub mod approval;
pub mod asset;
pub mod asset_blob;
pub mod attempt;
pub mod audit_event;
pub mod audit_head;
pub mod audit_sealed;
pub mod audit_stream;
pub mod connection;
pub mod data_key;
pub mod draft;
pub mod draft_author;
pub mod draft_comment;
pub mod draft_revision;
pub mod draft_word;
pub mod idempotency_key;
pub mod ids;
pub mod oauth_flow;
pub mod open_intent;
pub mod operator;
pub mod publication;
pub mod recovery_code;
pub mod session;
pub mod setting;
pub mod sign_in_link;
pub mod tab_count;
pub mod timestamp;
pub mod token_grant;
pub mod vocabulary;
pub mod working_copy;

pub use timestamp::Timestamp;
