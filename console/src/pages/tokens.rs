//! API tokens: a section of the settings.

use countersign_api::operators::{Admin, TokenScope, people, token};
use countersign_api::secret::Secret;
use poem::handler;
use poem::web::Path;

use super::settings;
use crate::views::form::FieldError;
use crate::views::tokens as view;
use crate::web::refused::field_errors;
use crate::web::{Answer, Form, Message, Refused, Visit, id, see_with};

/// `POST /tokens`
#[handler]
pub(super) async fn create(visit: Visit, form: Form) -> Answer {
    let (admin, name) = (visit.admin()?, form.text("token_name"));
    let scopes: Vec<TokenScope> = form.all("scope").filter_map(scope).collect();
    match token::create(&visit.app, &admin, name, &scopes).await {
        Ok((_, secret)) => {
            let tokens = view::Tokens { issued: issued(name, &secret), ..section(&visit, &admin).await? };
            settings::answer(&visit, 200, Some(tokens)).await
        }
        Err(error) => {
            let errors = field_errors(error, &[("name", "token_name"), ("scopes", "scope")])?;
            let tokens = again(section(&visit, &admin).await?, name, &scopes, errors);
            settings::answer(&visit, 422, Some(tokens)).await
        }
    }
}

fn issued(name: &str, secret: &Secret) -> Option<(String, String)> {
    Some((name.trim().to_owned(), secret.expose().to_owned()))
}

fn again(tokens: view::Tokens, name: &str, scopes: &[TokenScope], errors: Vec<FieldError>) -> view::Tokens {
    let scopes = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
    view::Tokens { name: name.to_owned(), scopes, errors, ..tokens }
}

/// `POST /tokens/{id}/revoke`
#[handler]
pub(super) async fn revoke(visit: Visit, Path(token): Path<String>, _form: Form) -> Answer {
    token::revoke(&visit.app, &visit.admin()?, &id(&token)?).await?;
    Ok(see_with(&visit, "/settings#tokens", Message::TokenRevoked))
}

/// All tokens, for the page that shows the section.
pub(super) async fn section(visit: &Visit, _: &Admin) -> Result<view::Tokens, Refused> {
    let tokens = token::list(&visit.app).await?;
    let owners = people::names(&visit.app, tokens.iter().map(|token| token.operator_id.clone())).await?;
    let items = tokens.into_iter().map(|token| view::Token {
        owner: owners.get(&token.operator_id).cloned().unwrap_or_default(),
        scopes: token.scope_words().join(", "),
        used_at: token.last_used_at.map(|at| at.micros()),
        is_revoked: token.revoked_at.is_some(),
        id: token.id.to_string(),
        name: token.name,
    });
    Ok(view::Tokens { items: items.collect(), ..view::Tokens::default() })
}

/// A word that is no scope is passed over.
fn scope(word: &str) -> Option<TokenScope> {
    TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word)
}
