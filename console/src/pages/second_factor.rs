//! One's own second factor. What is shown once is an answer to a form and no page of its own.

use countersign_api::error::Refusal as _;
use countersign_api::operators::{OperatorError, people, second_factor};
use countersign_api::secret::Secret;
use poem::{Response, handler};

use crate::views::second_factor::{self as view, Failed, SecondFactor, Started};
use crate::web::refused::field_errors;
use crate::web::{Answer, Form, Message, Refused, Visit, page, page_as, see_with};

/// `GET /account/second-factor`
#[handler]
pub(super) async fn show(visit: Visit) -> Answer {
    Ok(page(view::page(&visit.frame().await?, &model(&visit).await?)))
}

/// `POST /account/second-factor`
#[handler]
pub(super) async fn start(visit: Visit, form: Form) -> Answer {
    match second_factor::start(&visit.app, &visit.reader()?, &form.secret("password")).await {
        Ok(started) => {
            let (secret, url) = (started.secret.expose().to_owned(), started.url.expose().to_owned());
            Ok(page(view::started(&visit.frame_or_bare().await, &Started { secret, url })))
        }
        Err(error) => refused(&visit, Failed::Start, error).await,
    }
}

/// `POST /account/second-factor/confirm`
#[handler]
pub(super) async fn confirm(visit: Visit, form: Form) -> Answer {
    let (person, code) = (visit.reader()?, form.secret("code"));
    let (_, session) = visit.signed_in().ok_or(Refused::SignIn)?;
    match second_factor::confirm(&visit.app, &person, session, &code).await {
        Ok(codes) => Ok(shown(&visit, codes, "It is on. All your other sessions ended.").await),
        Err(error) => {
            let errors = field_errors(error, &[])?;
            Ok(page_as(422, view::confirm(&visit.frame().await?, &errors)))
        }
    }
}

/// `POST /account/second-factor/codes`
#[handler]
pub(super) async fn renew_codes(visit: Visit, form: Form) -> Answer {
    let (person, password, code) = (visit.reader()?, form.secret("password"), form.secret("totp"));
    match second_factor::renew_codes(&visit.app, &person, &password, &code).await {
        Ok(codes) => Ok(shown(&visit, codes, "The older recovery codes do not work any more.").await),
        Err(error) => refused(&visit, Failed::Codes, error).await,
    }
}

/// `POST /account/second-factor/off`
#[handler]
pub(super) async fn remove(visit: Visit, form: Form) -> Answer {
    let (person, password, code) = (visit.reader()?, form.secret("password"), form.secret("totp"));
    match second_factor::remove(&visit.app, &person, &password, &code).await {
        Ok(()) => Ok(see_with(&visit, "/account", Message::FactorOff)),
        Err(error) => refused(&visit, Failed::Off, error).await,
    }
}

async fn shown(visit: &Visit, codes: Vec<Secret>, words: &str) -> Response {
    let codes: Vec<String> = codes.iter().map(|code| code.expose().to_owned()).collect();
    page(view::codes(&visit.frame_or_bare().await, &codes, words))
}

/// The page again, with what is wrong in one of its forms.
async fn refused(visit: &Visit, form: Failed, error: OperatorError) -> Answer {
    if error.fields().is_empty() {
        return Err(error.into());
    }
    let errors = field_errors(error, &[])?;
    let model = SecondFactor { failed: Some(form), errors, ..model(visit).await? };
    Ok(page_as(422, view::page(&visit.frame().await?, &model)))
}

async fn model(visit: &Visit) -> Result<SecondFactor, Refused> {
    let operator = people::find(&visit.app, visit.reader()?.id()).await?;
    let left = second_factor::codes_left(&visit.app, &operator).await?;
    let on = operator.second_factor_since().map(|since| since.micros()).zip(left);
    Ok(SecondFactor { on, has_password: operator.has_password(), ..SecondFactor::default() })
}
