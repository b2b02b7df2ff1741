//! Sending a person to Pinterest's consent page.

use countersign_entities::{
    Timestamp,
    ids::{ConnectionId, FlowId, SessionId},
    vocabulary::{ConnectionState, Environment},
};
use url::Url;

use super::{
    connection::Connection,
    error::ConnectionError,
    sealed,
    store::{self, Flow},
};
use crate::{
    app::App,
    audit::{
        AuditedTx, Happening,
        secret_gate::{Where, find_typed},
        typed::is_secret,
    },
    data_keys,
    error::{Fault, FieldError},
    hooks::Point,
    keys::mac,
    operators::Admin,
    pinterest::{oauth, scope::Scopes},
    secret::Secret,
};

/// What every state of ours starts with; other flows have other words.
pub(super) const STATE_PREFIX: &str = "con.";
/// The longest username that is taken.
const USERNAME_CHARS: usize = 64;

/// Which account to connect.
pub struct Connect {
    /// Which Pinterest.
    pub environment: Environment,
    /// Whom the operator expects to consent; with or without `@`.
    pub expected_username: Option<String>,
}

/// A consent that was started.
pub struct Started {
    /// The connection, pending or as it was.
    pub connection: Connection,
    /// Where the person's browser goes. It carries the state: show it to this person only.
    pub authorize_url: Url,
}

/// Starts the consent for a new connection. Only the same session can bring it back, once, within 10 minutes.
///
/// # Errors
/// [`ConnectionError`], such as for production under Trial access.
pub async fn connect(
    app: &App,
    admin: &Admin,
    session: &SessionId,
    input: Connect,
) -> Result<Started, ConnectionError> {
    check_environment(app, input.environment)?;
    let connection = Connection {
        id: ConnectionId::from_random(app.random_id()),
        environment: input.environment,
        state: ConnectionState::Pending,
        expected_username: username(app, input.expected_username.as_deref())?,
        username: None,
        account_id: None,
        hold_reason: None,
        hold_until: None,
        spam_level: 0,
        created_by: admin.id().clone(),
        created_at: app.now(),
        connected_at: None,
        ended_at: None,
    };
    start(app, admin, session, connection, true).await
}

/// Starts the consent for a connection that exists: it stays as it is until the consent has come back for the same
/// account.
///
/// # Errors
/// [`ConnectionError`].
pub async fn reconnect(
    app: &App,
    admin: &Admin,
    session: &SessionId,
    id: &ConnectionId,
) -> Result<Started, ConnectionError> {
    let connection = store::find(&app.db, id).await?.ok_or(ConnectionError::NotFound)?;
    check_environment(app, connection.environment)?;
    start(app, admin, session, connection, false).await
}

async fn start(
    app: &App,
    admin: &Admin,
    session: &SessionId,
    connection: Connection,
    is_new: bool,
) -> Result<Started, ConnectionError> {
    app.hooks.reach(Point::ConnectBeforeStart).await.map_err(Fault::from)?;
    let (state, verifier) = (app.rng.token(STATE_PREFIX), app.rng.token(""));
    let scopes = Scopes::publishing();
    let authorize_url = oauth::authorize_url(app, &state, &verifier, &scopes)?;
    let digest = state_digest(app, &state).await?;
    let flow = new_flow(app, admin, session, &connection, &verifier, digest, app.now());
    let begun = Happening::AuthorizeStarted {
        scopes: scopes.names().into_iter().map(str::to_owned).collect(),
        environment: connection.environment.as_str(),
        pkce: "S256",
    };
    let event = connection.event(app, admin.actor(), begun).flow(&flow.id);
    let tx = AuditedTx::begin(app).await?;
    if is_new {
        store::insert(&tx, &connection).await?;
    }
    store::insert_flow(&tx, flow).await?;
    tx.commit_one(event).await?;
    app.hooks.reach(Point::ConnectAfterStart).await.map_err(Fault::from)?;
    Ok(Started { connection, authorize_url })
}

fn new_flow(
    app: &App,
    admin: &Admin,
    session: &SessionId,
    connection: &Connection,
    verifier: &Secret,
    digest: [u8; 32],
    now: Timestamp,
) -> Flow {
    let id = FlowId::from_random(app.random_id());
    Flow {
        pkce_sealed: sealed::seal_verifier(app, &id, verifier),
        id,
        connection_id: connection.id.clone(),
        operator_id: admin.id().clone(),
        session_id: session.clone(),
        state_digest: digest.to_vec(),
        is_reconnect: connection.account_id.is_some(),
        created_at: now,
        expires_at: now.plus(app.timing.oauth.state_ttl),
        used_at: None,
    }
}

/// What stands in the database in the place of a state: nobody can make the state from it, or try states at it.
pub(super) async fn state_digest(app: &App, state: &Secret) -> Result<[u8; 32], Fault> {
    let (_, key) = data_keys::get_or_create(app, "oauth_state").await?;
    Ok(mac(&key, "countersign/oauth-state/v1", &[state.expose().as_bytes()]))
}

fn check_environment(app: &App, environment: Environment) -> Result<(), ConnectionError> {
    if app.endpoints.root(environment).is_none() {
        return Err(ConnectionError::EnvironmentNotConfigured(environment));
    }
    if !app.endpoints.connectable().contains(&environment) {
        return Err(ConnectionError::TrialCannotReachProduction);
    }
    Ok(())
}

fn username(app: &App, typed: Option<&str>) -> Result<Option<String>, ConnectionError> {
    let name = typed.unwrap_or_default().trim();
    let name = name.strip_prefix('@').unwrap_or(name);
    let fits = name.chars().count() <= USERNAME_CHARS
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if !fits {
        let message =
            "is no username. Write it as it stands in the account's address at Pinterest, such as @halden";
        return Err(ConnectionError::Fields(vec![FieldError::new(
            "expected_username",
            "not_a_username",
            message,
        )]));
    }
    let own = is_secret(app, name).then_some("a secret of this installation");
    if let Some(what) = find_typed(name, Where::Header).or(own) {
        let message = format!("looks like {what}. Write the account's username, and renew the secret");
        return Err(ConnectionError::Fields(vec![FieldError::new("expected_username", "secret", message)]));
    }
    Ok(Some(name.to_owned()).filter(|name| !name.is_empty()))
}
