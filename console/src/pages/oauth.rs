//! Coming back from Pinterest's consent page. Each way in which it can end has a page that says what to do; a success
//! leads on at once, so that the code leaves the address bar.

use countersign_api::connections::{self, CallbackQuery, CallbackRefused, Connection, Visitor};
use countersign_api::error::Refusal as _;
use countersign_api::pinterest::scope::Scopes;
use countersign_api::vocabulary::HoldReason;
use poem::error::MethodNotAllowedError;
use poem::http::{HeaderValue, header};
use poem::{Request, handler};

use crate::views::oauth_result::{self, OauthResult};
use crate::web::refused::status_of;
use crate::web::{Answer, Message, Refused, Visit, page_as, see_with};

/// `GET /oauth/callback`
#[handler]
pub(super) async fn callback(request: &Request, visit: Visit) -> Answer {
    let session = visit.signed_in().map(|(principal, session)| (session.id.clone(), principal.clone()));
    let visitor = Visitor { session, net: visit.caller.net.clone() };
    let query = CallbackQuery::parse(request.uri().query().unwrap_or_default());
    match connections::callback(&visit.app, visitor, query).await {
        Ok(connection) if connection.hold_reason == Some(HoldReason::Scope) => {
            let missing = missing(&visit, &connection).await?;
            answer(&visit, 200, &OauthResult::MissingScopes(missing)).await
        }
        Ok(_) => Ok(see_with(&visit, "/connections", Message::Connected)),
        Err(refused) => {
            // A no is an answer like any other.
            let is_denial = matches!(refused, CallbackRefused::Denied);
            let status = if is_denial { 200 } else { status_of(refused.kind()) };
            answer(&visit, status, &result(refused)?).await
        }
    }
}

/// `HEAD /oauth/callback`: whoever only looks at the address does not use the consent up.
#[handler]
pub(super) async fn look() -> poem::Result<()> {
    Err(MethodNotAllowedError.into())
}

/// The one table from refusals to pages.
fn result(refused: CallbackRefused) -> Result<OauthResult, Refused> {
    Ok(match refused {
        CallbackRefused::Denied => OauthResult::Denied,
        CallbackRefused::NoAccess(word) => OauthResult::NoAccess(word),
        CallbackRefused::Unknown => OauthResult::Unknown,
        CallbackRefused::Doubled => OauthResult::Damaged,
        CallbackRefused::Expired => OauthResult::Expired,
        CallbackRefused::Reused => OauthResult::Reused,
        CallbackRefused::OtherSession => OauthResult::OtherSession,
        CallbackRefused::Unanswered => OauthResult::NoAnswer,
        CallbackRefused::AccountUnread => OauthResult::AccountUnread,
        CallbackRefused::AlreadyConnected(name) => OauthResult::AlreadyConnected(format!("@{name}")),
        CallbackRefused::Ended => OauthResult::Ended,
        CallbackRefused::ExchangeUnanswered(_) => OauthResult::ExchangeFailed { code: None, message: None },
        CallbackRefused::ExchangeRefused(error) => {
            let code = error.code.map(|code| format!(", code {code}")).unwrap_or_default();
            OauthResult::ExchangeFailed {
                code: Some(format!("{}{code}", error.status)),
                message: error.message,
            }
        }
        CallbackRefused::OtherAccount { connected, got } => {
            OauthResult::Mismatched { expected: format!("@{connected}"), got: format!("@{got}") }
        }
        CallbackRefused::Forbidden(_) | CallbackRefused::Fault(_) => return Err(refused.into()),
    })
}

async fn missing(visit: &Visit, connection: &Connection) -> Result<Vec<String>, Refused> {
    let consent = connections::consent(&visit.app, &connection.id).await?;
    let granted = consent.map(|consent| consent.scopes).unwrap_or_default();
    Ok(granted.missing(&Scopes::publishing()).names().into_iter().map(str::to_owned).collect())
}

/// The address holds a code, if a worthless one: nothing on this page tells it to anybody.
async fn answer(visit: &Visit, status: u16, result: &OauthResult) -> Answer {
    let mut frame = visit.frame().await?;
    "/connections".clone_into(&mut frame.here);
    let mut response = page_as(status, oauth_result::page(&frame, result));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
