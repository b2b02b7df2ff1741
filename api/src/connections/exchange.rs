//! From a code to tokens: exchanged, stored, and only then used.

use countersign_entities::{
    ids::{EventId, GrantId},
    vocabulary::ConnectionState,
};

use super::{
    account,
    callback::{end_if_new, tell},
    connection::Connection,
    error::CallbackRefused,
    sealed,
    store::{self, Flow, Grant},
};
use crate::{
    actor::Actor,
    app::App,
    audit::{AuditedTx, Event, Happening, Outcome, Value, header::object},
    error::Fault,
    hooks::Point,
    pinterest::{
        calls::{Usable, millis, persist},
        error::UpstreamError,
        oauth::{self, TokenFailure, Tokens},
        scope::Scopes,
    },
    secret::Secret,
};

/// An exchange whose intent is committed.
#[derive(Clone)]
pub(super) struct Begun {
    /// The consent that it will bring.
    pub(super) grant: GrantId,
    /// The intent, which the outcome cites.
    pub(super) intent: EventId,
    /// Where the connection stood.
    pub(super) before: ConnectionState,
}

impl Begun {
    pub(super) fn new(app: &App, before: ConnectionState) -> Self {
        Self { grant: GrantId::from_random(app.random_id()), intent: app.event_id(), before }
    }

    /// The intent.
    pub(super) fn event(&self, app: &App, actor: &Actor, flow: &Flow) -> Event {
        let timeout_ms = millis(app.timing.calls.other_intent);
        let started = Happening::ExchangeStarted { grant: self.grant.to_string(), generation: 1, timeout_ms };
        Event { id: self.intent.clone(), ..tell(app, actor, flow, started) }
    }
}

/// Exchanges the code and sees whose account it is. It runs to its end even if the browser goes away, so that no token
/// is left over.
///
/// # Errors
/// [`CallbackRefused`].
pub(super) async fn run(
    app: &App,
    actor: Actor,
    flow: Flow,
    begun: Begun,
    code: Secret,
) -> Result<Connection, CallbackRefused> {
    let app = app.clone();
    let tasks = app.tasks.clone();
    let work = tasks.spawn(async move { steps(&app, &actor, &flow, &begun, &code).await });
    work.await.map_err(|error| Fault::Other(error.to_string()))?
}

async fn steps(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    begun: &Begun,
    code: &Secret,
) -> Result<Connection, CallbackRefused> {
    app.hooks.reach(Point::ConnectBeforeExchange).await.map_err(Fault::from)?;
    let connection = store::find(&app.db, &flow.connection_id).await?;
    let environment = connection.ok_or(Fault::Lost("a consent without its connection"))?.environment;
    let verifier = sealed::open_verifier(app, &flow.id, &flow.pkce_sealed)?;
    let answered = oauth::exchange(app, environment, code, &verifier).await;
    app.hooks.reach(Point::ConnectAfterExchange).await.map_err(Fault::from)?;
    let tokens = match answered {
        Ok(tokens) => tokens,
        Err(failure) => return Err(failed(app, actor, flow, begun, failure).await?),
    };
    let usable = Usable {
        connection_id: flow.connection_id.clone(),
        environment,
        token: tokens.access.clone(),
        grant: begun.grant.clone(),
        generation: 1,
        scopes: tokens.scopes.clone().unwrap_or_else(Scopes::publishing),
    };
    persist(app, || keep(app, actor, flow, begun, &tokens)).await?;
    app.hooks.reach(Point::ConnectAfterStore).await.map_err(Fault::from)?;
    account::settle(app, actor, flow, begun.before, &usable).await
}

/// Seals the tokens and commits them with their event, before anything uses them.
async fn keep(app: &App, actor: &Actor, flow: &Flow, begun: &Begun, tokens: &Tokens) -> Result<(), Fault> {
    let grant = grant(app, &begun.grant, 1, tokens, &Scopes::publishing());
    let exchanged = Happening::TokenExchanged {
        grant: grant.id.to_string(),
        generation: grant.generation,
        scopes_granted: grant.scopes.names().into_iter().map(str::to_owned).collect(),
        access_expires_at: grant.access_expires_at.rfc3339(),
        refresh_expires_at: grant.refresh_expires_at.map(|at| at.rfc3339()),
    };
    let event = tell(app, actor, flow, exchanged).cause(&begun.intent);
    let tx = AuditedTx::begin(app).await?;
    store::insert_grant(&tx, grant, &flow.id).await?;
    tx.commit_one(event).await?;
    Ok(())
}

/// A generation of a consent's tokens, sealed. `scopes` are those that hold where the answer names none.
pub(super) fn grant(app: &App, id: &GrantId, generation: i32, tokens: &Tokens, scopes: &Scopes) -> Grant {
    let now = app.now();
    Grant {
        id: id.clone(),
        generation,
        access_sealed: sealed::seal_access(app, id, &tokens.access),
        refresh_sealed: tokens.refresh.as_ref().map(|token| sealed::seal_refresh(app, id, token)),
        scopes: tokens.scopes.clone().unwrap_or_else(|| scopes.clone()),
        access_expires_at: now.plus(tokens.access_ttl),
        refresh_expires_at: tokens.refresh_ttl.map(|ttl| now.plus(ttl)),
        issued_at: now,
    }
}

async fn failed(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    begun: &Begun,
    failure: TokenFailure,
) -> Result<CallbackRefused, Fault> {
    let (grant, generation) = (begun.grant.to_string(), 1);
    let (status, code) = status_and_code(&failure);
    let happening = match &failure {
        TokenFailure::Unknown(why) => Happening::ApiUnknown { why },
        _ => Happening::ExchangeFailed { grant, generation, status, code },
    };
    let event = told_failure(tell(app, actor, flow, happening), &failure)?.cause(&begun.intent);
    persist(app, || async {
        let tx = AuditedTx::begin(app).await?;
        let ended = end_if_new(app, &tx, actor, flow, "exchange_failed").await?;
        tx.commit(std::iter::once(event.clone()).chain(ended).collect()).await
    })
    .await?;
    Ok(match failure {
        TokenFailure::Refused(error) => CallbackRefused::ExchangeRefused(error),
        TokenFailure::NotNow(why) | TokenFailure::Unknown(why) => CallbackRefused::ExchangeUnanswered(why),
    })
}

/// What the header may say of a refusal.
pub(super) fn status_and_code(failure: &TokenFailure) -> (Option<i32>, Option<i32>) {
    match failure {
        TokenFailure::Refused(error) => (Some(i32::from(error.status)), error.code),
        TokenFailure::NotNow(_) | TokenFailure::Unknown(_) => (None, None),
    }
}

/// Says how it ended, with Pinterest's words sealed.
pub(super) fn told_failure(event: Event, failure: &TokenFailure) -> Result<Event, Fault> {
    Ok(match failure {
        TokenFailure::Unknown(_) => event.outcome(Outcome::Unknown),
        TokenFailure::NotNow(_) => event.failed(),
        TokenFailure::Refused(error) => event.failed().remote(words(error)?),
    })
}

fn words(error: &UpstreamError) -> Result<Value, Fault> {
    let text = Value::String(error.message.clone().unwrap_or_default());
    object([("message", text)]).map_err(|error| Fault::Event(error.to_string()))
}
