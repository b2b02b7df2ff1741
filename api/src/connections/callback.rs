//! Coming back from Pinterest's consent page.
//!
//! A state is good for one return, within 10 minutes, in the session that started it. Everything else is refused and
//! told in the log; a state that we do not know is told by a keyed digest only.

use countersign_entities::{ids::SessionId, vocabulary::ConnectionState};

use super::{
    connection::{self, Connection},
    error::CallbackRefused,
    exchange::{self, Begun},
    flow::{STATE_PREFIX, state_digest},
    store::{self, Flow},
};
use crate::{
    actor::{Actor, Net, Via},
    app::App,
    audit::{AuditedTx, Event, Happening, Value, header::object, secret_gate::scrub},
    error::Fault,
    hooks::Point,
    operators::Principal,
    pinterest::calls::millis,
    secret::Secret,
};

/// Characters of Pinterest's description of a denial that are kept.
const DESCRIPTION_CHARS: usize = 300;
/// The reasons that RFC 6749 knows; only these words enter the log's headers. All but the first are no denial.
const DENIALS: [&str; 7] = [
    "access_denied",
    "invalid_request",
    "unauthorized_client",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
];

/// Who came back.
pub struct Visitor {
    /// The session that the browser has, if it has one.
    pub session: Option<(SessionId, Principal)>,
    /// From where.
    pub net: Net,
}

impl Visitor {
    fn actor(&self) -> Actor {
        match &self.session {
            Some((_, principal)) => principal.actor().clone(),
            None => Actor::public(Via::Page, self.net.clone()),
        }
    }
}

/// What Pinterest sent along.
#[derive(Default)]
pub struct CallbackQuery {
    /// The code to exchange.
    pub code: Option<Secret>,
    /// Our state.
    pub state: Option<Secret>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Words for it.
    pub error_description: Option<String>,
    /// A parameter came more than once.
    pub is_doubled: bool,
}

impl CallbackQuery {
    /// Reads the query of the callback's address.
    pub fn parse(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            let was_there = match &*name {
                "code" => read.code.replace(Secret::from(value)).is_some(),
                "state" => read.state.replace(Secret::from(value)).is_some(),
                "error" => read.error.replace(value).is_some(),
                "error_description" => read.error_description.replace(value).is_some(),
                _ => false,
            };
            read.is_doubled |= was_there;
        }
        read.code = read.code.filter(|code| !code.is_empty());
        read.error = read.error.filter(|error| !error.is_empty());
        read
    }
}

/// Takes a person back who went to Pinterest's consent page.
///
/// # Errors
/// [`CallbackRefused`]; then the connection is as it was before, or has ended if it was new.
pub async fn callback(
    app: &App,
    visitor: Visitor,
    query: CallbackQuery,
) -> Result<Connection, CallbackRefused> {
    let actor = visitor.actor();
    let state = query.state.as_ref().filter(|state| state.expose().starts_with(STATE_PREFIX));
    if query.is_doubled {
        return unknown(app, &visitor, None, CallbackRefused::Doubled).await;
    }
    let Some(state) = state else { return unknown(app, &visitor, None, CallbackRefused::Unknown).await };
    let digest = state_digest(app, state).await?;
    let Some(flow) = store::flow_by_state(&app.db, &digest).await? else {
        return unknown(app, &visitor, Some(digest), CallbackRefused::Unknown).await;
    };
    if let Some((reason, refused)) = refusal(app, &flow, &visitor) {
        return refuse(app, &actor, &flow, &query, reason, refused).await;
    }
    if let Some((_, principal)) = &visitor.session {
        principal.admin()?;
    }
    match (&query.error, &query.code) {
        (None, Some(code)) => match begin(app, &actor, &flow, &query).await? {
            Some(begun) => exchange::run(app, actor, flow, begun, code.clone()).await,
            None => refuse(app, &actor, &flow, &query, "reused", CallbackRefused::Reused).await,
        },
        _ => deny(app, &actor, &flow, &query).await,
    }
}

/// Why this flow cannot be used by this visitor now.
fn refusal(app: &App, flow: &Flow, visitor: &Visitor) -> Option<(&'static str, CallbackRefused)> {
    let is_theirs = visitor.session.as_ref().is_some_and(|(session, principal)| {
        *session == flow.session_id && *principal.id() == flow.operator_id
    });
    if flow.used_at.is_some() {
        Some(("reused", CallbackRefused::Reused))
    } else if flow.expires_at <= app.now() {
        Some(("expired", CallbackRefused::Expired))
    } else if !is_theirs {
        Some(("other_session", CallbackRefused::OtherSession))
    } else {
        None
    }
}

/// Refuses a state that we do not know. Anybody can bring one, so it is told as often as a stranger's failed sign-in.
async fn unknown(
    app: &App,
    visitor: &Visitor,
    digest: Option<[u8; 32]>,
    refused: CallbackRefused,
) -> Result<Connection, CallbackRefused> {
    if app.throttles.tells_of_stranger(&visitor.net.origin()) {
        let told = Happening::CallbackRefused { reason: "unknown", state_digest: digest.map(hex::encode) };
        let event = Event::installation(app, &visitor.actor(), told).denied();
        AuditedTx::begin(app).await?.commit_one(event).await?;
    }
    Err(refused)
}

/// Refuses a state of ours. Nobody can fill the log with it: an address is told of so often a minute only.
async fn refuse(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    query: &CallbackQuery,
    reason: &'static str,
    refused: CallbackRefused,
) -> Result<Connection, CallbackRefused> {
    if app.throttles.callbacks_told.check(&actor.net.origin()).is_ok() {
        let told = Happening::CallbackRefused { reason, state_digest: None };
        let events =
            vec![received(app, actor, flow, query, false).denied(), tell(app, actor, flow, told).denied()];
        AuditedTx::begin(app).await?.commit(events).await?;
    }
    Err(refused)
}

/// Uses the state up and commits the intent of the exchange; none if another return was quicker.
async fn begin(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    query: &CallbackQuery,
) -> Result<Option<Begun>, CallbackRefused> {
    app.hooks.reach(Point::ConnectBeforeUse).await.map_err(Fault::from)?;
    let tx = AuditedTx::begin(app).await?;
    if !store::use_up(&tx, &flow.id, app.now()).await? {
        return Ok(None);
    }
    let connection = store::lock(&tx, &flow.connection_id).await?;
    let connection = connection.ok_or(Fault::Lost("a consent without its connection"))?;
    let begun = Begun::new(app, connection.state);
    let events = vec![received(app, actor, flow, query, true), begun.event(app, actor, flow)];
    tx.commit(events).await?;
    Ok(Some(begun))
}

/// No code came: the state is used up, and a new connection ends.
async fn deny(
    app: &App,
    actor: &Actor,
    flow: &Flow,
    query: &CallbackQuery,
) -> Result<Connection, CallbackRefused> {
    let tx = AuditedTx::begin(app).await?;
    if !store::use_up(&tx, &flow.id, app.now()).await? {
        drop(tx);
        return refuse(app, actor, flow, query, "reused", CallbackRefused::Reused).await;
    }
    let word = query.error.as_deref().map_or("no_answer", known_denial);
    let denied = tell(app, actor, flow, Happening::AuthorizeDenied { error: word.to_owned() }).denied();
    let denied = match query.error_description.as_deref() {
        Some(words) => denied.remote(description(words)?),
        None => denied,
    };
    let mut events = vec![received(app, actor, flow, query, true), denied];
    events.extend(end_if_new(app, &tx, actor, flow, "denied").await?);
    tx.commit(events).await?;
    Err(match word {
        "access_denied" => CallbackRefused::Denied,
        "no_answer" => CallbackRefused::Unanswered,
        word => CallbackRefused::NoAccess(word),
    })
}

/// Ends a connection that never had an account. One that had is left as it is.
pub(super) async fn end_if_new(
    app: &App,
    tx: &AuditedTx<'_>,
    actor: &Actor,
    flow: &Flow,
    why: &'static str,
) -> Result<Option<Event>, Fault> {
    let Some(mut connection) = store::lock(tx, &flow.connection_id).await? else { return Ok(None) };
    if connection.state != ConnectionState::Pending {
        return Ok(None);
    }
    connection.end(ConnectionState::Disconnected, app.now());
    store::save(tx, &connection, ConnectionState::Pending).await?;
    Ok(Some(tell(app, actor, flow, Happening::ConnectionDisconnected { why })))
}

/// An event of a flow.
pub(super) fn tell(app: &App, actor: &Actor, flow: &Flow, happening: Happening) -> Event {
    connection::event(app, actor, &flow.connection_id, happening).flow(&flow.id)
}

fn received(app: &App, actor: &Actor, flow: &Flow, query: &CallbackQuery, state_ok: bool) -> Event {
    let age_ms = millis(app.now().since(flow.created_at));
    let has_code = query.code.is_some();
    tell(app, actor, flow, Happening::CallbackReceived { age_ms, has_code, state_ok })
}

fn known_denial(error: &str) -> &'static str {
    DENIALS.into_iter().find(|known| *known == error).unwrap_or("other")
}

fn description(words: &str) -> Result<Value, Fault> {
    let text = Value::String(scrub(words, DESCRIPTION_CHARS));
    object([("message", text)]).map_err(|error| Fault::Event(error.to_string()))
}

#[cfg(test)]
mod query_tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_doubles_are_noticed() {
        let read = CallbackQuery::parse("code=a%2Bb&state=con.x&utm=1&utm=2");
        assert!(read.code.is_some_and(|code| code.matches("a+b")));
        assert!(read.state.is_some_and(|state| state.matches("con.x")) && !read.is_doubled);
        for doubled in ["state=con.x&state=con.x", "code=a&code=b", "error=a&error=b", "state=&state=con.x"] {
            assert!(CallbackQuery::parse(doubled).is_doubled, "{doubled}");
        }
        assert!(CallbackQuery::parse("code=&state=con.x").code.is_none());
    }
}
