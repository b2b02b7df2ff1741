//! Who may do what, as types: a verb asks for a [`Reviewer`], and only [`Principal::reviewer`] makes one.
//!
//! A principal is somebody who proved who they are, by a session, a token or a password on the command line. The
//! evidence types are made from it and carry the actor for the audit log; they can be built nowhere else.

use std::{collections::BTreeSet, fmt, str::FromStr};

use countersign_entities::ids::{OperatorId, SessionId};

use crate::{
    actor::{Actor, Person},
    error::{Kind, Refusal},
};

/// A role; one person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Queues drafts.
    Author,
    /// Decides.
    Reviewer,
    /// Connects accounts, sets rules and roles.
    Admin,
    /// Reads and exports the audit log, and changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Author, Role::Reviewer, Role::Admin, Role::Auditor];

    /// The word of the API, the command line and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Reviewer => "reviewer",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(BTreeSet<Role>);

/// A word that is no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no role; the roles are author, reviewer, admin, auditor")]
pub struct UnknownRole(pub String);

impl Roles {
    /// All four.
    pub fn all() -> Self {
        Self(Role::ALL.into_iter().collect())
    }

    /// Whether the role is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The roles, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }

    /// The roles' words.
    pub fn words(&self) -> Vec<String> {
        self.iter().map(|role| role.as_str().to_owned()).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(","))
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Role::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

impl FromStr for Roles {
    type Err = UnknownRole;

    fn from_str(words: &str) -> Result<Self, UnknownRole> {
        words.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::parse).collect()
    }
}

/// What an API token may do; no scope can approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenScope {
    /// Read drafts, connections and boards.
    DraftsRead,
    /// Create, edit, submit, withdraw, comment, reschedule, cancel and discard drafts; upload images.
    DraftsWrite,
    /// Read publications.
    PublicationsRead,
    /// Read the audit log.
    AuditRead,
    /// Export the audit log.
    AuditExport,
}

impl TokenScope {
    /// Every scope.
    pub const ALL: [TokenScope; 5] =
        [Self::DraftsRead, Self::DraftsWrite, Self::PublicationsRead, Self::AuditRead, Self::AuditExport];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DraftsRead => "drafts:read",
            Self::DraftsWrite => "drafts:write",
            Self::PublicationsRead => "publications:read",
            Self::AuditRead => "audit:read",
            Self::AuditExport => "audit:export",
        }
    }

    /// Whether a change of its owner's roles takes anything from it.
    pub fn loses(self, before: &Roles, after: &Roles) -> bool {
        let is_lost = |role| before.has(role) && !after.has(role);
        match self {
            Self::DraftsRead | Self::PublicationsRead => false,
            // A reviewer may comment by it.
            Self::DraftsWrite => {
                is_lost(Role::Author) || (is_lost(Role::Reviewer) && !after.has(Role::Author))
            }
            Self::AuditRead | Self::AuditExport => is_lost(Role::Auditor),
        }
    }
}

/// What a person lacks.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Forbidden {
    /// A role.
    #[error("this needs the role {0}. An admin can give it to you")]
    Role(Role),
    /// A scope of the API token.
    #[error("this API token lacks the scope {}. Make a token that has it", .0.as_str())]
    Scope(TokenScope),
    /// A person, where a token was used.
    #[error("an API token cannot do this. Sign in as a person")]
    Token,
    /// A password, which whoever came by a first link has to set before anything else.
    #[error(
        "set a password first, on the page Account or with PUT /me/password: this sign-in link works only once"
    )]
    PasswordOwed,
}

impl Refusal for Forbidden {
    fn code(&self) -> &'static str {
        match self {
            Self::Role(_) => "role_missing",
            Self::Scope(_) => "scope_missing",
            Self::Token => "token_not_allowed",
            Self::PasswordOwed => "password_owed",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Forbidden
    }
}

/// Somebody who proved who they are.
#[derive(Clone, Debug)]
pub struct Principal {
    actor: Actor,
    person: Person,
    roles: Roles,
    scopes: Option<BTreeSet<TokenScope>>,
    owes_password: bool,
    session: Option<SessionId>,
}

impl Principal {
    /// A person who was authenticated; only this module's siblings do that.
    pub(super) fn new(
        actor: Actor,
        person: Person,
        roles: Roles,
        scopes: Option<BTreeSet<TokenScope>>,
    ) -> Self {
        Self { actor, person, roles, scopes, owes_password: false, session: None }
    }

    /// The same person, who may do nothing but set a password if `owes` one.
    #[must_use]
    pub(super) fn owing_password(self, owes: bool) -> Self {
        Self { owes_password: owes, ..self }
    }

    /// The same person, whose proof is a session: it has to be live when something is written.
    #[must_use]
    pub(super) fn in_session(self, session: SessionId) -> Self {
        Self { session: Some(session), ..self }
    }

    /// The session that was the proof, where one was.
    pub(super) fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// A person as this crate's unit tests need one, without a sign-in.
    #[cfg(test)]
    pub(crate) fn in_tests(actor: Actor, person: Person, roles: Roles) -> Self {
        Self::new(actor, person, roles, None)
    }

    /// Who acts, for the audit log.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The person.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// The person's reference.
    pub fn id(&self) -> &OperatorId {
        &self.person.id
    }

    /// The person's roles.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Whether the person has to set a password before anything else.
    pub fn owes_password(&self) -> bool {
        self.owes_password
    }

    /// Whether an API token was used.
    pub fn is_token(&self) -> bool {
        self.scopes.is_some()
    }

    /// Evidence that this person may write drafts.
    ///
    /// # Errors
    /// [`Forbidden`] without the role, or by a token without `drafts:write`.
    pub fn author(&self) -> Result<Author, Forbidden> {
        self.with(Role::Author, Some(TokenScope::DraftsWrite)).map(Author)
    }

    /// Whether this person may comment: an author or a reviewer, in person or by a token with `drafts:write`.
    ///
    /// # Errors
    /// [`Forbidden`] without either role, or by a token without that scope.
    pub fn may_comment(&self) -> Result<(), Forbidden> {
        let scope = Some(TokenScope::DraftsWrite);
        self.with(Role::Author, scope).or_else(|_| self.with(Role::Reviewer, scope)).map(drop)
    }

    /// Evidence that this person may decide; never by a token.
    ///
    /// # Errors
    /// [`Forbidden`] without the role, or by a token.
    pub fn reviewer(&self) -> Result<Reviewer, Forbidden> {
        self.with(Role::Reviewer, None).map(Reviewer)
    }

    /// Evidence that this person may administer; never by a token.
    ///
    /// # Errors
    /// [`Forbidden`] without the role, or by a token.
    pub fn admin(&self) -> Result<Admin, Forbidden> {
        self.with(Role::Admin, None).map(Admin)
    }

    /// Evidence that this person may read the audit log.
    ///
    /// # Errors
    /// [`Forbidden`] without the role, or by a token without `audit:read`.
    pub fn auditor(&self) -> Result<Auditor, Forbidden> {
        self.with(Role::Auditor, Some(TokenScope::AuditRead)).map(Auditor)
    }

    /// Evidence that this person may read queue, publications, connections and boards: all roles may.
    ///
    /// # Errors
    /// [`Forbidden`] by a token without `scope`, or before a password that is owed.
    pub fn reader(&self, scope: TokenScope) -> Result<Reader, Forbidden> {
        self.token_has(Some(scope))?;
        self.ready()?;
        Ok(Reader(self.clone()))
    }

    /// Evidence that a person (not a token) is there, for one's own account; also before a password that is owed.
    ///
    /// # Errors
    /// [`Forbidden::Token`].
    pub fn in_person(&self) -> Result<Reader, Forbidden> {
        self.token_has(None)?;
        Ok(Reader(self.clone()))
    }

    fn with(&self, role: Role, scope: Option<TokenScope>) -> Result<Self, Forbidden> {
        self.token_has(scope)?;
        self.ready()?;
        if self.roles.has(role) { Ok(self.clone()) } else { Err(Forbidden::Role(role)) }
    }

    fn ready(&self) -> Result<(), Forbidden> {
        if self.owes_password { Err(Forbidden::PasswordOwed) } else { Ok(()) }
    }

    fn token_has(&self, scope: Option<TokenScope>) -> Result<(), Forbidden> {
        match (&self.scopes, scope) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Forbidden::Token),
            (Some(scopes), Some(scope)) if scopes.contains(&scope) => Ok(()),
            (Some(scopes), Some(TokenScope::DraftsRead)) if scopes.contains(&TokenScope::DraftsWrite) => {
                Ok(())
            }
            (Some(_), Some(scope)) => Err(Forbidden::Scope(scope)),
        }
    }
}

macro_rules! evidence {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Principal);

        impl std::ops::Deref for $name {
            type Target = Principal;

            fn deref(&self) -> &Principal {
                &self.0
            }
        })+
    };
}

evidence! {
    /// Somebody who may write drafts.
    Author;
    /// Somebody who may decide.
    Reviewer;
    /// Somebody who may administer.
    Admin;
    /// Somebody who may read the audit log.
    Auditor;
    /// Somebody who may look at the queue and at publications, or at their own account.
    Reader;
}

#[cfg(test)]
mod tests;
