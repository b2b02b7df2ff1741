//! One's own account: sessions, password, keys.

use countersign_api::operators::{
    OwnSession, people, second_factor, session, set_password as set_own_password,
};
use poem::handler;
use poem::web::Path;

use crate::views::account as view;
use crate::views::form::FieldError;
use crate::views::sign_in::{SetPassword, set_password as password_view};
use crate::web::refused::field_errors;
use crate::web::{
    Answer, Form, Message, Refused, Visit, id, page, page_as, see_with, shortcuts, with_cookie,
};

/// `GET /account`
#[handler]
pub(super) async fn show(visit: Visit) -> Answer {
    let person = visit.reader()?;
    let current = visit.signed_in().map(|(_, session)| &session.id);
    let operator = people::find(&visit.app, person.id()).await?;
    let mut sessions = session::list_own(&visit.app, &person, current).await?;
    sessions.sort_by_key(|session| !session.is_current);
    let has_password = operator.has_password();
    let codes_left = second_factor::codes_left(&visit.app, &operator).await?;
    let sessions = sessions.into_iter().map(shown).collect();
    let model = view::Account { email: operator.email, has_password, codes_left, sessions };
    Ok(page(view::page(&visit.frame().await?, &model)))
}

fn shown(session: OwnSession) -> view::Session {
    view::Session {
        id: session.id.to_string(),
        is_current: session.is_current,
        user_agent: session.user_agent.unwrap_or_else(|| "A program that did not name itself".into()),
        address: session.address,
        created_at: session.created_at.micros(),
        seen_at: session.seen_at.micros(),
    }
}

/// `GET /account/password`
#[handler]
pub(super) async fn password(visit: Visit) -> Answer {
    Ok(page(password_view(&visit.frame().await?, &asked(&visit, Vec::new())?)))
}

/// `POST /account/password`
#[handler]
pub(super) async fn set_password(visit: Visit, form: Form) -> Answer {
    let (principal, session) = visit.signed_in().ok_or(Refused::SignIn)?;
    let errors = if form.text("new") == form.text("again") {
        let (person, current) = (principal.in_person()?, form.given("current").map(Into::into));
        match set_own_password(&visit.app, &person, session, current, form.secret("new")).await {
            Ok(()) => return Ok(see_with(&visit, "/", Message::PasswordSet)),
            Err(error) => field_errors(error, &[])?,
        }
    } else {
        let words = "The two are not the same. Type both again.".to_owned();
        vec![FieldError { field: "again".into(), words }]
    };
    let mut frame = visit.frame().await?;
    "/account/password".clone_into(&mut frame.here);
    Ok(page_as(422, password_view(&frame, &asked(&visit, errors)?)))
}

/// What the form asks: nothing but a new password in a session that came from a link.
fn asked(visit: &Visit, errors: Vec<FieldError>) -> Result<SetPassword, Refused> {
    let (principal, session) = visit.signed_in().ok_or(Refused::SignIn)?;
    let email = principal.person().email.clone();
    let may_skip = session.asks_password && session.may_skip_password;
    Ok(SetPassword { email, asks_current: !session.is_from_link, may_skip, errors })
}

/// `POST /account/sessions/{id}/revoke`
#[handler]
pub(super) async fn revoke_session(visit: Visit, Path(session): Path<String>, _form: Form) -> Answer {
    session::revoke_own(&visit.app, &visit.reader()?, &id(&session)?).await?;
    Ok(see_with(&visit, "/account", Message::SessionRevoked))
}

/// `POST /account/sessions/revoke`
#[handler]
pub(super) async fn revoke_others(visit: Visit, _form: Form) -> Answer {
    let person = visit.reader()?;
    let (_, current) = visit.signed_in().ok_or(Refused::SignIn)?;
    session::revoke_others(&visit.app, &person, &current.id).await?;
    Ok(see_with(&visit, "/account", Message::OthersRevoked))
}

/// `POST /account/shortcuts`
#[handler]
pub(super) async fn set_shortcuts(visit: Visit, form: Form) -> Answer {
    visit.reader()?;
    let is_on = form.text("enabled") == "yes";
    let message = if is_on { Message::KeysOn } else { Message::KeysOff };
    let answer = see_with(&visit, "/account", message);
    Ok(with_cookie(answer, shortcuts::write(is_on, visit.is_secure())))
}
