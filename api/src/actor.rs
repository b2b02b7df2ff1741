//! Who does something, as the audit log tells it.

use std::net::IpAddr;

use countersign_entities::ids::{OperatorId, TokenId};

/// Through which door something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A page of the console.
    Page,
    /// The API with a session.
    Api,
    /// The API with a token.
    Token,
    /// The command line.
    Cli,
    /// A background loop.
    Worker,
}

impl Via {
    /// The word in the log's `via`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Token => "token",
            Self::Cli => "cli",
            Self::Worker => "worker",
        }
    }
}

/// Where a request came from: personal data, which only the sealed part `net` may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// The client's address.
    pub address: Option<String>,
    /// Its user agent, as sent.
    pub user_agent: Option<String>,
}

impl Net {
    /// What counts as one address where attempts are counted: of IPv6 the network, since a household has the rest of it.
    pub fn origin(&self) -> String {
        let Some(text) = &self.address else { return String::new() };
        match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            Ok(IpAddr::V4(address)) => address.to_string(),
            Err(_) => text.chars().take(64).collect(),
        }
    }
}

/// A person, as seen at the time of an event: only the sealed part `who` may hold name and e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The reference.
    pub id: OperatorId,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An operator.
    Operator(Person),
    /// The program itself.
    System,
    /// Somebody who is not signed in.
    Public,
}

/// Who acts, through which door, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub who: Who,
    /// Through which door.
    pub via: Via,
    /// The API token, where one was used.
    pub token: Option<TokenId>,
    /// From where.
    pub net: Net,
}

impl Actor {
    /// The program itself, in a background loop.
    pub fn worker() -> Self {
        Self::system(Via::Worker)
    }

    /// The program itself, or a command without a person.
    pub fn system(via: Via) -> Self {
        Self { who: Who::System, via, token: None, net: Net::default() }
    }

    /// Somebody who is not signed in.
    pub fn public(via: Via, net: Net) -> Self {
        Self { who: Who::Public, via, token: None, net }
    }

    /// A person.
    pub fn person(person: Person, via: Via, token: Option<TokenId>, net: Net) -> Self {
        Self { who: Who::Operator(person), via, token, net }
    }

    /// The person's reference, if it is one.
    pub fn operator_id(&self) -> Option<&OperatorId> {
        match &self.who {
            Who::Operator(person) => Some(&person.id),
            Who::System | Who::Public => None,
        }
    }
}
