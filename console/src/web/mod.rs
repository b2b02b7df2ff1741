//! What every request and every answer has in common: who it comes from, that no other site made it, security headers,
//! the message of the last action, the chosen theme.

pub mod cookie;
pub mod csrf;
pub mod flash;
pub mod headers;
pub mod session;
pub mod theme;
