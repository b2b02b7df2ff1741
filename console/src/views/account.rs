//! `/account`: one's own name, sessions, password, second factor and keys.

use maud::{Markup, html};

use super::form;
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section};
use super::table::{self, Table};

/// The page.
#[derive(Clone, Debug)]
pub struct Account {
    /// The address.
    pub email: String,
    /// Whether a password was set.
    pub has_password: bool,
    /// How many recovery codes are left; none where there is no second factor.
    pub codes_left: Option<u64>,
    /// The sessions, this one first.
    pub sessions: Vec<Session>,
}

/// One session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its public id; never the secret of the cookie.
    pub id: String,
    /// Whether it is this one.
    pub is_current: bool,
    /// The browser, as it named itself.
    pub user_agent: String,
    /// The address from which it began.
    pub address: Option<String>,
    /// Since when, in Unix microseconds.
    pub created_at: i64,
    /// The last use, in Unix microseconds.
    pub seen_at: i64,
}

/// The whole page. Name, roles and keys are those of the frame's viewer.
pub fn page(frame: &Frame, account: &Account) -> Markup {
    let viewer = frame.viewer.as_ref();
    let name = viewer.map_or("", |viewer| &viewer.name);
    let roles = viewer.map(|viewer| viewer.roles.words()).unwrap_or_default();
    layout::page(
        frame,
        "Your account",
        Section::None,
        html! {
            div.head { div { h1 dir="auto" { (name) } p { (account.email) } }
                (form::button(frame, "/sign-out", "btn", html! { (icon("out")) "Sign out" })) }
            div.split {
                div.stack-l { section.sec { h2 { "Where you are signed in" } (sessions(frame, &account.sessions)) } }
                aside.stack-l aria-label="Roles, password and keys" {
                    section.sec { h2 { "You" } (table::facts(&[("Roles", html! { (roles) }), ("Password", html! { (if account.has_password { "set" } else { "not set yet" }) }), ("Second factor", factor(account.codes_left))]))
                        div.line.gap-s {
                            a.btn href="/account/password" { (icon("key")) (if account.has_password { "Change the password" } else { "Set a password" }) }
                            a.btn href="/account/second-factor" { (icon("key")) (if account.codes_left.is_some() { "Second factor" } else { "Add a second factor" }) }
                        }
                    }
                    (keys(frame))
                }
            }
        },
    )
}

fn factor(codes_left: Option<u64>) -> Markup {
    html! { @match codes_left {
        Some(left) => { "on, with " (left) " recovery codes left" },
        None => "off",
    } }
}

fn sessions(frame: &Frame, sessions: &[Session]) -> Markup {
    let rows = Table::new("Your sessions", &["Browser", "Since", "Last used", "Action"]).rows(sessions, |session| {
        vec![
            html! { (session.user_agent) @if let Some(address) = &session.address { " " small { "from " (address) } } @if session.is_current { " " small { "this one" } } },
            frame.times.element(session.created_at),
            frame.times.element(session.seen_at),
            html! { @if !session.is_current {
                (form::button(frame, &format!("/account/sessions/{}/revoke", session.id), "btn", html! { "End it" span.vh { ": " (session.user_agent) } }))
            } },
        ]
    });
    html! {
        (rows)
        @if sessions.iter().any(|session| !session.is_current) {
            div.line.gap-s { (form::button(frame, "/account/sessions/revoke", "btn", html! { "End all others" })) }
        }
    }
}

fn keys(frame: &Frame) -> Markup {
    let is_on = frame.viewer.as_ref().is_some_and(|viewer| viewer.has_shortcuts);
    html! {
        section.sec id="keys-switch" { h2 { "Keyboard shortcuts" }
            p.small { @if is_on { "Single keys act: j, k, a, c, r, e, / and g. Press ? for the list. They do nothing while you type." } @else { "Single keys do nothing." } }
            (form::post(frame, "/account/shortcuts", "gap-s", html! {
                button.btn name="enabled" value=(if is_on { "no" } else { "yes" }) { (if is_on { "Switch them off" } else { "Switch them on" }) }
            }))
        }
    }
}
