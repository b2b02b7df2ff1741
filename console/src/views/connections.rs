//! `/connections`: the Pinterest accounts that this installation may write to.

use maud::{Markup, html};

use super::badge::{ConnectionState, MISSING, YES};
use super::board_picker;
use super::environment::Environment;
use super::form::{self, Choice, Field, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::note::{self, Tone};
use super::pins_counted;
use super::table::{self, Table};

/// The page.
#[derive(Clone, Debug)]
pub struct Connections {
    /// The connections, those that need a hand first.
    pub items: Vec<Connection>,
    /// The form to connect another one; `None` if this person is no admin.
    pub connect: Option<Connect>,
    /// Whether the app has Trial access only, so that production is closed.
    pub is_trial: bool,
}

/// The form that starts a consent.
#[derive(Clone, Debug, Default)]
pub struct Connect {
    /// The environments that may be connected now.
    pub environments: Vec<Environment>,
    /// The chosen one's code.
    pub environment: String,
    /// The username that is expected, without `@`.
    pub expected_username: String,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// One connection.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its id: `con_...`.
    pub id: String,
    /// Its state.
    pub state: ConnectionState,
    /// Where it acts.
    pub environment: Environment,
    /// `@halden_kitchen`; `None` until Pinterest said it.
    pub username: Option<String>,
    /// The expected username, if one was named: `@halden_home`.
    pub expected: Option<String>,
    /// `Business account, connected by Teresa Vidal`.
    pub about: String,
    /// Since when, in Unix microseconds.
    pub connected_at: Option<i64>,
    /// Why it is held, and what to do.
    pub why: Option<String>,
    /// The scopes that are needed.
    pub scopes: Vec<Scope>,
    /// When the access token ends, in Unix microseconds.
    pub access_expires_at: Option<i64>,
    /// When the refresh token ends, in Unix microseconds.
    pub refresh_expires_at: Option<i64>,
    /// The last refresh, in Unix microseconds.
    pub refreshed_at: Option<i64>,
    /// How many Pins wait for it, as far as is counted; only told of an account that is held or was revoked.
    pub waiting: u64,
    /// What this person may do.
    pub may: May,
    /// The form for a new board, as it was typed if Pinterest or we did not take it.
    pub board: BoardForm,
}

/// The form for a new board.
#[derive(Clone, Debug, Default)]
pub struct BoardForm {
    /// What was typed.
    pub name: String,
    /// What was chosen.
    pub privacy: String,
    /// What is wrong: `name`, `privacy`.
    pub errors: Vec<FieldError>,
}

/// What may be done with a connection now.
#[derive(Clone, Copy, Debug, Default)]
pub struct May {
    /// Say that it is the right account.
    pub confirm: bool,
    /// Ask for consent again.
    pub reconnect: bool,
    /// Disconnect.
    pub disconnect: bool,
    /// Create a board: rehearsal and sandbox, authors.
    pub create_board: bool,
}

/// A scope that is needed.
#[derive(Clone, Debug)]
pub struct Scope {
    /// `pins:write`.
    pub name: String,
    /// `Creating a signed Pin`.
    pub needed_for: String,
    /// Whether Pinterest granted it.
    pub is_granted: bool,
    /// `Today 12:00, attempt 1`; `None` if never used.
    pub last_used: Option<String>,
}

/// The page that asks before a disconnect, and says what goes and what stays.
#[derive(Clone, Debug)]
pub struct Disconnect {
    /// `con_...`
    pub id: String,
    /// `@halden_kitchen`
    pub username: String,
    /// How many countersigned Pins will be held, as far as is counted.
    pub scheduled: u64,
    /// Where the person can remove the app at Pinterest; http(s).
    pub revoke_url: String,
}

/// The whole page.
pub fn page(frame: &Frame, connections: &Connections) -> Markup {
    layout::page(
        frame,
        "Connections",
        Section::Connections,
        html! {
            div.head { div { h1 { "Connections" }
                p { "The Pinterest accounts this installation may write to. We never ask for a Pinterest password." } }
            }
            div.stack-l {
                @if connections.is_trial { (note::note(Tone::Info, "Trial access: production is closed",
                    "Until Pinterest grants Standard access, a Pin for production cannot even be built here.")) }
                @for connection in &connections.items { (self::connection(frame, connection)) }
                @if connections.items.is_empty() { (nothing(connections.connect.is_some())) }
                @if let Some(connect) = &connections.connect { (connect_form(frame, connect)) }
            }
        },
    )
}

fn nothing(may_connect: bool) -> Markup {
    html! {
        section.empty { h2 { "No account is connected" }
            p { @if may_connect { "Connect one below. In rehearsal that takes two clicks and no Pinterest account." } @else { "Ask an admin to connect one." } }
        }
    }
}

fn connect_form(frame: &Frame, connect: &Connect) -> Markup {
    let choices: Vec<_> = connect.environments.iter().map(|it| Choice::new(it.code(), it.name())).collect();
    let error = form::error_of(&connect.errors, "expected_username");
    html! {
        section.sheet.narrow id="connect" {
            h2 { "Connect an account" }
            (form::summary("The account was not connected", &connect.errors))
            (form::post(frame, "/connections", "stack", html! {
                (form::select_field("environment", "Environment", &choices, &connect.environment))
                (Field::text("expected_username", "Which account do you expect?").value(&connect.expected_username).error(error)
                    .hint("Its username. If Pinterest answers with another account, nothing is published for it until an admin confirms."))
                p.small { "You go to Pinterest’s consent page, which asks for five permissions: see the account, read and write its boards, read and write its Pins. You may decline there, and withdraw later. What we keep and for how long: "
                    a href="/privacy-policy" { "privacy policy" } "." }
                button.btn.solid { (icon("plus")) "Connect" }
            }))
        }
    }
}

fn connection(frame: &Frame, connection: &Connection) -> Markup {
    let name = connection.username.as_deref().unwrap_or("Not connected yet");
    html! {
        section.sheet aria-labelledby=(connection.id) {
            div.line.between {
                div { h2.name id=(connection.id) { (name) }
                    p.soft.small { (connection.about) @if let Some(at) = connection.connected_at { ", " (frame.times.short(at)) }
                        " · " b { (connection.environment.name()) } }
                }
                div.line { (connection.state.badge()) (buttons(frame, connection)) }
            }
            (panel(frame, connection))
            @if !connection.scopes.is_empty() { (details(frame, connection)) }
            @if connection.may.create_board { (create_board(frame, connection)) }
        }
    }
}

fn buttons(frame: &Frame, connection: &Connection) -> Markup {
    let id = &connection.id;
    html! {
        @if connection.may.reconnect { (form::button(frame, &format!("/connections/{id}/reconnect"), "btn", html! { (icon("redo")) (if connection.state == ConnectionState::Pending { "Start again" } else { "Reconnect" }) })) }
        @if connection.may.disconnect { a.btn.bad href={ "/connections/" (id) "/disconnect" } { (icon("trash")) "Disconnect…" } }
    }
}

/// What stands in the way of this connection, and the way out.
fn panel(frame: &Frame, connection: &Connection) -> Markup {
    let name = connection.username.as_deref().unwrap_or("this account");
    let expected = connection.expected.as_deref().unwrap_or("another one");
    let waiting =
        format!("{} for it, with both signatures kept.", pins_counted(connection.waiting, "waits", "wait"));
    let (tone, title, words) = match connection.state {
        ConnectionState::Active | ConnectionState::Disconnected => return html! {},
        ConnectionState::Unconfirmed => (
            Tone::Warn,
            format!("Is {name} the account you meant?"),
            "Nobody named it before. Nothing is published for it until an admin confirms.".into(),
        ),
        ConnectionState::WrongAccount => (
            Tone::Warn,
            format!("This is {name}, you expected {expected}"),
            "Publishing for it is blocked until an admin confirms. Nothing has been sent.".into(),
        ),
        ConnectionState::Pending => (
            Tone::Info,
            "The consent was not finished".into(),
            "Start again; an unfinished consent ends by itself after 10 minutes.".into(),
        ),
        ConnectionState::Revoked => (
            Tone::Bad,
            "The consent was withdrawn at Pinterest".into(),
            format!("Its tokens were deleted here. {waiting} Reconnect to go on."),
        ),
        ConnectionState::Held => (Tone::Warn, "Publishing for it is held".into(), waiting),
    };
    html! {
        div.gap { (note::with(tone, &title, html! {
            p { (words) }
            @if let Some(why) = &connection.why { p { (why) } }
            @if connection.may.confirm { div.line {
                (form::button(frame, &format!("/connections/{}/confirm", connection.id), "btn", html! { "Use " (name) }))
                a.btn.solid href={ "/connections/" (connection.id) "/disconnect" } { "Disconnect and try again" }
            } }
        })) }
    }
}

fn details(frame: &Frame, connection: &Connection) -> Markup {
    let scopes = Table::new(
        format!("Scopes of {}", connection.username.as_deref().unwrap_or_default()),
        &["Scope", "Needed for", "Granted", "Last used"],
    )
    .rows(&connection.scopes, |scope| {
        vec![
            html! { code { (scope.name) } },
            html! { (scope.needed_for) },
            html! { @if scope.is_granted { (YES) } @else { (MISSING) } },
            html! { (scope.last_used.as_deref().unwrap_or("Never")) },
        ]
    });
    html! {
        div.split.gap-l {
            div { h3 { "What it may do, and what used it" } div.gap-s { (scopes) } }
            div.stack { (tokens(frame, connection)) }
        }
    }
}

fn tokens(frame: &Frame, connection: &Connection) -> Markup {
    let when = |at: Option<i64>| html! { @match at { Some(at) => { (frame.times.element(at)) small { (frame.times.relative(at)) } }, None => "unknown" } };
    html! {
        h3 { "Consent" }
        (table::facts(&[
            ("Access until", when(connection.access_expires_at)),
            ("Renewable until", when(connection.refresh_expires_at)),
            ("Last renewed", when(connection.refreshed_at)),
        ]))
    }
}

fn create_board(frame: &Frame, connection: &Connection) -> Markup {
    let (id, form) = (&connection.id, &connection.board);
    let words = ["name", "privacy"].iter().find_map(|field| form::error_of(&form.errors, field));
    html! {
        details.gap open[words.is_some()] { summary.btn { (icon("plus")) "New board…" }
            (form::post(frame, &format!("/connections/{id}/boards"), "stack narrow gap-s", html! {
                p.small.soft { "The board is created at once for " (connection.username.as_deref().unwrap_or("this account")) ", " (connection.environment.ending()) "." }
                (Field::text("name", "Name").id(format!("f-name-{id}")).value(&form.name).required().error(words).focused(words.is_some()))
                div.field { label for={ "f-privacy-" (id) } { "Who sees it" } (form::select(&format!("f-privacy-{id}"), "privacy", &board_picker::privacy(), &form.privacy)) }
                button.btn { "Create the board" }
            }))
        }
    }
}

/// `GET /connections/{id}/disconnect`.
pub fn disconnect(frame: &Frame, model: &Disconnect) -> Markup {
    let title = format!("Disconnect {}", model.username);
    layout::page(
        frame,
        &title,
        Section::Connections,
        html! {
            div.head { div { h1 { (title) } p { "This takes effect at once and cannot be taken back. You can connect the account again later." } } }
            div.pair {
                section.sheet { h2 { "Deleted now" } ul.stack-s.small {
                    li { "Both tokens of this account, in the same moment" }
                    li { "The consent here; nothing can be sent for it any more" }
                } }
                section.sheet { h2 { "Kept" } ul.stack-s.small {
                    li { "Drafts with their images and their history" }
                    li { "The audit log: it shows what was done" }
                    li { (pins_counted(model.scheduled, "that is countersigned", "that are countersigned")) ", held until the account is connected again" }
                } }
            }
            p.small.gap { "Pinterest itself keeps listing the app until you remove it there: " (super::link::outside(&model.revoke_url, "Pinterest’s settings")) "." }
            div.line.gap-l {
                (form::button(frame, &format!("/connections/{}/disconnect", model.id), "btn bad big", html! { (icon("trash")) "Disconnect " (model.username) }))
                a.btn.big href="/connections" { "Keep it" }
            }
        },
    )
}
