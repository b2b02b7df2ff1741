//! The first person, for installations that nobody watches start.

use super::key::{Key, Shape};
use super::parse::email;
use super::reader::Reader;
use crate::secret::Secret;

const EMAIL: Key =
    Key::optional("bootstrap_email", "E-mail of a first person with all four roles, if there is nobody yet");
const PASSWORD: Key = Key::secret("bootstrap_password", Shape::Secret, "That person's password");

pub(super) const KEYS: &[Key] = &[EMAIL, PASSWORD];

/// A first person with all four roles, made where there is nobody yet. The review rule binds them like anyone.
#[derive(Clone)]
pub struct Bootstrap {
    /// Their e-mail address.
    pub email: String,
    /// Their password.
    pub password: Secret,
}

impl Bootstrap {
    /// `None` where nobody is named, or after a problem, which the reader keeps.
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.optional(&EMAIL, email);
        let password = reader.optional_secret(&PASSWORD, |text| {
            if text.is_empty() { Err("is empty. Give a password".to_owned()) } else { Ok(text.clone()) }
        });
        match (address?, password?) {
            (Some(email), Some(password)) => Some(Self { email, password }),
            (None, None) => None,
            (Some(_), None) => {
                let text = "is given without a password. Set COUNTERSIGN_BOOTSTRAP_PASSWORD (or _FILE), too";
                reader.object(&EMAIL, text.to_owned());
                None
            }
            (None, Some(_)) => {
                let text = "is given without an e-mail address. Set COUNTERSIGN_BOOTSTRAP_EMAIL, too";
                reader.object(&PASSWORD, text.to_owned());
                None
            }
        }
    }
}
