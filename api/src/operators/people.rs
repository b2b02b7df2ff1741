//! The verbs on people.

use std::collections::HashMap;

use countersign_entities::{Timestamp, ids::OperatorId};

use super::{
    alike::refuse_alike,
    authority::Authority,
    email::Email,
    error::OperatorError,
    link,
    name::Name,
    password::{self, PasswordHash},
    role::{Role, Roles},
    second_factor::{self, Factor},
    session, still, store,
    token::{self, Ended},
};
use crate::{
    actor::Person,
    app::App,
    audit::{AuditedTx, Event, Happening, typed::refuse_secret},
    error::{Fault, FieldError},
    secret::Secret,
};

/// A person who uses the console.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The reference in the audit log.
    pub id: OperatorId,
    /// The e-mail address, as typed.
    pub email: String,
    /// Shown beside what the person did.
    pub name: String,
    /// What the person may do.
    pub roles: Roles,
    /// Since when the person may not enter.
    pub disabled_at: Option<Timestamp>,
    /// When the person was added.
    pub created_at: Timestamp,
    pub(super) password: Option<PasswordHash>,
    pub(super) factor: Option<Factor>,
}

impl Operator {
    /// Whether the person may not enter.
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// Whether a password was set.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Since when a second factor is asked for at sign-in; none where there is none.
    pub fn second_factor_since(&self) -> Option<Timestamp> {
        self.factor.as_ref()?.confirmed_at
    }

    /// What sign-in compares the address by; none if it is none any more.
    fn email_key(&self) -> String {
        Email::parse(&self.email).map(|email| email.key()).unwrap_or_default()
    }

    /// The person, as an event names them.
    pub fn person(&self) -> Person {
        Person { id: self.id.clone(), name: self.name.clone(), email: self.email.clone() }
    }
}

/// A person to be added.
pub struct NewOperator {
    /// The e-mail address.
    pub email: String,
    /// The name.
    pub name: String,
    /// At least one role.
    pub roles: Roles,
    /// A password; else there will be a one-time link.
    pub password: Option<Secret>,
}

/// What is to change; what is not set stays.
#[derive(Clone, Debug, Default)]
pub struct OperatorChange {
    /// Another name.
    pub name: Option<String>,
    /// Other roles, at least one.
    pub roles: Option<Roles>,
    /// Whether the person may not enter.
    pub disabled: Option<bool>,
}

/// Adds a person. Without a password there is a one-time link, whose secret is shown this once.
///
/// # Errors
/// [`OperatorError::Fields`] where a field is wrong, the address is taken, or the name looks like another person's,
/// [`OperatorError::Ended`].
pub async fn add(
    app: &App,
    by: impl Into<Authority>,
    new: NewOperator,
) -> Result<(Operator, Option<Secret>), OperatorError> {
    let by = by.into();
    let (email, name) = checked(&new)?;
    refuse_secret(app, "email", email.as_str())?;
    refuse_secret(app, "name", name.as_str())?;
    let password = match &new.password {
        Some(password) => Some(password::hash(app, password).await?),
        None => None,
    };
    let operator = Operator {
        id: OperatorId::from_random(app.random_id()),
        email: email.as_str().to_owned(),
        name: name.as_str().to_owned(),
        roles: new.roles,
        disabled_at: None,
        created_at: app.now(),
        password,
        factor: None,
    };
    let tx = AuditedTx::begin(app).await?;
    still::manages(app, &tx, &by).await?;
    // Of two who are added at once the second one sees the first.
    store::lock_admins(&tx, app.db.is_postgres()).await?;
    let others = store::list(&tx).await?;
    if others.iter().all(|other| other.email_key() != email.key()) {
        refuse_alike(&name, &others)?;
    }
    if !store::insert(&tx, &operator, email.key()).await? {
        return Err(taken().into());
    }
    let event = |happening| Event::installation(app, by.actor(), happening).about("operator", &operator.id);
    let mut events = vec![event(Happening::OperatorInvited { roles: operator.roles.words() })];
    let secret = if operator.has_password() {
        events.push(event(Happening::PasswordChanged {}));
        None
    } else {
        events.push(event(Happening::LinkIssued {}));
        Some(link::issue(app, &tx, &operator.id).await?)
    };
    tx.commit(events).await?;
    Ok((operator, secret))
}

/// Everyone, by name.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn list(app: &App) -> Result<Vec<Operator>, Fault> {
    store::list(&app.db).await
}

/// One person.
///
/// # Errors
/// [`OperatorError::NotFound`].
pub async fn find(app: &App, id: &OperatorId) -> Result<Operator, OperatorError> {
    store::find(&app.db, id).await?.ok_or(OperatorError::NotFound)
}

/// The person with an e-mail address, in whatever capitals.
///
/// # Errors
/// [`OperatorError::NotFound`].
pub async fn find_by_email(app: &App, email: &str) -> Result<Operator, OperatorError> {
    let key = Email::parse(email).map(|email| email.key()).map_err(|_| OperatorError::NotFound)?;
    store::find_by_email(&app.db, &key).await?.ok_or(OperatorError::NotFound)
}

/// The names of some people, for pages. Whom nobody knows (any more) is not in it.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn names(
    app: &App,
    ids: impl IntoIterator<Item = OperatorId>,
) -> Result<HashMap<OperatorId, String>, Fault> {
    let mut ids: Vec<OperatorId> = ids.into_iter().collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::names(&app.db, ids).await?.into_iter().collect())
}

/// Changes a person's name, roles, or whether they may enter. Disabling ends their sessions, unused sign-in links and API
/// tokens at once; taking a role away ends the tokens that need it. None of them comes back with the person or the role.
///
/// # Errors
/// [`OperatorError::LastAdmin`] where nobody could administer any more, [`OperatorError::NotFound`],
/// [`OperatorError::Fields`], [`OperatorError::Ended`].
pub async fn change(
    app: &App,
    by: impl Into<Authority>,
    id: &OperatorId,
    change: OperatorChange,
) -> Result<Operator, OperatorError> {
    let by = by.into();
    let name = change.name.as_deref().map(Name::parse).transpose()?;
    if let Some(name) = &name {
        refuse_secret(app, "name", name.as_str())?;
    }
    if change.roles.as_ref().is_some_and(Roles::is_empty) {
        return Err(no_role().into());
    }
    let tx = AuditedTx::begin(app).await?;
    still::manages(app, &tx, &by).await?;
    let admins = store::lock_admins(&tx, app.db.is_postgres()).await?;
    let before = store::lock(&tx, id, app.db.is_postgres()).await?.ok_or(OperatorError::NotFound)?;
    let mut after = before.clone();
    if let Some(name) = name.filter(|name| name.as_str() != before.name) {
        let others = store::list(&tx).await?.into_iter().filter(|other| other.id != *id);
        refuse_alike(&name, &others.collect::<Vec<_>>())?;
        name.as_str().clone_into(&mut after.name);
    }
    after.roles = change.roles.unwrap_or(after.roles);
    let is_disabled = change.disabled.unwrap_or(before.is_disabled());
    after.disabled_at = store::disabled_at(is_disabled, before.disabled_at, app.now());
    let stays_admin = after.roles.has(Role::Admin) && !after.is_disabled();
    if admins == [id.clone()] && !stays_admin {
        return Err(OperatorError::LastAdmin);
    }
    let mut events: Vec<Event> = happenings(&before, &after)
        .into_iter()
        .map(|happening| Event::installation(app, by.actor(), happening).about("operator", id))
        .collect();
    if events.is_empty() {
        return Ok(before);
    }
    store::update(&tx, &after).await?;
    if after.is_disabled() {
        link::revoke_unused(&tx, id).await?;
        events.extend(session::end_all(app, &tx, by.actor(), id, None).await?);
        events.extend(token::end_all(app, &tx, by.actor(), id, Ended::Disabled).await?);
    } else {
        let changed = Ended::RolesChanged(before.roles, after.roles.clone());
        events.extend(token::end_all(app, &tx, by.actor(), id, changed).await?);
    }
    tx.commit(events).await?;
    Ok(after)
}

/// Makes a one-time sign-in link for a person; older unused ones stop working. The secret is shown this once.
///
/// # Errors
/// [`OperatorError::NotFound`], [`OperatorError::Disabled`], [`OperatorError::Ended`].
pub async fn issue_link(
    app: &App,
    by: impl Into<Authority>,
    id: &OperatorId,
) -> Result<Secret, OperatorError> {
    let by = by.into();
    let tx = AuditedTx::begin(app).await?;
    still::manages(app, &tx, &by).await?;
    let operator = store::lock(&tx, id, app.db.is_postgres()).await?.ok_or(OperatorError::NotFound)?;
    if operator.is_disabled() {
        return Err(OperatorError::Disabled);
    }
    let secret = link::issue(app, &tx, id).await?;
    let event = Event::installation(app, by.actor(), Happening::LinkIssued {}).about("operator", id);
    tx.commit_one(event).await?;
    Ok(secret)
}

/// How a lost password is replaced.
#[derive(Default)]
pub struct PasswordReset {
    /// The new one; else there will be a one-time link, with which its owner sets one.
    pub password: Option<Secret>,
    /// Whether the second factor is lost, too, and goes.
    pub second_factor: bool,
}

/// Replaces a lost password. The person's sessions and API tokens end: whoever had it may have made them.
///
/// # Errors
/// [`OperatorError::NotFound`], [`OperatorError::Disabled`], [`OperatorError::Fields`], [`OperatorError::Ended`].
pub async fn reset_password(
    app: &App,
    by: impl Into<Authority>,
    id: &OperatorId,
    reset: PasswordReset,
) -> Result<Option<Secret>, OperatorError> {
    let by = by.into();
    let password = reset.password;
    let operator = find(app, id).await?;
    if operator.is_disabled() {
        return Err(OperatorError::Disabled);
    }
    let hash = match &password {
        Some(password) => Some(fresh_hash(app, "password", &operator, password).await?),
        None => None,
    };
    let tx = AuditedTx::begin(app).await?;
    still::manages(app, &tx, &by).await?;
    // Computing the hash took a while.
    let now = store::lock(&tx, id, app.db.is_postgres()).await?.ok_or(OperatorError::NotFound)?;
    if now.is_disabled() {
        return Err(OperatorError::Disabled);
    }
    store::set_password(&tx, id, hash.as_ref()).await?;
    let event = |happening| Event::installation(app, by.actor(), happening).about("operator", id);
    let mut events = vec![event(Happening::PasswordChanged {})];
    if reset.second_factor {
        events.extend(second_factor::take_away(app, &tx, by.actor(), id).await?);
    }
    events.extend(token::end_all(app, &tx, by.actor(), id, Ended::PasswordReset).await?);
    events.extend(session::end_all(app, &tx, by.actor(), id, None).await?);
    let secret = if hash.is_some() {
        link::revoke_unused(&tx, id).await?;
        None
    } else {
        events.push(event(Happening::LinkIssued {}));
        Some(link::issue(app, &tx, id).await?)
    };
    tx.commit(events).await?;
    Ok(secret)
}

/// Checks a password for somebody who is known, and hashes it.
pub(super) async fn fresh_hash(
    app: &App,
    field: &'static str,
    operator: &Operator,
    password: &Secret,
) -> Result<PasswordHash, OperatorError> {
    let (email, name) = (Email::parse(&operator.email)?, Name::stored(&operator.name));
    password::check(field, password, &email, &name)?;
    Ok(password::hash(app, password).await?)
}

fn happenings(before: &Operator, after: &Operator) -> Vec<Happening> {
    let mut happenings = Vec::new();
    if before.name != after.name {
        happenings.push(Happening::OperatorRenamed {});
    }
    if before.roles != after.roles {
        happenings.push(Happening::RoleChanged { roles: after.roles.words() });
    }
    match (before.is_disabled(), after.is_disabled()) {
        (false, true) => happenings.push(Happening::OperatorDisabled {}),
        (true, false) => happenings.push(Happening::OperatorEnabled {}),
        _ => {}
    }
    happenings
}

/// Everything that is wrong with a new person, at once.
fn checked(new: &NewOperator) -> Result<(Email, Name), OperatorError> {
    let (email, name) = (Email::parse(&new.email), Name::parse(&new.name));
    let mut wrong = Vec::new();
    if let (Ok(email), Ok(name), Some(password)) = (&email, &name, &new.password) {
        wrong.extend(password::check("password", password, email, name).err());
    }
    if new.roles.is_empty() {
        wrong.push(no_role());
    }
    match (email, name) {
        (Ok(email), Ok(name)) if wrong.is_empty() => Ok((email, name)),
        (email, name) => {
            wrong.splice(0..0, email.err().into_iter().chain(name.err()));
            Err(OperatorError::Fields(wrong))
        }
    }
}

fn no_role() -> FieldError {
    FieldError::new("roles", "missing", "Give at least one role: author, reviewer, admin or auditor.")
}

fn taken() -> FieldError {
    FieldError::new("email", "taken", "Somebody with this e-mail address is in the list already.")
}

#[cfg(test)]
mod tests;
