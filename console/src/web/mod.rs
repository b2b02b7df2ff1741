//! What every page's answer has in common: security headers, the message of the last action, the chosen theme.

pub mod cookie;
pub mod flash;
pub mod headers;
pub mod theme;
