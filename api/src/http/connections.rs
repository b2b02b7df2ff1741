//! Pinterest accounts as connected here.

use countersign_entities::{ids::ConnectionId, vocabulary::Environment};
use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path},
    payload::Json,
};

use super::{
    answers::answers,
    auth::Access,
    idempotency::once,
    input::{Input, Nothing},
    problem::{Problem, ProblemField, time},
    refused::Refused,
};
use crate::{
    app::App,
    connections::{self, Connect, Connection, ConnectionError, Consent, Started},
    operators::TokenScope,
};

pub mod boards;

/// Pinterest accounts.
pub struct ConnectionsApi;

/// A Pinterest account as connected here.
#[derive(Object)]
struct ConnectionBody {
    /// The id, `con_...`.
    id: String,
    /// `rehearsal`, `sandbox` or `production`.
    environment: String,
    /// `pending`, `unconfirmed`, `wrong_account`, `active`, `held`, `revoked` or `disconnected`.
    state: String,
    /// Whom the operator expects, or has confirmed.
    expected_username: Option<String>,
    /// Who consented.
    username: Option<String>,
    /// Why it is held.
    hold_reason: Option<String>,
    /// When a held connection is looked at again.
    hold_until: Option<String>,
    /// What was granted.
    scopes: Vec<String>,
    /// When the access token ends; it is renewed before.
    access_expires_at: Option<String>,
    /// When the refresh token ends, where Pinterest said so.
    refresh_expires_at: Option<String>,
    /// When it was made.
    created_at: String,
    /// When the last consent came back.
    connected_at: Option<String>,
    /// When it was disconnected or revoked.
    ended_at: Option<String>,
}

/// Accounts.
#[derive(Object)]
struct Connections {
    /// The connections, the latest first.
    items: Vec<ConnectionBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

/// Which account to connect.
#[derive(Object)]
struct NewConnection {
    /// `rehearsal`, `sandbox` or `production`.
    environment: String,
    /// Whom the operator expects to consent, with or without `@`; else an admin confirms the account afterwards.
    expected_username: Option<String>,
}

/// A consent that was started.
#[derive(Object)]
struct StartedBody {
    /// The connection, `con_...`.
    id: String,
    /// Where the person's browser goes. It works once, within 10 minutes, for this session only.
    authorize_url: String,
}

answers! {
    /// Looking at all accounts.
    ListConnections {
        /// All of them.
        #[oai(status = 200)]
        Listed(Json<Connections>),
    }
    refuses [Unauthenticated Forbidden Internal Unavailable]
}

answers! {
    /// Connecting an account.
    Begin {
        /// The consent was started.
        #[oai(status = 201)]
        Begun(Json<StartedBody>),
    }
    refuses [Malformed Unauthenticated Forbidden Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Looking at an account.
    ShowConnection {
        /// This is how it stands.
        #[oai(status = 200)]
        Shown(Json<ConnectionBody>),
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

answers! {
    /// Disconnecting an account.
    Disconnect {
        /// Its tokens are deleted here. Remove the app in Pinterest's settings, too.
        #[oai(status = 204)]
        Disconnected,
    }
    refuses [Unauthenticated Forbidden NotFound Internal Unavailable]
}

answers! {
    /// Confirming an account.
    Confirm {
        /// It is the right one.
        #[oai(status = 200)]
        Confirmed(Json<ConnectionBody>),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

answers! {
    /// Connecting an account again.
    Reconnect {
        /// The consent was started; the connection stays as it is until it has come back.
        #[oai(status = 200)]
        Begun(Json<StartedBody>),
    }
    refuses [Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Unavailable]
}

#[OpenApi]
impl ConnectionsApi {
    /// All accounts
    #[oai(path = "/connections", method = "get", operation_id = "list_connections")]
    async fn list(&self, access: Access, app: Data<&App>) -> Result<ListConnections> {
        access
            .answer(&app, "connection.list", async {
                access.reader(TokenScope::DraftsRead)?;
                let mut items = Vec::new();
                for connection in connections::list(&app).await? {
                    items.push(body(&app, connection).await?);
                }
                Ok(ListConnections::Listed(Json(Connections { items, next: None })))
            })
            .await
    }

    /// Start to connect an account
    #[oai(path = "/connections", method = "post", operation_id = "begin_connection")]
    async fn begin(
        &self,
        access: Access,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<NewConnection>,
    ) -> Result<Begin> {
        let work = async {
            let (admin, session) = (access.admin()?, access.session()?);
            let begun = once(&app, &access, "begin_connection", &key, input.sha256(), async {
                let NewConnection { environment, expected_username } = input.read()?;
                let connect = Connect { environment: parsed(&environment)?, expected_username };
                Ok(StartedBody::from(connections::connect(&app, &admin, &session.id, connect).await?))
            });
            Ok(Begin::Begun(Json(begun.await?)))
        };
        access.answer(&app, "connection.begin", work).await
    }

    /// An account
    #[oai(path = "/connections/:id", method = "get", operation_id = "show_connection")]
    async fn show(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<ShowConnection> {
        access
            .answer(&app, "connection.show", async {
                access.reader(TokenScope::DraftsRead)?;
                let connection = connections::find(&app, &connection_id(&id)?).await?;
                Ok(ShowConnection::Shown(Json(body(&app, connection).await?)))
            })
            .await
    }

    /// Disconnect an account
    #[oai(path = "/connections/:id", method = "delete", operation_id = "disconnect")]
    async fn disconnect(&self, access: Access, app: Data<&App>, id: Path<String>) -> Result<Disconnect> {
        access
            .answer(&app, "connection.disconnect", async {
                let admin = access.admin()?;
                connections::disconnect(&app, &admin, &connection_id(&id)?).await?;
                Ok(Disconnect::Disconnected)
            })
            .await
    }

    /// Confirm that the right account consented
    #[oai(path = "/connections/:id/confirm", method = "post", operation_id = "confirm_connection")]
    async fn confirm(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        nothing: Input<Nothing>,
    ) -> Result<Confirm> {
        access
            .answer(&app, "connection.confirm", async {
                let admin = access.admin()?;
                nothing.read()?;
                let connection = connections::confirm(&app, &admin, &connection_id(&id)?).await?;
                Ok(Confirm::Confirmed(Json(body(&app, connection).await.map_err(Refused::unshown)?)))
            })
            .await
    }

    /// Start to connect an account again
    #[oai(path = "/connections/:id/reconnect", method = "post", operation_id = "reconnect")]
    async fn reconnect(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        nothing: Input<Nothing>,
    ) -> Result<Reconnect> {
        access
            .answer(&app, "connection.reconnect", async {
                let (admin, session) = (access.admin()?, access.session()?);
                nothing.read()?;
                let started = connections::reconnect(&app, &admin, &session.id, &connection_id(&id)?).await?;
                Ok(Reconnect::Begun(Json(StartedBody::from(started))))
            })
            .await
    }
}

fn connection_id(id: &str) -> Result<ConnectionId, ConnectionError> {
    id.parse().map_err(|_| ConnectionError::NotFound)
}

fn parsed(word: &str) -> Result<Environment, Refused> {
    word.parse().map_err(|_| {
        let message = "Choose rehearsal, sandbox or production.";
        Problem::fields(vec![ProblemField::new("environment", "unknown", message)]).into()
    })
}

async fn body(app: &App, connection: Connection) -> Result<ConnectionBody, Refused> {
    let consent = connections::consent(app, &connection.id).await?;
    Ok(ConnectionBody::new(connection, consent))
}

impl ConnectionBody {
    fn new(connection: Connection, consent: Option<Consent>) -> Self {
        let scopes = consent.as_ref().map(|consent| consent.scopes.names()).unwrap_or_default();
        let held_for = connection.held_for();
        Self {
            id: connection.id.to_string(),
            environment: connection.environment.to_string(),
            state: connection.state.to_string(),
            expected_username: connection.expected_username,
            username: connection.username,
            hold_reason: held_for.map(|reason| reason.to_string()),
            hold_until: connection.hold_until.map(time),
            scopes: scopes.into_iter().map(str::to_owned).collect(),
            access_expires_at: consent.as_ref().map(|consent| time(consent.access_expires_at)),
            refresh_expires_at: consent.as_ref().and_then(|consent| consent.refresh_expires_at.map(time)),
            created_at: time(connection.created_at),
            connected_at: connection.connected_at.map(time),
            ended_at: connection.ended_at.map(time),
        }
    }
}

impl From<Started> for StartedBody {
    fn from(started: Started) -> Self {
        Self { id: started.connection.id.to_string(), authorize_url: started.authorize_url.to_string() }
    }
}
