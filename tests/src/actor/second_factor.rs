//! A person's second factor: the app that shows codes, and the recovery codes in a drawer.

use countersign_api::Timestamp;
use serde_json::{Value, json};

use super::Actor;
use crate::answer::Answer;
use crate::captured::{Captured, Forbidden};

/// What a person has beside the password.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    /// The secret in the app, in base32.
    pub secret: String,
    /// The recovery codes.
    pub codes: Vec<String>,
}

impl SecondFactor {
    /// Notes the secret as what must not be kept.
    pub fn of(captured: &Captured, secret: &str) -> Self {
        captured.secret("the secret of a second factor", secret, Forbidden::AtRest);
        Self { secret: secret.to_owned(), codes: Vec::new() }
    }

    /// With recovery codes, which must not be kept either.
    #[must_use]
    pub fn with_codes(self, captured: &Captured, codes: Vec<String>) -> Self {
        for code in &codes {
            captured.secret("a recovery code", code, Forbidden::AtRest);
        }
        Self { codes, ..self }
    }

    /// What the app shows at a time.
    pub fn code(&self, now: Timestamp) -> String {
        let secret = totp_rs::Secret::try_from_base32(&self.secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(now.micros() / 1_000_000).unwrap()).to_string()
    }
}

/// The recovery codes in an answer.
pub fn codes_of(answer: &Value) -> Vec<String> {
    let codes = answer["recovery_codes"].as_array().unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

impl Actor {
    /// Turns a second factor on, at this time.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn turn_on_second_factor(&self, now: Timestamp) -> SecondFactor {
        let started = self.post("/me/totp", json!({"password": self.password})).await.is(201).json();
        let factor = SecondFactor::of(self.captured(), started["secret"].as_str().unwrap());
        let confirmed = self.post("/me/totp/confirm", json!({"code": factor.code(now)})).await;
        factor.with_codes(self.captured(), codes_of(&confirmed.is(200).json()))
    }

    /// Signs in with the password and a code.
    pub async fn sign_in_with(&self, code: &str) -> Answer {
        let body = json!({"email": self.email, "password": self.password, "totp": code});
        let answer = self.post("/session", body).await;
        self.remember_session(&answer);
        answer
    }
}
