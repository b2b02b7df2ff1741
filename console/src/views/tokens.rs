//! `/tokens`: machines that may draft and read, and never approve.

use maud::{Markup, html};

use super::form::{self, Choice, Field, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::note::{self, Tone};
use super::table::Table;
use super::words::text;

/// The page.
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
    /// The life that was chosen, in days, or [`NEVER`]; empty: the usual one.
    pub expires: String,
    /// What is wrong: `token_name`, `scope`, `expires`.
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
    /// When it was made, in Unix microseconds.
    pub created_at: i64,
    /// The last use, in Unix microseconds.
    pub used_at: Option<i64>,
    /// When it ends by itself, in Unix microseconds.
    pub expires_at: Option<i64>,
    /// Whether it works.
    pub state: State,
}

/// Whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// It was ended, by its button or because of this.
    Revoked(Option<&'static str>),
}

/// The life of a token that has no end.
pub const NEVER: &str = "never";

/// The usual life, in days.
const USUAL: &str = "90";

/// The lives that are offered: what the form sends, and words.
const LIVES: [(&str, &str); 4] = [
    ("30", "after 30 days"),
    (USUAL, "after 90 days"),
    ("365", "after 365 days"),
    (NEVER, "never, until it is revoked"),
];

/// Whether a life is offered.
pub fn is_offered(life: &str) -> bool {
    LIVES.iter().any(|(offered, _)| *offered == life)
}

/// Scopes that a token may have, with what each allows.
pub const SCOPES: [(&str, &str); 5] = [
    ("drafts:read", "read drafts, connections and boards"),
    ("drafts:write", "write drafts and images, ask for approval"),
    ("publications:read", "read publications"),
    ("audit:read", "read the audit log"),
    ("audit:export", "export the audit log"),
];

/// `GET /tokens`, and the answers to its form.
pub fn page(frame: &Frame, tokens: &Tokens) -> Markup {
    let main = html! {
        div.head { div { h1 { "API tokens" } p { "A token acts for the person who made it: its drafts are that person’s own. No token can approve." } } }
        div.stack-l {
            @if let Some((name, token)) = &tokens.issued {
                (note::with(Tone::Good, &format!("The token “{name}”"), html! {
                    p { "Copy it now. It is not shown again." }
                    pre.gap-s id="issued-token" { (token) }
                    div.line { button.btn type="button" hidden data-copy="issued-token" { "Copy" } }
                }))
            }
            @if tokens.items.is_empty() { p { "There is none." } } @else { (list(frame, &tokens.items)) }
            p.small.soft { "All tokens of a person stop when that person is disabled, or gets a new password without knowing the old one. Those with drafts:write or audit:read also stop when the person loses the role. None comes back." }
            (create(frame, tokens))
        }
    };
    layout::page(frame, "API tokens", Section::Settings, main)
}

fn list(frame: &Frame, items: &[Token]) -> Markup {
    let rows = Table::new("API tokens", &["Name", "For", "May", "Made", "Last used", "Ends", "Action"]).rows(items, |token| {
        vec![
            html! { (text(&token.name)) },
            html! { (text(&token.owner)) },
            html! { (token.scopes) },
            frame.times.element(token.created_at),
            html! { @match token.used_at { Some(at) => (frame.times.element(at)), None => "Never" } },
            html! { @match token.expires_at { Some(at) => (frame.times.element(at)), None => "Never" } },
            html! { @match token.state {
                State::Active => (form::button(frame, &format!("/tokens/{}/revoke", token.id), "btn bad", html! { "Revoke" span.vh { " " (text(&token.name)) } })),
                State::Expired => "Expired",
                State::Revoked(None) => "Revoked",
                State::Revoked(Some(why)) => { "Revoked: " (why) },
            } },
        ]
    });
    html! { (rows) }
}

fn create(frame: &Frame, tokens: &Tokens) -> Markup {
    let error = |field| form::error_of(&tokens.errors, field);
    let lives = LIVES.map(|(life, words)| Choice::new(life, words));
    let life = Some(tokens.expires.as_str()).filter(|life| is_offered(life)).unwrap_or(USUAL);
    html! {
        details.gap open[!tokens.errors.is_empty()] { summary.btn { (icon("plus")) "New token…" }
            (form::post(frame, "/tokens", "stack narrow gap-s", html! {
                (Field::text("token_name", "Name").value(&tokens.name).required().error(error("token_name")).hint("What uses it: “cms-sync”. It signs as a machine."))
                fieldset id="f-scope" aria-describedby=[error("scope").map(|_| "f-scope-e")] { legend { "It may" }
                    div.stack-s { @for (scope, words) in SCOPES { (form::tick("scope", scope, words, tokens.scopes.iter().any(|it| it == scope))) } }
                    @if let Some(words) = error("scope") { (form::error("f-scope-e", words)) }
                }
                (Field::list("expires", "It ends", &lives).value(life).error(error("expires")))
                button.btn { "Make the token" }
            }))
        }
    }
}
