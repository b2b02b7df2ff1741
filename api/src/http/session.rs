//! Signing in and out, one's own sessions, one's own account.

use countersign_entities::ids::SessionId;
use poem::{Result, web::Data};
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};

use super::{
    answers::answers,
    auth::{self, Access},
    caller::Caller,
    cookie,
    input::Input,
    operators::OperatorBody,
    problem::{Problem, ProblemField, time},
    refused::Refused,
};
use crate::{
    app::App,
    operators::{self, Operator, OperatorError, OwnSession, Session, second_factor, session, sign_in},
    secret::Secret,
};

/// Sessions and one's own account.
pub struct SessionApi;

/// How somebody signs in: `email` and `password`, or `link`; with `totp` where the person has a second factor.
#[derive(Object)]
struct SignIn {
    /// The e-mail address.
    email: Option<String>,
    /// The password.
    password: Option<String>,
    /// The token at the end of a one-time sign-in link.
    link: Option<String>,
    /// A code of the second factor, or a recovery code; without it, 401 `totp_required` asks for one.
    totp: Option<String>,
}

/// Who is signed in.
#[derive(Object)]
struct Me {
    /// The person.
    operator: OperatorBody,
    /// For the header `X-CSRF-Token`, the same for the session's life; null for an API token, which needs none.
    csrf_token: Option<String>,
    /// How many recovery codes are left; null without a second factor.
    recovery_codes_left: Option<u64>,
}

/// One of one's own sessions.
#[derive(Object)]
struct SessionBody {
    /// Its id.
    id: String,
    /// When it began.
    created_at: String,
    /// When it was last used, to the minute.
    seen_at: String,
    /// When it ends at the latest.
    expires_at: String,
    /// The browser with which it began.
    user_agent: Option<String>,
    /// The address from which it began.
    address: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// One's own sessions.
#[derive(Object)]
struct Sessions {
    /// The sessions, newest first.
    items: Vec<SessionBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

/// A new password.
#[derive(Object)]
struct NewPassword {
    /// The present one; not needed in a session that came from a sign-in link.
    current: Option<String>,
    /// The new one.
    new: String,
}

answers! {
    /// Signing in.
    BeginSession {
        /// Signed in. The cookie is the session; one that came with the request is over.
        #[oai(status = 201)]
        Begun(Json<Me>, #[oai(header = "Set-Cookie")] String),
    }
    refuses [Malformed Unauthenticated Forbidden TooLarge UnsupportedType Invalid TooMany Internal Unavailable]
}

answers! {
    /// Signing out.
    EndSession {
        /// Signed out.
        #[oai(status = 204)]
        Ended(#[oai(header = "Set-Cookie")] String),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Looking at one's own sessions.
    ListSessions {
        /// The sessions that can be used.
        #[oai(status = 200)]
        Listed(Json<Sessions>),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Ending one of one's own sessions.
    RevokeSession {
        /// It is over.
        #[oai(status = 204)]
        Revoked,
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

answers! {
    /// Ending all of one's own sessions but this one.
    RevokeOthers {
        /// They are over.
        #[oai(status = 204)]
        Revoked,
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Looking at who is signed in.
    ShowMe {
        /// This is who it is.
        #[oai(status = 200)]
        Shown(Json<Me>),
    }
    refuses [Unauthenticated Internal Unavailable]
}

answers! {
    /// Setting one's own password.
    SetPassword {
        /// It is set; all other sessions of this person are over.
        #[oai(status = 204)]
        Set,
    }
    refuses [Malformed Unauthenticated Forbidden TooLarge UnsupportedType Invalid TooMany Internal Unavailable]
}

#[OpenApi]
impl SessionApi {
    /// Sign in by password or by a one-time link
    #[oai(path = "/session", method = "post", operation_id = "begin_session")]
    async fn begin(
        &self,
        app: Data<&App>,
        caller: Data<&Caller>,
        input: Input<SignIn>,
    ) -> Result<BeginSession> {
        let work = async {
            let session = sign_in(&app, &caller, input.read()?).await?;
            leave(&app, &caller).await;
            let cookie = cookie::set(&session, &app.timing.sign_in, app.config.server.is_https());
            // That they cannot be counted must not lose the cookie.
            let left = second_factor::codes_left(&app, &session.operator).await.unwrap_or(None);
            let me = me(&session.operator, Some(&session.csrf_token), left);
            Ok(BeginSession::Begun(Json(me), text(&cookie)))
        };
        auth::answer(&app, work).await
    }

    /// Sign out
    #[oai(path = "/session", method = "delete", operation_id = "end_session")]
    async fn end(&self, access: Access, app: Data<&App>) -> Result<EndSession> {
        let work = async {
            session::sign_out(&app, access.principal(), &access.session()?.id).await?;
            Ok(EndSession::Ended(text(&cookie::clear(app.config.server.is_https()))))
        };
        access.answer(&app, "session.end", work).await
    }

    /// One's own sessions
    #[oai(path = "/sessions", method = "get", operation_id = "list_sessions")]
    async fn list(&self, access: Access, app: Data<&App>) -> Result<ListSessions> {
        let work = async {
            let current = &access.session()?.id;
            let sessions = session::list_own(&app, &access.in_person()?, Some(current)).await?;
            let items = sessions.into_iter().map(SessionBody::from).collect();
            Ok(ListSessions::Listed(Json(Sessions { items, next: None })))
        };
        access.answer(&app, "session.list", work).await
    }

    /// End all of one's own sessions but this one
    #[oai(path = "/sessions", method = "delete", operation_id = "revoke_other_sessions")]
    async fn revoke_others(&self, access: Access, app: Data<&App>) -> Result<RevokeOthers> {
        let work = async {
            session::revoke_others(&app, &access.in_person()?, &access.session()?.id).await?;
            Ok(RevokeOthers::Revoked)
        };
        access.answer(&app, "session.revoke_others", work).await
    }

    /// End one of one's own sessions
    #[oai(path = "/sessions/:id", method = "delete", operation_id = "revoke_session")]
    async fn revoke(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<RevokeSession> {
        let work = async {
            let person = access.in_person()?;
            let id: SessionId = id.parse().map_err(|_| OperatorError::SessionNotFound)?;
            session::revoke_own(&app, &person, &id).await?;
            Ok(RevokeSession::Revoked)
        };
        access.answer(&app, "session.revoke", work).await
    }

    /// Who is signed in
    #[oai(path = "/me", method = "get", operation_id = "show_me")]
    async fn me(&self, access: Access, app: Data<&App>) -> Result<ShowMe> {
        let work = async {
            let operator = operators::people::find(&app, access.principal().id()).await?;
            let csrf_token = access.session().ok().map(|session| &session.csrf_token);
            let left = second_factor::codes_left(&app, &operator).await?;
            Ok(ShowMe::Shown(Json(me(&operator, csrf_token, left))))
        };
        access.answer(&app, "me.show", work).await
    }

    /// Set one's own password
    #[oai(path = "/me/password", method = "put", operation_id = "set_password")]
    async fn set_password(
        &self,
        access: Access,
        app: Data<&App>,
        input: Input<NewPassword>,
    ) -> Result<SetPassword> {
        let work = async {
            let (person, session) = (access.in_person()?, access.session()?);
            let NewPassword { current, new } = input.read()?;
            operators::set_password(&app, &person, session, current.map(Secret::from), Secret::from(new))
                .await?;
            Ok(SetPassword::Set)
        };
        access.answer(&app, "password.set", work).await
    }
}

fn me(operator: &Operator, csrf_token: Option<&Secret>, recovery_codes_left: Option<u64>) -> Me {
    let csrf_token = csrf_token.map(|token| token.expose().to_owned());
    Me { operator: OperatorBody::from(operator), csrf_token, recovery_codes_left }
}

/// Ends the session that this client was in, so that none is left behind. Somebody has come in by now: that it could not
/// be ended keeps nobody out.
async fn leave(app: &App, caller: &Caller) {
    if let (Some(principal), Some(session)) = (&caller.principal, &caller.session)
        && let Err(fault) = session::sign_out(app, principal, &session.id).await
    {
        tracing::warn!(%fault, "the session before could not be ended");
    }
}

async fn sign_in(app: &App, caller: &Caller, input: SignIn) -> Result<Session, Refused> {
    let (net, via) = (&caller.net, caller.via);
    let code = input.totp.clone().map(Secret::from);
    match input {
        SignIn { link: Some(link), email: None, password: None, .. } => {
            Ok(sign_in::with_link(app, net, via, &Secret::from(link), code).await?)
        }
        SignIn { link: None, email: Some(email), password: Some(password), .. } => {
            Ok(sign_in::with_password(app, net, via, &email, Secret::from(password), code).await?)
        }
        SignIn { link: Some(_), .. } => {
            Err(wrong("link", "ambiguous", "Send either the link, or e-mail and password."))
        }
        SignIn { email: None, .. } => {
            Err(wrong("email", "missing", "Send your e-mail address and password, or a link."))
        }
        SignIn { .. } => Err(wrong("password", "missing", "Send your password, too.")),
    }
}

fn wrong(field: &str, code: &str, message: &str) -> Refused {
    Problem::fields(vec![ProblemField::new(field, code, message)]).into()
}

fn text(cookie: &poem::http::HeaderValue) -> String {
    cookie.to_str().unwrap_or_default().to_owned()
}

impl From<OwnSession> for SessionBody {
    fn from(session: OwnSession) -> Self {
        Self {
            id: session.id.to_string(),
            created_at: time(session.created_at),
            seen_at: time(session.seen_at),
            expires_at: time(session.expires_at),
            user_agent: session.user_agent,
            address: session.address,
            is_current: session.is_current,
        }
    }
}
