//! Connections, as their page shows them.

use std::collections::HashMap;

use countersign_api::app::App;
use countersign_api::audit::Stream;
use countersign_api::audit::read::{self, EventFilter, StoredEvent};
use countersign_api::connections::{self, Connection};
use countersign_api::endpoints::AccessTier;
use countersign_api::ids::OperatorId;
use countersign_api::operators::{Reader, people};
use countersign_api::pinterest::scope::{Scope, Scopes};
use countersign_api::vocabulary::{ConnectionState, Environment as Code};

use crate::views::badge::ConnectionState as State;
use crate::views::connections as view;
use crate::views::environment::Environment;
use crate::views::time::Times;
use crate::web::{Refused, Visit};

/// How many of an account's latest requests are looked through for what used a scope.
const REQUESTS: u64 = 200;

/// All connections that ever had an account or may still get one, those that need a hand first; and the gravest
/// environment among them.
pub(super) async fn all(
    visit: &Visit,
    person: &Reader,
) -> Result<(Vec<view::Connection>, Option<Environment>), Refused> {
    let mut found = connections::list(&visit.app).await?;
    found.retain(|connection| {
        connection.username.is_some() || connection.state != ConnectionState::Disconnected
    });
    found.sort_by_key(|connection| urgency(connection.state));
    let names =
        people::names(&visit.app, found.iter().map(|connection| connection.created_by.clone())).await?;
    let mut items = Vec::with_capacity(found.len());
    for connection in found {
        items.push(one(visit, person, &names, connection).await?);
    }
    let gravest =
        items.iter().filter(|item| item.state != State::Disconnected).map(|item| item.environment).max();
    Ok((items, gravest))
}

fn urgency(state: ConnectionState) -> u8 {
    match state {
        ConnectionState::WrongAccount | ConnectionState::Unconfirmed => 0,
        ConnectionState::Revoked | ConnectionState::Held => 1,
        ConnectionState::Pending => 2,
        ConnectionState::Active => 3,
        ConnectionState::Disconnected => 4,
    }
}

async fn one(
    visit: &Visit,
    person: &Reader,
    names: &HashMap<OperatorId, String>,
    connection: Connection,
) -> Result<view::Connection, Refused> {
    let (app, times) = (&visit.app, visit.bare_frame().times);
    let consent = connections::consent(app, &connection.id).await?;
    let granted = consent.as_ref().map(|consent| consent.scopes.clone());
    Ok(view::Connection {
        state: State::parse(connection.state.as_str()).unwrap_or(State::Held),
        environment: Environment::parse(connection.environment.as_str()).unwrap_or(Environment::Production),
        username: name(&connection),
        expected: connection.expected_username.as_ref().map(|name| format!("@{name}")),
        about: format!(
            "{} by {}",
            if connection.username.is_some() { "Connected" } else { "Begun" },
            names.get(&connection.created_by).map_or("somebody", String::as_str)
        ),
        connected_at: connection.connected_at.map(|at| at.micros()),
        why: super::held(&connection),
        scopes: match granted {
            Some(granted) => scopes(app, &times, &connection, &granted).await?,
            None => Vec::new(),
        },
        access_expires_at: consent.as_ref().map(|consent| consent.access_expires_at.micros()),
        refresh_expires_at: consent
            .as_ref()
            .and_then(|consent| consent.refresh_expires_at)
            .map(|at| at.micros()),
        refreshed_at: consent.as_ref().map(|consent| consent.issued_at.micros()),
        waiting: match connection.state {
            ConnectionState::Held | ConnectionState::Revoked => super::waiting(visit, &connection.id).await?,
            _ => 0,
        },
        may: may(app, person, &connection),
        board: view::BoardForm::default(),
        id: connection.id.to_string(),
    })
}

/// `@halden`; none until Pinterest said it.
pub(super) fn name(connection: &Connection) -> Option<String> {
    connection.username.as_ref().map(|name| format!("@{name}"))
}

fn may(app: &App, person: &Reader, connection: &Connection) -> view::May {
    let (is_admin, state) = (person.admin().is_ok(), connection.state);
    let is_reachable = app.endpoints.connectable().contains(&connection.environment);
    view::May {
        confirm: is_admin && matches!(state, ConnectionState::Unconfirmed | ConnectionState::WrongAccount),
        reconnect: is_admin && is_reachable,
        disconnect: is_admin && state != ConnectionState::Disconnected,
        create_board: person.author().is_ok()
            && connection.is_active()
            && connection.environment != Code::Production,
    }
}

/// Whether the app may not write to production yet.
pub(super) fn is_production_closed(app: &App) -> bool {
    !app.config.is_rehearsal() && app.endpoints.tier == AccessTier::Trial
}

/// Each scope that publishing needs: whether it was granted, and the last request that needed it, from the log.
async fn scopes(
    app: &App,
    times: &Times,
    connection: &Connection,
    granted: &Scopes,
) -> Result<Vec<view::Scope>, Refused> {
    let stream = Stream::Connection(connection.id.to_string());
    let filter =
        EventFilter { stream: Some(stream), kind: Some("api.request".into()), ..EventFilter::default() };
    let requests = read::list(app, &filter, REQUESTS).await?;
    let is_all = (requests.len() as u64) < REQUESTS;
    Ok(Scopes::publishing()
        .iter()
        .map(|scope| view::Scope {
            name: scope.name().to_owned(),
            needed_for: scope.words().to_owned(),
            is_granted: granted.contains(scope),
            last_used: last_use(times, &requests, scope)
                .or_else(|| (!is_all).then(|| "Not lately".to_owned())),
        })
        .collect())
}

fn last_use(times: &Times, requests: &[StoredEvent], scope: Scope) -> Option<String> {
    let (event, operation) = requests.iter().find_map(|event| {
        let operation = operation(event)?;
        needs(&operation).contains(&scope).then_some((event, operation))
    })?;
    Some(format!("{}, {operation}", times.short(event.at.micros())))
}

fn operation(event: &StoredEvent) -> Option<String> {
    let header: serde_json::Value = serde_json::from_str(&event.header).ok()?;
    header.pointer("/facts/operation")?.as_str().map(str::to_owned)
}

/// The scopes that Pinterest wants for an operation.
fn needs(operation: &str) -> &'static [Scope] {
    use Scope::{BoardsRead, BoardsWrite, PinsRead, PinsWrite, UserAccountsRead};
    match operation {
        "user_account/get" => &[UserAccountsRead],
        "boards/list" | "board_sections/list" | "boards/get" => &[BoardsRead],
        "boards/create" => &[BoardsRead, BoardsWrite],
        "boards/list_pins" | "pins/get" => &[BoardsRead, PinsRead],
        "pins/create" | "pins/delete" => &[BoardsRead, BoardsWrite, PinsRead, PinsWrite],
        _ => &[],
    }
}
