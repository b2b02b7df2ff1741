//! One's own second factor.

use poem::{Result, web::Data};
use poem_openapi::{Object, OpenApi, payload::Json};

use super::{answers::answers, auth::Access, input::Input};
use crate::{app::App, operators::second_factor, secret::Secret};

/// One's own second factor.
pub struct SecondFactorApi;

/// The password, once more.
#[derive(Object)]
struct StartInput {
    /// The present password.
    password: String,
}

/// What an app takes to show codes. Shown this once.
#[derive(Object)]
struct StartedFactor {
    /// The secret in base32, to be typed into an app.
    secret: String,
    /// The same as an `otpauth://` address, for a QR code.
    otpauth_url: String,
}

/// The first code.
#[derive(Object)]
struct ConfirmInput {
    /// What the app shows now: six digits.
    code: String,
}

/// Recovery codes. Shown this once.
#[derive(Object)]
struct RecoveryCodes {
    /// Each signs in once in the place of a code.
    recovery_codes: Vec<String>,
}

/// The password and the second factor, once more.
#[derive(Object)]
struct ProofInput {
    /// The present password.
    password: String,
    /// A code of the second factor, or a recovery code.
    totp: String,
}

answers! {
    /// Beginning to turn on a second factor.
    StartFactor {
        /// The secret. Nothing is asked for at sign-in before `POST /me/totp/confirm`.
        #[oai(status = 201)]
        Started(Json<StartedFactor>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid TooMany Internal Unavailable]
}

answers! {
    /// Turning on a second factor.
    ConfirmFactor {
        /// It is on, and all other sessions of this person are over.
        #[oai(status = 200)]
        Confirmed(Json<RecoveryCodes>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid TooMany Internal Unavailable]
}

answers! {
    /// Turning off a second factor.
    RemoveFactor {
        /// It is off, and the recovery codes are gone.
        #[oai(status = 204)]
        Removed,
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid TooMany Internal Unavailable]
}

answers! {
    /// Making new recovery codes.
    RenewCodes {
        /// The new ones; the older ones do not work any more.
        #[oai(status = 200)]
        Renewed(Json<RecoveryCodes>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid TooMany Internal Unavailable]
}

#[OpenApi]
impl SecondFactorApi {
    /// Begin to turn on a second factor
    #[oai(path = "/me/totp", method = "post", operation_id = "start_totp")]
    async fn start(&self, access: Access, app: Data<&App>, input: Input<StartInput>) -> Result<StartFactor> {
        let work = async {
            let person = access.in_person()?;
            let password = Secret::from(input.read()?.password);
            let started = second_factor::start(&app, &person, &password).await?;
            let secret = started.secret.expose().to_owned();
            let otpauth_url = started.url.expose().to_owned();
            Ok(StartFactor::Started(Json(StartedFactor { secret, otpauth_url })))
        };
        access.answer(&app, "totp.start", work).await
    }

    /// Turn on a second factor by its first code
    #[oai(path = "/me/totp/confirm", method = "post", operation_id = "confirm_totp")]
    async fn confirm(
        &self,
        access: Access,
        app: Data<&App>,
        input: Input<ConfirmInput>,
    ) -> Result<ConfirmFactor> {
        let work = async {
            let (person, session) = (access.in_person()?, access.session()?);
            let code = Secret::from(input.read()?.code);
            let codes = second_factor::confirm(&app, &person, session, &code).await?;
            Ok(ConfirmFactor::Confirmed(Json(shown(codes))))
        };
        access.answer(&app, "totp.confirm", work).await
    }

    /// Turn off one's own second factor
    #[oai(path = "/me/totp", method = "delete", operation_id = "remove_totp")]
    async fn remove(
        &self,
        access: Access,
        app: Data<&App>,
        input: Input<ProofInput>,
    ) -> Result<RemoveFactor> {
        let work = async {
            let person = access.in_person()?;
            let ProofInput { password, totp } = input.read()?;
            second_factor::remove(&app, &person, &password.into(), &totp.into()).await?;
            Ok(RemoveFactor::Removed)
        };
        access.answer(&app, "totp.remove", work).await
    }

    /// Make new recovery codes
    #[oai(path = "/me/totp/recovery-codes", method = "post", operation_id = "renew_recovery_codes")]
    async fn renew(&self, access: Access, app: Data<&App>, input: Input<ProofInput>) -> Result<RenewCodes> {
        let work = async {
            let person = access.in_person()?;
            let ProofInput { password, totp } = input.read()?;
            let codes = second_factor::renew_codes(&app, &person, &password.into(), &totp.into()).await?;
            Ok(RenewCodes::Renewed(Json(shown(codes))))
        };
        access.answer(&app, "totp.renew_codes", work).await
    }
}

fn shown(codes: Vec<Secret>) -> RecoveryCodes {
    RecoveryCodes { recovery_codes: codes.iter().map(|code| code.expose().to_owned()).collect() }
}
