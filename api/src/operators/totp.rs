//! Time-based codes (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds, one step early or late.

use countersign_entities::Timestamp;
use totp_rs::{Algorithm, Builder, Secret as Shared, Totp};
use zeroize::Zeroizing;

use crate::{error::Fault, secret::Secret};

/// 160 bits, as RFC 4226 recommends.
pub(super) const SECRET_BYTES: usize = 20;
/// What an app shows.
pub(super) const DIGITS: usize = 6;

const STEP_SECONDS: u64 = 30;
const SKEW_STEPS: u16 = 1;
/// What an app calls the account by, beside the e-mail address.
const ISSUER: &str = "Countersign";

/// The secret in clear; wiped when dropped.
pub(super) type RawSecret = Zeroizing<[u8; SECRET_BYTES]>;

/// The step whose code was typed, counted from 1970; none where it is no code of now.
pub(super) fn step_of(secret: &RawSecret, typed: &str, now: Timestamp) -> Result<Option<i64>, Fault> {
    let seconds = u64::try_from(now.micros() / 1_000_000).unwrap_or_default();
    let step = totp(secret, None)?.check(typed, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The secret as people type it: base32.
pub(super) fn in_letters(secret: &RawSecret) -> Secret {
    Secret::from(Shared::from(**secret).to_base32())
}

/// The secret as an app reads it from a picture: an `otpauth://` address.
pub(super) fn address(secret: &RawSecret, email: &str) -> Result<Secret, Fault> {
    totp(secret, Some(email))?.to_url().map(Secret::from).map_err(unusable)
}

fn totp(secret: &RawSecret, account: Option<&str>) -> Result<Totp, Fault> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS as u8)
        .with_skew(SKEW_STEPS)
        .with_step_duration(STEP_SECONDS)
        .with_issuer(Some(ISSUER))
        .with_secret(**secret);
    account.into_iter().fold(builder, Builder::with_account_name).build().map_err(unusable)
}

fn unusable(error: totp_rs::TotpError) -> Fault {
    Fault::Other(format!("a second factor cannot be used: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn of_the_rfc() -> RawSecret {
        Zeroizing::new(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000)
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        // Of its eight digits the last six.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step_of(&of_the_rfc(), code, at(seconds)).unwrap(), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn one_step_early_or_late_is_taken_and_two_are_not() {
        let step = |seconds| step_of(&of_the_rfc(), "081804", at(seconds)).unwrap();
        let own = 1_111_111_109 / 30;
        let first = own * 30;
        assert_eq!([step(first - 30), step(first), step(first + 59)], [Some(own); 3]);
        assert_eq!([step(first - 31), step(first + 60)], [None; 2]);
    }

    #[test]
    fn an_app_is_told_who_and_where() {
        let told = address(&of_the_rfc(), "ada+pins@x.example").unwrap();
        let told = told.expose();
        assert!(told.starts_with("otpauth://totp/Countersign:ada%2Bpins%40x.example?"), "{told}");
        for part in ["secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "issuer=Countersign"] {
            assert!(told.contains(part), "{told}");
        }
        assert_eq!(in_letters(&of_the_rfc()).expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
