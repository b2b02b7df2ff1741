//! API tokens: machines that act for whoever made them.

use std::time::Duration;

use countersign_api::app::App;
use countersign_api::error::FieldError;
use countersign_api::operators::{
    Admin, NewToken, OperatorError, Token, TokenScope, TokenState, people, token,
};
use countersign_api::{Timestamp, secret::Secret};
use poem::handler;
use poem::web::Path;

use crate::views::form;
use crate::views::tokens as view;
use crate::web::refused::field_errors;
use crate::web::{Answer, Form, Message, Refused, Visit, id, page, page_as, see_with};

/// `GET /tokens`
#[handler]
pub(super) async fn list(visit: Visit) -> Answer {
    let tokens = all(&visit, &visit.admin()?).await?;
    Ok(page(view::page(&visit.frame().await?, &tokens)))
}

/// `POST /tokens`
#[handler]
pub(super) async fn create(visit: Visit, form: Form) -> Answer {
    let (admin, name) = (visit.admin()?, form.text("token_name"));
    let scopes: Vec<TokenScope> = form.all("scope").filter_map(scope).collect();
    match make(&visit, &admin, &form, &scopes).await {
        Ok(secret) => {
            let all = all(&visit, &admin).await.unwrap_or_default();
            let tokens = view::Tokens { issued: issued(name, &secret), ..all };
            Ok(page(view::page(&visit.frame_or_bare().await, &tokens)))
        }
        Err(error) => {
            let errors = field_errors(error, &RENAMED)?;
            let tokens = again(all(&visit, &admin).await?, &visit.shown_again(name), &scopes, errors);
            answer(&visit, 422, &view::Tokens { expires: form.text("expires").to_owned(), ..tokens }).await
        }
    }
}

async fn make(
    visit: &Visit,
    admin: &Admin,
    form: &Form,
    scopes: &[TokenScope],
) -> Result<Secret, OperatorError> {
    let expires_at = end(&visit.app, form.text("expires"))?;
    let new = NewToken { name: form.text("token_name").to_owned(), scopes: scopes.to_vec(), expires_at };
    Ok(token::create(&visit.app, admin, new).await?.1)
}

/// Fields of the service that have another name in the form.
const RENAMED: [(&str, &str); 3] = [("name", "token_name"), ("scopes", "scope"), ("expires_at", "expires")];

/// When a token ends whose life was chosen among those that are offered; where none was, after the usual one.
fn end(app: &App, life: &str) -> Result<Option<Timestamp>, FieldError> {
    let after = |life| Ok(Some(app.now().plus(life)));
    match life {
        "" => after(app.timing.sign_in.token_ttl),
        view::NEVER => Ok(None),
        days => match days.parse::<u64>().ok().filter(|_| view::is_offered(days)) {
            Some(days) => after(Duration::from_hours(days * 24)),
            None => Err(FieldError::new("expires_at", "unknown", "Choose one of the times in the list.")),
        },
    }
}

/// The answer to a form, which stands at the list's own address.
async fn answer(visit: &Visit, status: u16, tokens: &view::Tokens) -> Answer {
    Ok(page_as(status, view::page(&visit.frame().await?, tokens)))
}

fn issued(name: &str, secret: &Secret) -> Option<(String, String)> {
    Some((name.trim().to_owned(), secret.expose().to_owned()))
}

fn again(
    tokens: view::Tokens,
    name: &str,
    scopes: &[TokenScope],
    errors: Vec<form::FieldError>,
) -> view::Tokens {
    let scopes = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    view::Tokens { name: name.to_owned(), scopes, errors, ..tokens }
}

/// `POST /tokens/{id}/revoke`
#[handler]
pub(super) async fn revoke(visit: Visit, Path(token): Path<String>, _form: Form) -> Answer {
    token::revoke(&visit.app, &visit.admin()?, &id(&token)?).await?;
    Ok(see_with(&visit, "/tokens", Message::TokenRevoked))
}

async fn all(visit: &Visit, _: &Admin) -> Result<view::Tokens, Refused> {
    let tokens = token::list(&visit.app).await?;
    let owners = people::names(&visit.app, tokens.iter().map(|token| token.operator_id.clone())).await?;
    let now = visit.app.now();
    let items = tokens.into_iter().map(|token| {
        let owner = owners.get(&token.operator_id).cloned().unwrap_or_default();
        shown(token, owner, now)
    });
    Ok(view::Tokens { items: items.collect(), ..view::Tokens::default() })
}

fn shown(token: Token, owner: String, now: Timestamp) -> view::Token {
    view::Token {
        owner,
        state: match token.state(now) {
            TokenState::Active => view::State::Active,
            TokenState::Expired => view::State::Expired,
            TokenState::Revoked => view::State::Revoked(why(token.revoked_why.as_deref())),
        },
        scopes: token.scope_words().join(", "),
        created_at: token.created_at.micros(),
        used_at: token.last_used_at.map(|at| at.micros()),
        expires_at: token.expires_at.map(|at| at.micros()),
        id: token.id.to_string(),
        name: token.name,
    }
}

/// Why a token was ended, where it was not by its own button.
fn why(word: Option<&str>) -> Option<&'static str> {
    match word {
        Some("disabled") => Some("its person was disabled"),
        Some("role_lost") => Some("its person lost the role"),
        Some("password_reset") => Some("its person’s password was lost"),
        _ => None,
    }
}

/// A word that is no scope is passed over.
fn scope(word: &str) -> Option<TokenScope> {
    TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word)
}
