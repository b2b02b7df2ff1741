//! The Pinterest accounts that this installation may write to.

mod shown;

use countersign_api::connections::{self, Connect, ConnectionError, NewBoard};
use countersign_api::drafts;
use countersign_api::ids::ConnectionId;
use countersign_review_fixtures::MAIN_ACCOUNT;
use poem::handler;
use poem::web::Path;

use crate::views::connections as view;
use crate::views::environment::Environment;
use crate::views::form::FieldError;
use crate::web::refused::{field_errors, sentence};
use crate::web::{Answer, Form, Message, Refused, Visit, id, page, page_as, see, see_with};

/// Where a person removes the app at Pinterest.
const APPS_AT_PINTEREST: &str = "https://www.pinterest.com/settings/security";

/// `GET /connections`
#[handler]
pub(super) async fn list(visit: Visit) -> Answer {
    answer(&visit, 200, offered(&visit), None).await
}

/// The form as it is offered. In rehearsal it names the account of the simulator that consents by one click.
fn offered(visit: &Visit) -> view::Connect {
    let account = if visit.app.config.is_rehearsal() { MAIN_ACCOUNT } else { "" };
    view::Connect { expected_username: account.to_owned(), ..view::Connect::default() }
}

/// `POST /connections`
#[handler]
pub(super) async fn connect(visit: Visit, form: Form) -> Answer {
    let (admin, session) = (visit.admin()?, session(&visit)?);
    let environment = form.text("environment").parse().map_err(|_| Refused::status(400))?;
    let typed = form.text("expected_username").to_owned();
    let input = Connect { environment, expected_username: Some(typed.clone()) };
    match connections::connect(&visit.app, &admin, &session, input).await {
        Ok(started) => Ok(see(started.authorize_url.as_str())),
        Err(error) => {
            let (errors, environment) = (field_errors(error, &[])?, environment.as_str().to_owned());
            let expected_username = visit.shown_again(&typed);
            let form = view::Connect { environment, expected_username, errors, ..view::Connect::default() };
            answer(&visit, 422, form, None).await
        }
    }
}

/// `POST /connections/{id}/confirm`
#[handler]
pub(super) async fn confirm(visit: Visit, Path(connection): Path<String>, _form: Form) -> Answer {
    connections::confirm(&visit.app, &visit.admin()?, &id(&connection)?).await?;
    Ok(see_with(&visit, "/connections", Message::Confirmed))
}

/// `POST /connections/{id}/reconnect`
#[handler]
pub(super) async fn reconnect(visit: Visit, Path(connection): Path<String>, _form: Form) -> Answer {
    let (admin, session) = (visit.admin()?, session(&visit)?);
    let started = connections::reconnect(&visit.app, &admin, &session, &id(&connection)?).await?;
    Ok(see(started.authorize_url.as_str()))
}

/// `GET /connections/{id}/disconnect`
#[handler]
pub(super) async fn ask_disconnect(visit: Visit, Path(connection): Path<String>) -> Answer {
    visit.admin()?;
    let connection = connections::find(&visit.app, &id(&connection)?).await?;
    let model = view::Disconnect {
        scheduled: waiting(&visit, &connection.id).await?,
        username: shown::name(&connection).unwrap_or_else(|| "this account".into()),
        revoke_url: APPS_AT_PINTEREST.into(),
        id: connection.id.to_string(),
    };
    Ok(page(view::disconnect(&visit.frame_in(connection.environment.as_str()).await?, &model)))
}

/// `POST /connections/{id}/disconnect`
#[handler]
pub(super) async fn disconnect(visit: Visit, Path(connection): Path<String>, _form: Form) -> Answer {
    connections::disconnect(&visit.app, &visit.admin()?, &id(&connection)?).await?;
    Ok(see_with(&visit, "/connections", Message::Disconnected))
}

/// `POST /connections/{id}/boards`
#[handler]
pub(super) async fn create_board(visit: Visit, Path(connection): Path<String>, form: Form) -> Answer {
    let author = visit.author()?;
    let (name, privacy) = (form.text("name").to_owned(), form.text("privacy").to_owned());
    let board = NewBoard { name: name.clone(), privacy: privacy.clone() };
    match connections::create_board(&visit.app, &author, &id(&connection)?, board).await {
        Ok(_) => Ok(see_with(&visit, "/connections", Message::BoardCreated)),
        Err(error) => {
            let errors = board_errors(error)?;
            let board = view::BoardForm { name: visit.shown_again(&name), privacy, errors };
            answer(&visit, 422, offered(&visit), Some((connection, board))).await
        }
    }
}

/// What is wrong with a board, by us or by Pinterest; what else may have gone wrong is no matter of the form.
fn board_errors(error: ConnectionError) -> Result<Vec<FieldError>, Refused> {
    match error {
        ConnectionError::Upstream(refused) => {
            Ok(vec![FieldError { field: "name".into(), words: sentence(&refused.to_string()) }])
        }
        other => field_errors(other, &[]),
    }
}

/// The session that a consent has to come back to.
fn session(visit: &Visit) -> Result<countersign_api::ids::SessionId, Refused> {
    visit.signed_in().map(|(_, session)| session.id.clone()).ok_or(Refused::SignIn)
}

/// The list, also as the answer to a form with errors; what was typed is in `form`, or in that of a connection's board.
async fn answer(
    visit: &Visit,
    status: u16,
    form: view::Connect,
    board: Option<(String, view::BoardForm)>,
) -> Answer {
    let person = visit.reader()?;
    let (mut items, gravest) = shown::all(visit, &person).await?;
    if let Some((connection, board)) = board {
        let item = items.iter_mut().find(|item| item.id == connection);
        item.ok_or_else(Refused::not_found)?.board = board;
    }
    let mut frame = visit.frame().await?;
    "/connections".clone_into(&mut frame.here);
    frame.environment = gravest.map_or(frame.environment, |gravest| gravest.max(frame.environment));
    let environments = connectable(visit);
    let start = person.admin().is_ok().then_some(view::Connect { environments, ..form });
    let is_trial = shown::is_production_closed(&visit.app);
    Ok(page_as(status, view::page(&frame, &view::Connections { items, connect: start, is_trial })))
}

fn connectable(visit: &Visit) -> Vec<Environment> {
    let codes = visit.app.endpoints.connectable();
    codes.iter().filter_map(|environment| Environment::parse(environment.as_str())).collect()
}

/// How many Pins are countersigned for an account and not sent yet.
async fn waiting(visit: &Visit, id: &ConnectionId) -> Result<u64, Refused> {
    Ok(drafts::count_countersigned(&visit.app, &visit.reader()?, id).await?)
}

/// Why an account is held, in the words with which the service refuses to use it.
fn held(connection: &connections::Connection) -> Option<String> {
    let reason = connection.held_for()?;
    Some(sentence(&ConnectionError::Held(reason).to_string()))
}
