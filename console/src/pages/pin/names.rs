//! Names of people and accounts, looked up once for a page.

use std::collections::HashMap;

use countersign_api::app::App;
use countersign_api::connections::{self, Connection};
use countersign_api::error::Fault;
use countersign_api::ids::{ConnectionId, OperatorId};
use countersign_api::operators;

/// Names of people.
pub(crate) struct People(HashMap<OperatorId, String>);

impl People {
    /// The names of these people.
    pub(crate) async fn of(app: &App, ids: impl IntoIterator<Item = OperatorId>) -> Result<Self, Fault> {
        Ok(Self(operators::names(app, ids).await?))
    }

    /// A person's name, or words for one that was erased.
    pub(crate) fn name(&self, id: &OperatorId) -> &str {
        self.0.get(id).map_or("Somebody whose name was erased", String::as_str)
    }

    /// `Jonas Lindqvist, Ilse Brandt and Ada Lind`; none if there is nobody.
    pub(crate) fn list(&self, ids: &[OperatorId]) -> Option<String> {
        let names: Vec<&str> = ids.iter().map(|id| self.name(id)).collect();
        joined(&names)
    }
}

/// `a`, `a and b`, `a, b and c`; none if there is nothing.
pub(crate) fn joined(words: &[&str]) -> Option<String> {
    match words {
        [] => None,
        [one] => Some((*one).to_owned()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}

/// Accounts, by their connection.
pub(crate) struct Accounts(Vec<Connection>);

impl Accounts {
    /// All of them.
    pub(crate) async fn all(app: &App) -> Result<Self, Fault> {
        Ok(Self(connections::list(app).await?))
    }

    /// `@halden_kitchen`.
    pub(crate) fn name(&self, id: &ConnectionId) -> String {
        let found = self.0.iter().find(|connection| connection.id == *id);
        found.map_or_else(|| id.to_string(), account)
    }

    /// All connections.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.0.iter()
    }
}

/// `@halden_kitchen`, or words for an account that is not known yet.
pub(crate) fn account(connection: &Connection) -> String {
    let name = connection.username.as_ref().or(connection.expected_username.as_ref());
    name.map_or_else(|| "an account without a name yet".to_owned(), |name| format!("@{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_join_as_people_say_them() {
        assert_eq!(joined(&[]), None);
        assert_eq!(joined(&["Ada"]).as_deref(), Some("Ada"));
        assert_eq!(joined(&["Ada", "Rowan"]).as_deref(), Some("Ada and Rowan"));
        assert_eq!(joined(&["Ada", "Rowan", "Ilse"]).as_deref(), Some("Ada, Rowan and Ilse"));
    }
}
