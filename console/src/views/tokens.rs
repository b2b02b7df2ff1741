//! API tokens: machines that may draft and read, and never approve. A section of the settings.

use maud::{Markup, html};

use super::form::{self, Field, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::note::{self, Tone};
use super::table::Table;

/// The section.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// All tokens.
    pub items: Vec<Token>,
    /// A name and a token that was just made: shown in this answer and never again.
    pub issued: Option<(String, String)>,
    /// The name that was typed.
    pub name: String,
    /// The scopes that were ticked.
    pub scopes: Vec<String>,
    /// What is wrong: `token_name`, `scope`.
    pub errors: Vec<FieldError>,
}

/// One token.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its id: `tok_...`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// For whom it acts.
    pub owner: String,
    /// `drafts:write, drafts:read`.
    pub scopes: String,
    /// The last use, in Unix microseconds.
    pub used_at: Option<i64>,
    /// Whether it was revoked.
    pub is_revoked: bool,
}

/// Scopes that a token may have, with what each allows.
pub const SCOPES: [(&str, &str); 5] = [
    ("drafts:read", "read drafts, connections and boards"),
    ("drafts:write", "write drafts and images, ask for approval"),
    ("publications:read", "read publications"),
    ("audit:read", "read the audit log"),
    ("audit:export", "export the audit log"),
];

/// The section `#tokens` of a page.
pub fn section(frame: &Frame, tokens: &Tokens) -> Markup {
    html! {
        section.sec id="tokens" { h2 { "API tokens" }
            p.small.soft { "A token acts for the person who made it: its drafts are that person’s own. No token can approve." }
            @if let Some((name, token)) = &tokens.issued {
                (note::with(Tone::Good, &format!("The token “{name}”"), html! {
                    p { "Copy it now. It is not shown again." }
                    pre.gap-s id="issued-token" { (token) }
                    div.line { button.btn type="button" hidden data-copy="issued-token" { "Copy" } }
                }))
            }
            @if tokens.items.is_empty() { p.small { "There is none." } } @else { (list(frame, &tokens.items)) }
            (create(frame, tokens))
        }
    }
}

fn list(frame: &Frame, items: &[Token]) -> Markup {
    let rows = Table::new("API tokens", &["Name", "For", "May", "Last used", "Action"]).rows(items, |token| {
        vec![
            html! { (token.name) },
            html! { (token.owner) },
            html! { (token.scopes) },
            html! { @match token.used_at { Some(at) => (frame.times.element(at)), None => "Never" } },
            html! { @if token.is_revoked { "Revoked" } @else {
                (form::button(frame, &format!("/tokens/{}/revoke", token.id), "btn bad", html! { "Revoke" span.vh { " " (token.name) } }))
            } },
        ]
    });
    html! { (rows) }
}

fn create(frame: &Frame, tokens: &Tokens) -> Markup {
    let error = |field| form::error_of(&tokens.errors, field);
    html! {
        details.gap open[!tokens.errors.is_empty()] { summary.btn { (icon("plus")) "New token…" }
            (form::post(frame, "/tokens", "stack narrow gap-s", html! {
                (Field::text("token_name", "Name").value(&tokens.name).required().error(error("token_name")).hint("What uses it: “cms-sync”. It signs as a machine."))
                fieldset id="f-scope" aria-describedby=[error("scope").map(|_| "f-scope-e")] { legend { "It may" }
                    div.stack-s { @for (scope, words) in SCOPES { (form::tick("scope", scope, words, tokens.scopes.iter().any(|it| it == scope))) } }
                    @if let Some(words) = error("scope") { (form::error("f-scope-e", words)) }
                }
                button.btn { "Make the token" }
            }))
        }
    }
}
