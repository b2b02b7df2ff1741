//! `token`: access for programs. No token can approve.

use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use countersign_api::{
    app::App,
    operators::{self, Authority, NewToken, Token, TokenOwner, TokenScope, token},
    secret::Secret,
};
use serde::Serialize;

use super::{CodeInput, Format, Options, PasswordInput, ask_password, print, prove, table};

/// What can be done about tokens.
#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once
    Create(TokenCreate),
    /// List all tokens, without their secrets
    List(Format),
    /// End a token
    Revoke {
        /// Its id, as `token list` shows it
        id: String,
    },
}

/// A new token.
#[derive(Args)]
pub struct TokenCreate {
    /// What it is for
    #[arg(long)]
    pub name: String,
    /// What it may do, separated by commas: drafts:read, drafts:write, publications:read, audit:read, audit:export
    #[arg(long = "scope", value_parser = scope, value_delimiter = ',', required = true, value_name = "SCOPES")]
    pub scopes: Vec<TokenScope>,
    /// When it ends by itself: after so many days, or `never`
    #[arg(long, value_parser = life, default_value = "90d", value_name = "DAYS")]
    pub expires: Life,
    /// For whom it acts; that person's password is asked for, and a code where they have a second factor
    #[arg(long = "as", value_name = "EMAIL")]
    pub owner: String,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordInput,
    /// Where the code comes from.
    #[command(flatten)]
    pub code: CodeInput,
    /// How to print.
    #[command(flatten)]
    pub format: Format,
}

/// How long a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// For so long.
    For(Duration),
    /// Until somebody revokes it.
    Unlimited,
}

/// A token, as `--json` has it in lists.
#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    owner: String,
    scopes: Vec<String>,
    created_at: String,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    revoked_why: Option<String>,
    state: &'static str,
}

/// A token that was just made, as `--json` has it.
#[derive(Serialize)]
struct Made<'a> {
    id: &'a str,
    token: &'a str,
}

pub(super) async fn run(options: &Options, command: TokenCommand) -> Result<()> {
    let app = super::app(options).await?;
    let text = match command {
        TokenCommand::Create(new) => {
            let password = ask_password(new.password, &new.owner)?;
            create(&app, new, password).await?
        }
        TokenCommand::List(format) => list(&app, format).await?,
        TokenCommand::Revoke { id } => revoke(&app, &id).await?,
    };
    Ok(print(&text)?)
}

async fn create(app: &App, new: TokenCreate, password: Secret) -> Result<String> {
    let owner = prove(app, &new.owner, &password, new.code).await?;
    let owner = TokenOwner::on_command_line(&owner)?;
    let expires_at = match new.expires {
        Life::For(life) => Some(app.now().plus(life)),
        Life::Unlimited => None,
    };
    let made = NewToken { name: new.name, scopes: new.scopes, expires_at };
    let (id, secret) = token::create(app, owner, made).await?;
    if new.format.json {
        return Ok(serde_json::to_string_pretty(&Made { id: id.as_str(), token: secret.expose() })?);
    }
    Ok(format!("Made {id}. This is the token; it is shown this once:\n{}", secret.expose()))
}

async fn list(app: &App, format: Format) -> Result<String> {
    let tokens = token::list(app).await?;
    let names = operators::names(app, tokens.iter().map(|token| token.operator_id.clone())).await?;
    let row = |token: Token| Row {
        id: token.id.to_string(),
        state: token.state(app.now()).as_str(),
        scopes: token.scope_words(),
        owner: names.get(&token.operator_id).cloned().unwrap_or_default(),
        name: token.name,
        created_at: token.created_at.rfc3339(),
        last_used_at: token.last_used_at.map(|at| at.rfc3339()),
        expires_at: token.expires_at.map(|at| at.rfc3339()),
        revoked_at: token.revoked_at.map(|at| at.rfc3339()),
        revoked_why: token.revoked_why,
    };
    let rows: Vec<Row> = tokens.into_iter().map(row).collect();
    if format.json {
        return Ok(serde_json::to_string_pretty(&rows)?);
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(cells).collect();
    Ok(table(&["ID", "NAME", "OWNER", "SCOPES", "LAST USED", "EXPIRES", "STATE"], &rows))
}

fn cells(row: Row) -> Vec<String> {
    let state = match row.revoked_why.filter(|why| why != row.state) {
        Some(why) => format!("{} ({})", row.state, why.replace('_', " ")),
        None => row.state.to_owned(),
    };
    let or_never = |at: Option<String>| at.unwrap_or_else(|| "never".to_owned());
    let (used, expires) = (or_never(row.last_used_at), or_never(row.expires_at));
    vec![row.id, row.name, row.owner, row.scopes.join(","), used, expires, state]
}

async fn revoke(app: &App, id: &str) -> Result<String> {
    let id = id.parse().context("a token's id looks like tok_...; `countersign token list` shows them")?;
    token::revoke(app, Authority::command_line(), &id).await?;
    Ok(format!("Revoked {id}. It no longer works."))
}

fn life(word: &str) -> Result<Life, String> {
    if word == "never" {
        return Ok(Life::Unlimited);
    }
    let days =
        word.strip_suffix('d').unwrap_or(word).parse::<u32>().ok().filter(|days| (1..=3650).contains(days));
    let life = days.map(|days| Life::For(Duration::from_secs(u64::from(days) * 86_400)));
    life.ok_or_else(|| format!("`{word}` is no such time; write 30d, 90d, 365d or never"))
}

fn scope(word: &str) -> Result<TokenScope, String> {
    let found = TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word);
    let known = TokenScope::ALL.map(TokenScope::as_str).join(", ");
    found.ok_or_else(|| format!("`{word}` is no scope; the scopes are {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, PASSWORD};

    fn new() -> TokenCreate {
        TokenCreate {
            name: "importer".to_owned(),
            scopes: vec![TokenScope::DraftsWrite],
            owner: "ada@x.example".to_owned(),
            expires: life("90d").unwrap(),
            code: CodeInput::default(),
            password: PasswordInput::default(),
            format: Format { json: true },
        }
    }

    #[tokio::test]
    async fn a_token_is_made_with_its_owners_password_listed_without_its_secret_and_revoked() {
        let test = testing::app().await;
        let ada = testing::person(&test.app, "ada@x.example", "author").await;
        let made = create(&test.app, new(), Secret::from(PASSWORD)).await.unwrap();
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        assert_eq!(made.as_object().unwrap().len(), 2);
        let (id, secret) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
        let resume = async || {
            let bearer = Secret::from(secret);
            token::resume(&test.app, &bearer, Default::default()).await.unwrap().ok()
        };
        assert_eq!(resume().await.unwrap().id(), &ada.id);
        for format in [Format::default(), Format { json: true }] {
            let listed = list(&test.app, format).await.unwrap();
            assert!(listed.contains(id) && listed.contains("drafts:write"), "{listed}");
            assert!(!listed.contains(secret), "{listed}");
        }
        revoke(&test.app, id).await.unwrap();
        assert!(resume().await.is_none());
        assert!(revoke(&test.app, "nonsense").await.unwrap_err().to_string().contains("token list"));
    }

    #[test]
    fn a_life_is_a_number_of_days_or_said_to_have_no_end() {
        assert_eq!(life("30d"), Ok(Life::For(Duration::from_secs(30 * 86_400))));
        assert_eq!((life("365"), life("never")), (life("365d"), Ok(Life::Unlimited)));
        for word in ["", "d", "0d", "-1d", "1y", "9999d", "30 d"] {
            assert!(life(word).unwrap_err().contains("30d, 90d, 365d or never"), "{word}");
        }
    }

    #[tokio::test]
    async fn the_wrong_password_makes_nothing() {
        let test = testing::app().await;
        testing::person(&test.app, "ada@x.example", "author").await;
        assert!(create(&test.app, new(), Secret::from("wrong")).await.is_err());
        assert_eq!(list(&test.app, Format { json: true }).await.unwrap(), "[]");
    }
}
