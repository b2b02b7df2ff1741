//! API tokens; for admins.

use countersign_entities::{Timestamp, ids::TokenId};
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path},
    payload::Json,
    types::MaybeUndefined,
};

use super::{
    answers::answers,
    auth::Access,
    idempotency::once,
    input::Input,
    problem::{Problem, ProblemField, time},
    refused::Refused,
};
use crate::{
    app::App,
    operators::{NewToken, OperatorError, Token, TokenScope, token},
};

/// API tokens.
pub struct TokensApi;

/// A token, without its secret.
#[derive(Object)]
struct TokenBody {
    /// The id, `tok_...`.
    id: String,
    /// What it is for.
    name: String,
    /// For whom it acts, `opr_...`.
    operator_id: String,
    /// What it may do, as far as that person may.
    scopes: Vec<String>,
    /// When it was made.
    created_at: String,
    /// When it was last used, to the minute.
    last_used_at: Option<String>,
    /// When it ends by itself; null where it does not.
    expires_at: Option<String>,
    /// Since when it does not work, where it was ended.
    revoked_at: Option<String>,
    /// Why it was ended: `revoked`, `disabled`, `role_lost`, `password_reset`.
    revoked_why: Option<String>,
    /// `active`, `expired` or `revoked`.
    state: String,
}

/// All tokens.
#[derive(Object)]
struct Tokens {
    /// The tokens, newest first, also revoked ones.
    items: Vec<TokenBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

/// A token to be made; it acts for whoever makes it.
#[derive(Object)]
struct TokenInput {
    /// What it is for.
    name: String,
    /// At least one of `drafts:read`, `drafts:write`, `publications:read`, `audit:read`, `audit:export`.
    scopes: Vec<String>,
    /// When it is to end by itself, as RFC 3339; within 3650 days. Absent: after 90 days. Null: never.
    expires_at: MaybeUndefined<String>,
}

/// A token that was made.
#[derive(Object)]
struct MadeToken {
    /// The id, `tok_...`.
    id: String,
    /// The secret, shown this once.
    token: String,
}

answers! {
    /// Looking at all tokens.
    ListTokens {
        /// All tokens.
        #[oai(status = 200)]
        Listed(Json<Tokens>),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Making a token.
    CreateToken {
        /// The token. Its secret is not shown again.
        #[oai(status = 201)]
        Created(Json<MadeToken>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Ending a token.
    RevokeToken {
        /// It does not work any more.
        #[oai(status = 204)]
        Revoked,
    }
    refuses [Unauthenticated Forbidden NotFound Conflict Internal Unavailable]
}

#[OpenApi]
impl TokensApi {
    /// All API tokens
    #[oai(path = "/tokens", method = "get", operation_id = "list_tokens")]
    async fn list(&self, access: Access, app: Data<&App>) -> Result<ListTokens> {
        access
            .answer(&app, "token.list", async {
                access.admin()?;
                let body = |token| TokenBody::of(token, app.now());
                let items = token::list(&app).await?.into_iter().map(body).collect();
                Ok(ListTokens::Listed(Json(Tokens { items, next: None })))
            })
            .await
    }

    /// Make an API token that acts for oneself
    #[oai(path = "/tokens", method = "post", operation_id = "create_token")]
    async fn create(
        &self,
        access: Access,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<TokenInput>,
    ) -> Result<CreateToken> {
        let work = async {
            let admin = access.admin()?;
            let made = once(&app, &access, "create_token", &key, input.sha256(), async {
                let (id, secret) = token::create(&app, &admin, new_token(&app, input.read()?)?).await?;
                Ok(MadeToken { id: id.to_string(), token: secret.expose().to_owned() })
            });
            Ok(CreateToken::Created(Json(made.await?)))
        };
        access.answer(&app, "token.create", work).await
    }

    /// End an API token
    #[oai(path = "/tokens/:id", method = "delete", operation_id = "revoke_token")]
    async fn revoke(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<RevokeToken> {
        access
            .answer(&app, "token.revoke", async {
                let admin = access.admin()?;
                let id: TokenId = id.parse().map_err(|_| OperatorError::TokenNotFound)?;
                token::revoke(&app, &admin, &id).await?;
                Ok(RevokeToken::Revoked)
            })
            .await
    }
}

fn new_token(app: &App, input: TokenInput) -> Result<NewToken, Refused> {
    let expires_at = match input.expires_at {
        MaybeUndefined::Undefined => Some(app.now().plus(app.timing.sign_in.token_ttl)),
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(text) => Some(moment(&text)?),
    };
    Ok(NewToken { name: input.name, scopes: parsed(&input.scopes)?, expires_at })
}

fn moment(text: &str) -> Result<Timestamp, Refused> {
    let read = text.parse::<jiff::Timestamp>();
    read.map(|at| Timestamp(at.as_microsecond())).map_err(|_| {
        let message = "Write a time as RFC 3339: 2027-01-31T00:00:00Z; or null for a token that never ends.";
        Problem::fields(vec![ProblemField::new("expires_at", "malformed", message)]).into()
    })
}

fn parsed(words: &[String]) -> Result<Vec<TokenScope>, Refused> {
    let scope = |word: &String| TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word);
    let scopes: Option<Vec<TokenScope>> = words.iter().map(scope).collect();
    scopes.ok_or_else(|| {
        let known = TokenScope::ALL.map(TokenScope::as_str).join(", ");
        let message = format!("There is no such scope. There are: {known}.");
        Problem::fields(vec![ProblemField::new("scopes", "unknown", message)]).into()
    })
}

impl TokenBody {
    fn of(token: Token, now: Timestamp) -> Self {
        Self {
            state: token.state(now).as_str().to_owned(),
            id: token.id.to_string(),
            scopes: token.scope_words(),
            name: token.name,
            operator_id: token.operator_id.to_string(),
            created_at: time(token.created_at),
            last_used_at: token.last_used_at.map(time),
            expires_at: token.expires_at.map(time),
            revoked_at: token.revoked_at.map(time),
            revoked_why: token.revoked_why,
        }
    }
}
