//! The people who use the console: sign-in, sessions, roles, tokens.
//!
//! A person proves who they are in [`sign_in`] (password, one-time link), goes on with a [`session`], and lends a part
//! of their rights to programs by a [`token`]. Whoever has a [`second_factor`] is asked for it at the door. Each of them leads to a [`Principal`]; [`role`] makes evidence of it.
//! Of secrets that we hand out only the SHA-256 is stored; of passwords an Argon2id hash.

mod alike;
mod authority;
mod email;
mod error;
pub mod first_people;
pub mod link;
mod name;
mod own_password;
pub mod password;
pub mod people;
pub mod reading;
mod recovery;
pub mod refusal;
pub mod role;
pub mod second_factor;
pub mod session;
pub mod sign_in;
mod still;
mod store;
mod sweep;
#[cfg(test)]
pub(crate) mod testing;
mod ticket;
pub mod token;
mod totp;

pub use authority::Authority;
pub use email::Email;
pub use error::OperatorError;
pub use first_people::{PrintedLink, first_people};
pub use link::{DeadLink, LinkPreview};
pub use name::Name;
pub use own_password::set_password;
pub use people::{NewOperator, Operator, OperatorChange, PasswordReset, names};
pub use refusal::tell_refused;
pub use role::{Admin, Auditor, Author, Forbidden, Principal, Reader, Reviewer, Role, Roles, TokenScope};
pub use session::{OwnSession, Session, SessionInfo};
pub use sign_in::{SignInError, authenticate_cli};
pub use sweep::sweep;
pub use ticket::Ticket;
pub use token::{NewToken, Token, TokenOwner, TokenState};

use sha2::{Digest as _, Sha256};

/// What is stored of a secret of 256 random bits: enough to find its row, useless to whoever reads the table.
fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
