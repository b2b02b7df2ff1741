//! Pinterest accounts: connecting, confirming, keeping their tokens fresh, holding, disconnecting.
//!
//! A connection's tokens are one *grant*, counted in generations. They are sealed at rest, stored before they are used,
//! and deleted with the event that says so. The way of a consent: [`connect`] -> Pinterest's page -> [`callback`] ->
//! exchange -> the tokens are stored beside the flow -> Pinterest names the account -> they become the connection's.

mod account;
mod boards;
mod call;
mod callback;
mod connection;
mod error;
mod exchange;
mod flow;
mod hold;
mod refresh;
mod resume;
mod sealed;
mod spool;
mod store;
mod sweep;
mod upkeep;
mod usable;

#[cfg(test)]
pub(crate) mod tests;

use countersign_entities::{ids::ConnectionId, vocabulary::ConnectionState};

pub use boards::{
    NewBoard, create as create_board, known_board, known_section, list as list_boards, sections,
};
pub(crate) use call::changeable;
pub use callback::{CallbackQuery, Visitor, callback};
pub use connection::{Connection, Consent};
pub use error::{CallbackRefused, ConnectionError};
pub use flow::{Connect, Started, connect, reconnect};
pub use hold::{clear_spam_level, hold, hold_for_authorization, hold_for_spam, release};
pub use refresh::{RefreshError, refresh};
pub use resume::resume;
pub use spool::drain as drain_spool;
pub use sweep::sweep;
pub use upkeep::{due_for_refresh, keep_fresh, recheck};
pub use usable::{Unusable, readable, usable};

pub use crate::pinterest::Usable;
use crate::{
    app::App,
    audit::{AuditedTx, Event, Happening},
    error::Fault,
    hooks::Point,
    operators::Admin,
};

/// All connections, the latest first, the ended ones too.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn list(app: &App) -> Result<Vec<Connection>, Fault> {
    store::list(&app.db).await
}

/// One connection.
///
/// # Errors
/// [`ConnectionError::NotFound`].
pub async fn find(app: &App, id: &ConnectionId) -> Result<Connection, ConnectionError> {
    store::find(&app.db, id).await?.ok_or(ConnectionError::NotFound)
}

/// What the account's owner consented to, and for how long; none where there are no tokens.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn consent(app: &App, id: &ConnectionId) -> Result<Option<Consent>, Fault> {
    Ok(store::grant_of(&app.db, id).await?.map(|grant| grant.consent()))
}

/// Says that the account that consented is the right one.
///
/// # Errors
/// [`ConnectionError::NotConfirmable`] where nothing waits for that.
pub async fn confirm(app: &App, admin: &Admin, id: &ConnectionId) -> Result<Connection, ConnectionError> {
    let tx = AuditedTx::begin(app).await?;
    let mut connection = store::lock(&tx, id).await?.ok_or(ConnectionError::NotFound)?;
    let from = connection.state;
    if !matches!(from, ConnectionState::Unconfirmed | ConnectionState::WrongAccount) {
        return Err(ConnectionError::NotConfirmable(from));
    }
    // From now on this is the expected account.
    connection.expected_username = connection.username.clone();
    connection.state = ConnectionState::Active;
    store::save(&tx, &connection, from).await?;
    tx.commit_one(connection.event(app, admin.actor(), Happening::AccountConfirmed {})).await?;
    Ok(connection)
}

/// Deletes our copy of the tokens and ends the connection; its drafts and its story stay. Pinterest has no way to
/// revoke such tokens, so the person removes the app in Pinterest's settings. Of a connection that has ended it ends a
/// consent that is under way, which is told as a disconnect, too.
///
/// # Errors
/// [`ConnectionError::NotFound`].
pub async fn disconnect(app: &App, admin: &Admin, id: &ConnectionId) -> Result<Connection, ConnectionError> {
    let tx = AuditedTx::begin(app).await?;
    let mut connection = store::lock(&tx, id).await?.ok_or(ConnectionError::NotFound)?;
    let from = connection.state;
    let deleted = store::delete_grants(&tx, id).await?;
    let consents = store::use_up_flows(&tx, id, app.now()).await?;
    if from == ConnectionState::Disconnected && deleted.is_empty() && consents == 0 {
        return Ok(connection);
    }
    if from != ConnectionState::Disconnected {
        connection.end(ConnectionState::Disconnected, app.now());
        store::save(&tx, &connection, from).await?;
    }
    let end = Happening::ConnectionDisconnected { why: "operator" };
    let told = |happening| connection.event(app, admin.actor(), happening);
    let tokens = deleted.iter().map(|grant| Happening::TokenDeleted {
        grant: grant.to_string(),
        by: "disconnect",
        remote_revocation: Some("unsupported"),
    });
    let events: Vec<Event> = tokens.chain([end]).map(told).collect();
    app.hooks.reach(Point::DisconnectBeforeCommit).await.map_err(Fault::from)?;
    tx.commit(events).await?;
    app.hooks.reach(Point::DisconnectAfterCommit).await.map_err(Fault::from)?;
    app.memory.of::<boards::Cache>().forget(id);
    Ok(connection)
}
