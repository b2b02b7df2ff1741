//! Passwords: what they must be, and their Argon2id hashes.
//!
//! Hashing is slow on purpose and runs in the bounded pool of [`App::slow`]. Whoever has no hash of their own (nobody,
//! a disabled person, one without a password) is compared with a hash that nothing fits, so that it takes as long.

use std::fmt;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash as Phc};
use unicode_normalization::UnicodeNormalization as _;

use super::{email::Email, name::Name};

mod common;
use crate::{
    app::{App, Slow},
    error::{Fault, FieldError},
    secret::Secret,
};

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 12;
/// The most.
pub const MAX_CHARS: usize = 256;

/// A hash of the same cost as everyone's, whose output was drawn, not computed.
const FITS_NOTHING: &str = "$argon2id$v=19$m=19456,t=2,p=1$Q291bnRlcnNpZ25Ob25lIQ\
    $q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA";

/// An Argon2id hash in PHC form. Not shown, though it is no secret of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    pub(super) fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub(super) fn as_stored(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// Checks a password that is about to be set: its length, and that it is neither what everyone knows of the person nor
/// what everyone takes. There are no rules of composition; they make passwords worse.
///
/// # Errors
/// What is wrong with it, for the field named.
pub fn check(field: &'static str, password: &Secret, email: &Email, name: &Name) -> Result<(), FieldError> {
    let password = composed(password);
    let chars = password.expose().chars().count();
    let refuse = |code, message: String| Err(FieldError::new(field, code, message));
    if chars < MIN_CHARS {
        return refuse("too_short", format!("Use at least {MIN_CHARS} characters; a sentence is fine."));
    }
    if chars > MAX_CHARS {
        return refuse("too_long", format!("Use at most {MAX_CHARS} characters."));
    }
    let typed = Secret::from(password.expose().trim().to_lowercase());
    if typed.is_empty() || common::is_known_of(typed.expose(), &email.key(), &name.as_str().to_lowercase()) {
        let message = "Choose something else than your name or e-mail address, or ours.";
        return refuse("guessable", message.to_owned());
    }
    if common::is_common(typed.expose()) {
        let message = "Attackers try this one first. Take a few words that only you would put together.";
        return refuse("common", message.to_owned());
    }
    Ok(())
}

/// Hashes a password with a fresh salt.
///
/// # Errors
/// [`Fault`] where the computation fails.
pub(super) async fn hash(app: &App, password: &Secret) -> Result<PasswordHash, Fault> {
    let password = composed(password);
    let salt = app.rng.bytes::<16>();
    let hashed = app.slow(Slow::Password, move || {
        let hashed: Result<Phc, _> =
            Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt);
        hashed.map(|hash| PasswordHash(hash.to_string())).map_err(|error| Fault::Other(error.to_string()))
    });
    hashed.await?
}

/// Whether the password is the one that was hashed; takes as long where there is no hash.
///
/// # Errors
/// [`Fault`] where the computation fails.
pub(super) async fn verify(app: &App, password: &Secret, hash: Option<&PasswordHash>) -> Result<bool, Fault> {
    let hash = hash.map_or(FITS_NOTHING, PasswordHash::as_stored).to_owned();
    let password = composed(password);
    app.slow(Slow::Password, move || {
        let phc = Phc::new(&hash).map_err(|error| Fault::Sealed(format!("a password hash: {error}")))?;
        Ok(Argon2::default().verify_password(password.expose().as_bytes(), &phc).is_ok())
    })
    .await?
}

/// The same password whichever way a keyboard composes its letters.
fn composed(password: &Secret) -> Secret {
    Secret::from(password.expose().nfc().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn checked(password: &str) -> Result<(), &'static str> {
        let email = Email::parse("Ada.Lovelace@x.example").unwrap();
        let name = Name::parse("Ada Lovelace King").unwrap();
        check("new", &Secret::from(password), &email, &name).map_err(|error| error.code)
    }

    #[test]
    fn length_counts_and_nothing_else_does() {
        assert_eq!(checked("twelve chars"), Ok(()));
        assert_eq!(checked("eleven char"), Err("too_short"));
        let long: String =
            (0..).flat_map(|n| format!("été {n} ").chars().collect::<Vec<_>>()).take(MAX_CHARS).collect();
        assert_eq!(checked(&long), Ok(()));
        assert_eq!(checked(&format!("{long}é")), Err("too_long"));
        assert_eq!(checked("ada.lovelace@X.example"), Err("guessable"));
        assert_eq!(checked(" ADA LOVELACE KING "), Err("guessable"));
        assert_eq!(checked("            "), Err("guessable"));
        assert_eq!(checked("Unbelievable"), Err("common"));
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let test = testing::app().await;
        let secret = Secret::from("caf\u{e9} at midnight");
        let stored = hash(&test.app, &secret).await.unwrap();
        assert!(verify(&test.app, &secret, Some(&stored)).await.unwrap());
        let decomposed = Secret::from("cafe\u{301} at midnight");
        assert!(verify(&test.app, &decomposed, Some(&stored)).await.unwrap());
        assert!(!verify(&test.app, &Secret::from("Caf\u{e9} at midnight"), Some(&stored)).await.unwrap());
        assert!(!verify(&test.app, &secret, None).await.unwrap());
        assert_ne!(stored, hash(&test.app, &secret).await.unwrap(), "each hash has its own salt");
    }

    #[tokio::test]
    async fn nobody_is_compared_at_the_same_cost_as_everyone() {
        let test = testing::app().await;
        let stored = hash(&test.app, &Secret::from("any password")).await.unwrap();
        let cost = |text: &str| {
            let phc = Phc::new(text).unwrap();
            (phc.algorithm, phc.version, phc.params.to_string(), phc.hash.map(|hash| hash.len()))
        };
        assert_eq!(cost(FITS_NOTHING), cost(stored.as_stored()));
    }
}
