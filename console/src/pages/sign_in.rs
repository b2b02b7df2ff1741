//! The door: password and second factor, one-time link, out again.

use countersign_api::actor::Via;
use countersign_api::error::{Kind, Refusal as _};
use countersign_api::http::cookie;
use countersign_api::operators::{
    DeadLink, LinkPreview, Session, SignInError, link, session, sign_in as door,
};
use countersign_api::secret::Secret;
use poem::web::{Path, Query};
use poem::{Response, handler};

use crate::views::error_page::{self, Kept};
use crate::views::sign_in as view;
use crate::web::error::with_wait;
use crate::web::form::kept_through_sign_in;
use crate::web::refused::{sentence, status_of};
use crate::web::theme::return_path;
use crate::web::{
    Answer, Form, Message, OpenForm, Refused, Visit, kept, page, page_as, see, see_with, with_cookie,
};

/// What the address of the door says.
#[derive(serde::Deserialize)]
pub(super) struct Coming {
    #[serde(default)]
    return_to: String,
    ended: Option<String>,
}

/// `GET /sign-in`
#[handler]
pub(super) async fn show(visit: Visit, Query(coming): Query<Coming>) -> Answer {
    let return_to = return_path(&coming.return_to).to_owned();
    if visit.signed_in().is_some() {
        return Ok(see(&return_to));
    }
    let has_ended = coming.ended.is_some();
    let model = view::SignIn { return_to, has_ended, ..view::SignIn::default() };
    Ok(page(view::page(&visit.frame().await?, &model)))
}

/// `POST /sign-in`
#[handler]
pub(super) async fn sign_in(visit: Visit, form: OpenForm) -> Answer {
    let session = match step(&visit, &form).await {
        Ok(session) => session,
        Err(SignInError::CodeRequired(Some(ticket))) => {
            return second_step(&visit, &form, 200, ticket.expose(), None).await;
        }
        Err(error @ (SignInError::CodeRequired(None) | SignInError::CodeWrong)) => {
            let words = Some(code_words(&error));
            return second_step(&visit, &form, 401, form.text("ticket"), words).await;
        }
        Err(error) => return refused(&visit, &form, error).await,
    };
    leave_for_another(&visit).await;
    let answer = match kept_through_sign_in(&form) {
        Some(form) => kept_again(&visit, &session, &form).await,
        None => signed_in(&visit, &form, &session),
    };
    Ok(enter(&visit, &session, answer))
}

/// What was kept through the sign-in, to be sent again in the new session.
async fn kept_again(visit: &Visit, session: &Session, form: &Kept) -> Response {
    match visit.in_session(session).await {
        Ok(visit) => page(kept::again(&visit, form).await),
        // Through the door once more; neither the cookie nor what was typed is lost.
        Err(_) => page(error_page::session_ended(&visit.bare_frame(), form, "", None)),
    }
}

/// The first step brings a password, the second a ticket that stands for it.
async fn step(visit: &Visit, form: &OpenForm) -> Result<Session, SignInError> {
    let (app, net) = (&visit.app, &visit.caller.net);
    if form.given("ticket").is_some() {
        return door::with_ticket(app, net, Via::Page, &form.secret("ticket"), &form.secret("totp")).await;
    }
    door::with_password(app, net, Via::Page, form.text("email"), form.secret("password"), None).await
}

/// To where one wanted to go; after a recovery code, to where it says how many are left.
fn signed_in(visit: &Visit, form: &OpenForm, session: &Session) -> Response {
    if session.by_recovery_code {
        return see_with(visit, "/account/second-factor", Message::SignedInByRecovery);
    }
    see_with(visit, return_path(form.text("return_to")), Message::SignedIn)
}

async fn second_step(
    visit: &Visit,
    form: &OpenForm,
    status: u16,
    ticket: &str,
    refused: Option<String>,
) -> Answer {
    let return_to = return_path(form.text("return_to")).to_owned();
    let model =
        view::SecondStep { ticket: ticket.to_owned(), refused, return_to, kept: kept_through_sign_in(form) };
    let mut frame = visit.frame().await?;
    "/sign-in".clone_into(&mut frame.here);
    Ok(page_as(status, view::second_step(&frame, &model)))
}

fn code_words(error: &SignInError) -> String {
    match error {
        SignInError::CodeRequired(_) => "Type a code, or a recovery code.".to_owned(),
        other => sentence(&other.to_string()),
    }
}

async fn refused(visit: &Visit, form: &OpenForm, error: SignInError) -> Answer {
    if error.fault().is_some() {
        return Err(error.into());
    }
    if error.kind() == Kind::TooMany && form.given("ticket").is_some() {
        // The password was right, and the ticket for it stays good.
        let words = Some(sentence(&error.to_string()));
        let answer = second_step(visit, form, 429, form.text("ticket"), words).await?;
        return Ok(with_wait(answer, &error));
    }
    let (status, words) = (status_of(error.kind()), sentence(&error.to_string()));
    let email = visit.shown_again(form.text("email"));
    let mut frame = visit.frame().await?;
    "/sign-in".clone_into(&mut frame.here);
    let door = match kept_through_sign_in(form) {
        Some(kept) => error_page::session_ended(&frame, &kept, &email, Some(&words)),
        None => {
            let return_to = return_path(form.text("return_to")).to_owned();
            let refused = Some(words);
            view::page(&frame, &view::SignIn { email, refused, return_to, has_ended: false })
        }
    };
    Ok(with_wait(page_as(status, door), &error))
}

/// `GET /sign-in/{token}`. It uses nothing up: whoever fetches links ahead does not spend it.
#[handler]
pub(super) async fn behind_link(visit: Visit, Path(token): Path<String>) -> Answer {
    match link::peek_link(&visit.app, &Secret::from(token.as_str())).await? {
        Ok(preview) => Ok(page(view::one_time_link(&visit.frame().await?, &shown(&visit, &token, preview)))),
        Err(why) => dead(&visit, why).await,
    }
}

/// `POST /sign-in/{token}`
#[handler]
pub(super) async fn use_link(visit: Visit, Path(token): Path<String>, form: OpenForm) -> Answer {
    let secret = Secret::from(token.as_str());
    let preview = link::peek_link(&visit.app, &secret).await?;
    if let Some(preview) = preview.ok().filter(|preview| other(&visit, preview).is_some())
        && form.text("switch") != "yes"
    {
        return Ok(page(view::one_time_link(&visit.frame().await?, &shown(&visit, &token, preview))));
    }
    match through_link(&visit, &secret, &form).await {
        Ok(session) => {
            leave_for_another(&visit).await;
            Ok(enter(&visit, &session, see("/account/password")))
        }
        Err(SignInError::Link(why)) => dead(&visit, why).await,
        Err(error) if is_about_code(&error) => code_again(&visit, &token, &secret, &error).await,
        Err(error) => Err(error.into()),
    }
}

async fn through_link(visit: &Visit, link: &Secret, form: &OpenForm) -> Result<Session, SignInError> {
    let code = form.given("totp").map(Secret::from);
    door::with_link(&visit.app, &visit.caller.net, Via::Page, link, code).await
}

/// What another code, or a recovery code, may mend.
fn is_about_code(error: &SignInError) -> bool {
    matches!(error, SignInError::CodeRequired(_) | SignInError::CodeWrong | SignInError::TooManyCodes(_))
}

/// The link's page again, which is not used up.
async fn code_again(visit: &Visit, token: &str, link: &Secret, error: &SignInError) -> Answer {
    match link::peek_link(&visit.app, link).await? {
        Ok(preview) => {
            let refused = Some(code_words(error));
            let model = view::OneTimeLink { refused, ..shown(visit, token, preview) };
            let answer = page_as(status_of(error.kind()), view::one_time_link(&visit.frame().await?, &model));
            Ok(with_wait(answer, error))
        }
        Err(why) => dead(visit, why).await,
    }
}

/// `POST /sign-out`
#[handler]
pub(super) async fn sign_out(visit: Visit, _form: Form) -> Answer {
    leave(&visit).await?;
    let answer = see_with(&visit, "/sign-in", Message::SignedOut);
    Ok(with_cookie(answer, cookie::clear(visit.is_secure())))
}

fn shown(visit: &Visit, token: &str, preview: LinkPreview) -> view::OneTimeLink {
    view::OneTimeLink {
        action: format!("/sign-in/{token}"),
        signed_in_as: other(visit, &preview),
        asks_code: preview.asks_code,
        refused: None,
        name: preview.name,
        expires_at: preview.expires_at.micros(),
    }
}

/// The name of somebody else who is signed in here.
fn other(visit: &Visit, preview: &LinkPreview) -> Option<String> {
    let (principal, _) = visit.signed_in()?;
    (*principal.id() != preview.operator_id).then(|| principal.person().name.clone())
}

async fn dead(visit: &Visit, why: DeadLink) -> Answer {
    let (status, why) = match why {
        DeadLink::Used => (410, view::DeadLink::Used),
        DeadLink::Expired => (410, view::DeadLink::Expired),
        DeadLink::Unknown => (404, view::DeadLink::Unknown),
    };
    let mut frame = visit.frame().await?;
    "/sign-in".clone_into(&mut frame.here);
    Ok(page_as(status, view::dead_link(&frame, why)))
}

/// Ends the session that this browser is in, so that none is left behind.
async fn leave(visit: &Visit) -> Result<(), Refused> {
    if let Some((principal, session)) = visit.signed_in() {
        session::sign_out(&visit.app, principal, &session.id).await?;
    }
    Ok(())
}

/// As [`leave`], once somebody has come in: that the session before could not be ended keeps nobody out.
async fn leave_for_another(visit: &Visit) {
    if leave(visit).await.is_err() {
        tracing::warn!("the session before could not be ended");
    }
}

fn enter(visit: &Visit, session: &Session, answer: Response) -> Response {
    with_cookie(answer, cookie::set(session, &visit.app.timing.sign_in, visit.is_secure()))
}
