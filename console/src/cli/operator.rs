//! `operator`: the people who work here.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use countersign_api::{
    app::App,
    approvals::{self, OperatorChangeError},
    operators::{Authority, NewOperator, Operator, OperatorChange, PasswordReset, Role, Roles, people},
    secret::Secret,
};
use serde::Serialize;

use super::{Format, Options, PasswordInput, ask_new_password, print, table};

/// What can be done about people. It is recorded as done by the system, by way of the command line.
#[derive(Subcommand)]
pub enum OperatorCommand {
    /// Add a person; without a password a one-time sign-in link is printed
    Add(OperatorAdd),
    /// List everyone
    List(Format),
    /// Keep a person out; nothing more goes out on approvals of theirs
    Disable(OperatorDisable),
    /// Let a person in again
    Enable(OperatorRef),
    /// Replace a person's roles
    Roles(OperatorRoles),
    /// Set a person's password, or print a one-time sign-in link; their sessions and API tokens end
    ResetPassword(ResetPassword),
}

/// A new person.
#[derive(Args)]
pub struct OperatorAdd {
    /// Their e-mail address, with which they sign in
    pub email: String,
    /// Their name, as others see it
    #[arg(long)]
    pub name: String,
    /// Their roles, separated by commas: author, reviewer, admin, auditor
    #[arg(long = "role", value_delimiter = ',', required = true, value_name = "ROLES")]
    pub roles: Vec<Role>,
    /// Where the password comes from, if there is to be one.
    #[command(flatten)]
    pub password: PasswordInput,
    /// How to print.
    #[command(flatten)]
    pub format: Format,
}

/// A person.
#[derive(Args)]
pub struct OperatorRef {
    /// Their e-mail address
    pub email: String,
}

/// A person who is to be kept out.
#[derive(Args)]
pub struct OperatorDisable {
    /// Their e-mail address
    pub email: String,
    /// Also where that voids approvals of theirs that wait for their time
    #[arg(long)]
    pub yes: bool,
}

/// A person and what they may do from now on.
#[derive(Args)]
pub struct OperatorRoles {
    /// Their e-mail address
    pub email: String,
    /// Their roles from now on, separated by commas: author, reviewer, admin, auditor
    #[arg(long = "role", value_delimiter = ',', required = true, value_name = "ROLES")]
    pub roles: Vec<Role>,
    /// Also where that voids approvals of theirs that wait for their time
    #[arg(long)]
    pub yes: bool,
}

/// A person who cannot sign in.
#[derive(Args)]
pub struct ResetPassword {
    /// Their e-mail address
    pub email: String,
    /// Also take away their second factor, where that is lost, too
    #[arg(long)]
    pub reset_second_factor: bool,
    /// Where the password comes from; without it a link is printed.
    #[command(flatten)]
    pub password: PasswordInput,
    /// How to print.
    #[command(flatten)]
    pub format: Format,
}

/// A person, as `--json` has them.
#[derive(Serialize)]
struct Row {
    id: String,
    email: String,
    name: String,
    roles: Vec<String>,
    disabled: bool,
    has_totp: bool,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl Row {
    fn new(operator: Operator, link: Option<String>) -> Self {
        Self {
            id: operator.id.to_string(),
            disabled: operator.is_disabled(),
            has_totp: operator.second_factor_since().is_some(),
            email: operator.email,
            name: operator.name,
            roles: operator.roles.words(),
            created_at: operator.created_at.rfc3339(),
            link,
        }
    }
}

pub(super) async fn run(options: &Options, command: OperatorCommand) -> Result<()> {
    let app = super::app(options).await?;
    let text = match command {
        OperatorCommand::Add(new) => {
            let password = given_password(new.password, &new.email)?;
            add(&app, new, password).await?
        }
        OperatorCommand::List(format) => list(&app, format).await?,
        OperatorCommand::Disable(person) => disable(&app, person).await?,
        OperatorCommand::Enable(person) => enable(&app, &person.email).await?,
        OperatorCommand::Roles(change) => roles(&app, change).await?,
        OperatorCommand::ResetPassword(reset) => {
            let password = given_password(reset.password, &reset.email)?;
            reset_password(&app, reset, password).await?
        }
    };
    Ok(print(&text)?)
}

async fn add(app: &App, new: OperatorAdd, password: Option<Secret>) -> Result<String> {
    let roles = Roles::from_iter(new.roles);
    let new_operator = NewOperator { email: new.email, name: new.name, roles, password };
    let (operator, secret) = people::add(app, Authority::command_line(), new_operator).await?;
    let said = format!("Added {} <{}> as {}.\n", operator.name, operator.email, operator.roles);
    with_link(app, new.format, operator, secret, said)
}

async fn list(app: &App, format: Format) -> Result<String> {
    let rows: Vec<Row> = people::list(app).await?.into_iter().map(|row| Row::new(row, None)).collect();
    if format.json {
        return Ok(serde_json::to_string_pretty(&rows)?);
    }
    let state = |row: &Row| if row.disabled { "disabled" } else { "enabled" }.to_owned();
    let factor = |row: &Row| if row.has_totp { "on" } else { "off" }.to_owned();
    let cells =
        |row: &Row| vec![row.email.clone(), row.name.clone(), row.roles.join(","), state(row), factor(row)];
    let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    Ok(table(&["EMAIL", "NAME", "ROLES", "STATE", "SECOND FACTOR"], &rows))
}

async fn disable(app: &App, person: OperatorDisable) -> Result<String> {
    let change = OperatorChange { disabled: Some(true), ..OperatorChange::default() };
    let operator = changed(app, &person.email, change, person.yes).await?;
    Ok(format!("{} <{}> is disabled; their sessions and API tokens ended.", operator.name, operator.email))
}

async fn enable(app: &App, email: &str) -> Result<String> {
    let change = OperatorChange { disabled: Some(false), ..OperatorChange::default() };
    let operator = changed(app, email, change, false).await?;
    Ok(format!("{} <{}> is enabled.", operator.name, operator.email))
}

async fn roles(app: &App, change: OperatorRoles) -> Result<String> {
    let to = OperatorChange { roles: Some(Roles::from_iter(change.roles)), ..OperatorChange::default() };
    let operator = changed(app, &change.email, to, change.yes).await?;
    Ok(format!("{} <{}> has the roles {} now.", operator.name, operator.email, operator.roles))
}

/// Changes a person; where that would void approvals of theirs, only if `may_void` was said.
async fn changed(app: &App, email: &str, change: OperatorChange, may_void: bool) -> Result<Operator> {
    let operator = people::find_by_email(app, email).await?;
    let by = Authority::command_line();
    match approvals::change_operator(app, by, &operator.id, change, may_void).await {
        Err(error @ OperatorChangeError::WouldVoid(_)) => {
            bail!("{error}, or run the command again with --yes to do it all the same")
        }
        changed => Ok(changed?),
    }
}

async fn reset_password(app: &App, reset: ResetPassword, password: Option<Secret>) -> Result<String> {
    let operator = people::find_by_email(app, &reset.email).await?;
    let to = PasswordReset { password, second_factor: reset.reset_second_factor };
    let secret = people::reset_password(app, Authority::command_line(), &operator.id, to).await?;
    let operator = people::find(app, &operator.id).await?;
    let mut said = "The password was reset; all sessions and API tokens of the person ended.\n".to_owned();
    match (reset.reset_second_factor, operator.second_factor_since()) {
        (true, _) => said += "There is no second factor any more.\n",
        (false, Some(_)) => said += "The second factor stays: signing in asks for a code.\n",
        (false, None) => {}
    }
    with_link(app, reset.format, operator, secret, said)
}

/// The password that is to be set, if one is given; else there will be a link.
fn given_password(input: PasswordInput, email: &str) -> Result<Option<Secret>> {
    input.password_stdin.then(|| ask_new_password(input, email)).transpose()
}

/// What was done, and the link where there is one.
fn with_link(
    app: &App,
    format: Format,
    operator: Operator,
    secret: Option<Secret>,
    said: String,
) -> Result<String> {
    let link = secret.map(|secret| format!("{}sign-in/{}", app.config.server.public_url, secret.expose()));
    if format.json {
        return Ok(serde_json::to_string_pretty(&Row::new(operator, link))?);
    }
    let shown = link.map(|link| format!("One-time sign-in link, good for 24 hours:\n{link}\n"));
    Ok(said + &shown.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const EMAIL: &str = "rowan@x.example";

    fn person(email: &str) -> OperatorDisable {
        OperatorDisable { email: email.to_owned(), yes: false }
    }

    fn new(json: bool) -> OperatorAdd {
        OperatorAdd {
            email: EMAIL.to_owned(),
            name: "Rowan".to_owned(),
            roles: vec![Role::Reviewer, Role::Auditor],
            password: PasswordInput::default(),
            format: Format { json },
        }
    }

    #[tokio::test]
    async fn a_person_without_a_password_gets_a_link_that_opens() {
        let test = testing::app().await;
        let said = add(&test.app, new(false), None).await.unwrap();
        let link = said.lines().find_map(|line| line.strip_prefix("http://127.0.0.1:8080/sign-in/")).unwrap();
        let found =
            countersign_api::operators::link::peek_link(&test.app, &Secret::from(link)).await.unwrap();
        assert_eq!(found.unwrap().name, "Rowan");
    }

    #[tokio::test]
    async fn programs_get_json_with_a_link_only_where_there_is_one() {
        let test = testing::app().await;
        let password = || Some(Secret::from("correct horse battery"));
        let added = add(&test.app, new(true), password()).await.unwrap();
        let added: serde_json::Value = serde_json::from_str(&added).unwrap();
        assert_eq!((&added["email"], &added["disabled"]), (&EMAIL.into(), &false.into()));
        assert!(added.get("link").is_none());
        let reset = ResetPassword {
            email: EMAIL.to_owned(),
            reset_second_factor: false,
            password: PasswordInput::default(),
            format: Format { json: true },
        };
        let reset = reset_password(&test.app, reset, None).await.unwrap();
        let reset: serde_json::Value = serde_json::from_str(&reset).unwrap();
        assert!(reset["link"].as_str().unwrap().contains("/sign-in/"));
        let listed = list(&test.app, Format { json: true }).await.unwrap();
        assert!(!listed.contains("link") && !listed.contains("argon2"), "{listed}");
    }

    #[tokio::test]
    async fn people_are_found_by_address_and_changed() {
        let test = testing::app().await;
        add(&test.app, new(false), None).await.unwrap();
        disable(&test.app, person("ROWAN@x.example")).await.unwrap();
        assert!(list(&test.app, Format::default()).await.unwrap().contains("reviewer,auditor  disabled"));
        enable(&test.app, EMAIL).await.unwrap();
        roles(&test.app, OperatorRoles { email: EMAIL.to_owned(), roles: vec![Role::Author], yes: false })
            .await
            .unwrap();
        assert!(list(&test.app, Format::default()).await.unwrap().contains("author  enabled"));
        let unknown = disable(&test.app, person("nobody@x.example")).await.unwrap_err();
        assert!(unknown.to_string().contains("no such person"), "{unknown}");
    }
}
