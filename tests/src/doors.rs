//! Who may use a route, in one form for the API and for pages, and how whoever may not is turned away.

use serde_json::Value;

use crate::objects::Ids;
use crate::visitors::{Proof, Visitor};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Also who is not signed in.
    Anybody,
    /// Whoever is signed in in person, also before a password that is owed; no token.
    InPerson,
    /// Whoever is signed in, also before a password that is owed, and tokens.
    SignedIn,
    /// Whatever the roles; and tokens with this scope ("" for none).
    Readers(&'static str),
    /// These roles; and tokens with this scope ("" for none).
    Roles(&'static [&'static str], &'static str),
}

impl Who {
    /// Why this visitor is turned away: the status and the stable code of the API; none where the door is open.
    pub fn refuses(self, visitor: &Visitor, proof: Proof) -> Option<(u16, &'static str)> {
        match (self, proof) {
            (Self::Anybody, _) => None,
            (_, Proof::Nothing) => Some((401, "not_signed_in")),
            (_, Proof::Dead(code)) => Some((401, code)),
            (Self::SignedIn, _) | (Self::InPerson, Proof::Session | Proof::Owing) => None,
            (_, Proof::Owing) => Some((403, "password_owed")),
            (_, Proof::Session) => self.lacks_role(visitor.roles),
            (Self::InPerson | Self::Readers("") | Self::Roles(_, ""), Proof::Token(_)) => {
                Some((403, "token_not_allowed"))
            }
            (Self::Readers(scope) | Self::Roles(_, scope), Proof::Token(scopes)) => {
                if has_scope(scopes, scope) {
                    self.lacks_role(visitor.roles)
                } else {
                    Some((403, "scope_missing"))
                }
            }
        }
    }

    fn lacks_role(self, roles: &[&str]) -> Option<(u16, &'static str)> {
        match self {
            Self::Roles(needed, _) if !needed.iter().any(|role| roles.contains(role)) => {
                Some((403, "role_missing"))
            }
            _ => None,
        }
    }
}

/// Who may write drafts may read them.
fn has_scope(scopes: &[&str], needed: &str) -> bool {
    scopes.contains(&needed) || (needed == "drafts:read" && scopes.contains(&"drafts:write"))
}

/// A method of a route, with who may use it and what becomes of those.
#[derive(Clone)]
pub struct Door {
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// The path, `{id}` or `:id` for an id.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    noun: Option<&'static str>,
    body: Option<fn(&Ids) -> Value>,
    reaches: &'static [u16],
    own: Option<&'static [u16]>,
    foreign: Option<&'static [u16]>,
    nothing: &'static [u16],
}

/// A door that answers 200 to whoever may use it.
pub fn door(method: &'static str, path: &'static str, who: Who) -> Door {
    Door {
        method,
        path,
        who,
        noun: None,
        body: None,
        reaches: &[200],
        own: None,
        foreign: None,
        nothing: &[404],
    }
}

impl Door {
    /// The JSON that is sent along.
    #[must_use]
    pub fn sends(self, body: fn(&Ids) -> Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// What is answered to whoever may use it, where the thing is there.
    #[must_use]
    pub fn reaches(self, reaches: &'static [u16]) -> Self {
        Self { reaches, ..self }
    }

    /// What is answered if the thing is one's own; an empty list: that is not tried, since it would end the visit.
    #[must_use]
    pub fn on_own(self, own: &'static [u16]) -> Self {
        Self { own: Some(own), ..self }
    }

    /// What is answered if the thing is somebody else's.
    #[must_use]
    pub fn on_foreign(self, foreign: &'static [u16]) -> Self {
        Self { foreign: Some(foreign), ..self }
    }

    /// What is answered if there is no such thing, where that is not only 404.
    #[must_use]
    pub fn on_nothing(self, nothing: &'static [u16]) -> Self {
        Self { nothing, ..self }
    }

    /// It is tried with a thing of this noun of [`Ids`].
    #[must_use]
    pub fn with_a(self, noun: &'static str) -> Self {
        Self { noun: Some(noun), ..self }
    }

    /// Whether its path has an id.
    pub fn has_id(&self) -> bool {
        self.path.contains("{id}") || self.path.contains(":id")
    }

    /// Its path for a thing.
    pub fn at(&self, ids: &Ids) -> String {
        self.noun.map_or_else(|| ids.fill(self.path), |noun| ids.fill_as(noun, self.path))
    }

    /// What is sent for a thing.
    pub fn body(&self, ids: &Ids) -> Option<Value> {
        self.body.map(|body| body(ids))
    }

    /// What whoever may use it is answered; nothing where it is not tried.
    pub fn answers(&self, thing: Thing) -> &'static [u16] {
        match thing {
            Thing::Own => self.own.unwrap_or(self.reaches),
            Thing::Foreign => self.foreign.unwrap_or(self.reaches),
            Thing::None => self.reaches,
            Thing::Nothing | Thing::OfAnotherKind | Thing::Malformed => self.nothing,
        }
    }

    /// With which things it is tried.
    pub fn things(&self) -> &'static [Thing] {
        if self.has_id() { &Thing::ALL } else { &[Thing::None] }
    }
}

/// What stands in the place of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// There is no id.
    None,
    /// The id of the visitor's own.
    Own,
    /// The id of somebody else's.
    Foreign,
    /// An id of nothing that is.
    Nothing,
    /// The id of a thing of another kind.
    OfAnotherKind,
    /// No id at all.
    Malformed,
}

impl Thing {
    /// All that can stand in the place of an id.
    pub const ALL: [Self; 5] =
        [Self::Own, Self::Foreign, Self::Nothing, Self::OfAnotherKind, Self::Malformed];

    /// The ids to try.
    pub fn ids(self, visitor: &Visitor, foreign: &Ids) -> Ids {
        match self {
            Self::Own => visitor.own.clone().unwrap_or_else(|| foreign.clone()),
            Self::Foreign => foreign.clone(),
            Self::None | Self::Nothing => Ids::of_nothing(),
            Self::OfAnotherKind => foreign.of_other_kinds(),
            Self::Malformed => Ids::malformed(),
        }
    }
}
