//! The people who use the console: sign-in, sessions, roles, tokens.

pub mod role;

pub use role::{Admin, Auditor, Author, Forbidden, Principal, Reader, Reviewer, Role, Roles, TokenScope};
