//! The people of a first start, before anybody can sign in.

use super::{
    authority::Authority,
    error::OperatorError,
    people::{self, NewOperator, Operator},
    role::{Role, Roles},
    store,
};
use crate::{app::App, error::FieldError, secret::Secret};

const ADA: (&str, &str, [Role; 2]) = ("Ada", "ada@rehearsal.example", [Role::Author, Role::Admin]);
const ROWAN: (&str, &str, [Role; 2]) = ("Rowan", "rowan@rehearsal.example", [Role::Reviewer, Role::Auditor]);

/// A one-time link to print at start.
pub struct PrintedLink {
    /// Whom it signs in.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// What they may do.
    pub roles: Roles,
    /// The link's secret: `/sign-in/{secret}`.
    pub secret: Secret,
}

/// Makes the first people where there is nobody, and the links to print: fresh ones at each start of a rehearsal,
/// else one for an admin until any admin has set a password. `bootstrap` (address and password) takes their place: one person
/// with all four roles, if there is nobody yet, and no link.
///
/// # Errors
/// [`OperatorError::Fields`] where the bootstrap person's address or password will not do.
pub async fn first_people(
    app: &App,
    is_rehearsal: bool,
    bootstrap: Option<(String, Secret)>,
) -> Result<Vec<PrintedLink>, OperatorError> {
    let is_first = store::count(&app.db).await? == 0;
    match bootstrap {
        Some((email, password)) if is_first => {
            let name = email.split('@').next().unwrap_or_default().to_owned();
            let new = NewOperator { email, name, roles: Roles::all(), password: Some(password) };
            people::add(app, Authority::command_line(), new).await.map_err(by_variable)?;
            Ok(Vec::new())
        }
        Some(_) => Ok(Vec::new()),
        None if is_rehearsal => rehearsal(app, is_first).await,
        None => lone_admin(app, is_first).await,
    }
}

/// Names what was set instead of a form's fields.
fn by_variable(error: OperatorError) -> OperatorError {
    let OperatorError::Fields(fields) = error else { return error };
    let named = fields.into_iter().map(|field| {
        let variable = match field.field {
            "password" => "COUNTERSIGN_BOOTSTRAP_PASSWORD",
            _ => "COUNTERSIGN_BOOTSTRAP_EMAIL",
        };
        FieldError { message: format!("{} Set {variable} to another one.", field.message), ..field }
    });
    OperatorError::Fields(named.collect())
}

/// One may write and the other sign: the least it takes to see how it works.
async fn rehearsal(app: &App, is_first: bool) -> Result<Vec<PrintedLink>, OperatorError> {
    let mut links = Vec::new();
    for (name, email, roles) in [ADA, ROWAN] {
        let link = match store::find_by_email(&app.db, email).await? {
            None if is_first => Some(added(app, name, email, Roles::from_iter(roles)).await?),
            Some(operator) if !operator.is_disabled() => Some(again(app, operator).await?),
            _ => None,
        };
        links.extend(link);
    }
    Ok(links)
}

async fn lone_admin(app: &App, is_first: bool) -> Result<Vec<PrintedLink>, OperatorError> {
    if is_first {
        let host = app.config.server.public_url.domain().unwrap_or("localhost").to_owned();
        return Ok(vec![added(app, "Admin", &format!("admin@{host}"), Roles::all()).await?]);
    }
    let everyone = store::list(&app.db).await?;
    let admins = everyone.into_iter().filter(|person| person.roles.has(Role::Admin) && !person.is_disabled());
    let admins: Vec<Operator> = admins.collect();
    if admins.iter().any(Operator::has_password) {
        return Ok(Vec::new());
    }
    // Nobody could let anybody in, as after a rehearsal whose people never had passwords.
    match admins.into_iter().next() {
        Some(admin) => Ok(vec![again(app, admin).await?]),
        None => Ok(Vec::new()),
    }
}

async fn added(app: &App, name: &str, email: &str, roles: Roles) -> Result<PrintedLink, OperatorError> {
    let new = NewOperator { email: email.to_owned(), name: name.to_owned(), roles, password: None };
    let (operator, secret) = people::add(app, Authority::command_line(), new).await?;
    match secret {
        Some(secret) => Ok(printed(operator, secret)),
        None => again(app, operator).await,
    }
}

async fn again(app: &App, operator: Operator) -> Result<PrintedLink, OperatorError> {
    let secret = people::issue_link(app, Authority::command_line(), &operator.id).await?;
    Ok(printed(operator, secret))
}

fn printed(operator: Operator, secret: Secret) -> PrintedLink {
    PrintedLink { name: operator.name, email: operator.email, roles: operator.roles, secret }
}

#[cfg(test)]
mod tests;
