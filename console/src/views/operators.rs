//! `/operators`: the people who may sign in, and what each may do.

use maud::{Markup, html};

use super::badge::Badge;
use super::form::{self, Field, FieldError};
use super::frame::{Frame, Roles};
use super::icon::icon;
use super::layout::{self, Section};
use super::note::{self, Tone};
use super::words::text;

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Operators {
    /// Everybody.
    pub items: Vec<Operator>,
    /// The form to add somebody.
    pub add: Add,
    /// A link that was just made. It is shown in this answer and never again, so the answer to the form is this page
    /// itself and no redirect.
    pub link: Option<IssuedLink>,
}

/// One person.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Its id: `opr_...`.
    pub id: String,
    /// The name that signs.
    pub name: String,
    /// The address.
    pub email: String,
    /// What this person may do.
    pub roles: Roles,
    /// Whether signing in is refused.
    pub is_disabled: bool,
    /// Whether it is the reader.
    pub is_self: bool,
    /// Whether a password was set; without one a link is the only way in.
    pub has_password: bool,
    /// Whether a second factor is asked for.
    pub has_factor: bool,
    /// What is wrong in this person's form.
    pub errors: Vec<FieldError>,
}

/// The form to add somebody.
#[derive(Clone, Debug, Default)]
pub struct Add {
    /// What was typed.
    pub name: String,
    /// What was typed.
    pub email: String,
    /// What was ticked.
    pub roles: Roles,
    /// What is wrong: `name`, `email`, `roles`.
    pub errors: Vec<FieldError>,
}

/// A one-time link.
#[derive(Clone, Debug)]
pub struct IssuedLink {
    /// Whose.
    pub name: String,
    /// The whole address.
    pub url: String,
    /// Until when it works, in Unix microseconds.
    pub expires_at: i64,
}

/// The page that asks before somebody is disabled.
#[derive(Clone, Debug)]
pub struct Disable {
    /// `opr_...`
    pub id: String,
    /// The name.
    pub name: String,
    /// The scheduled Pins whose approval this would void: title and address.
    pub would_void: Vec<(String, String)>,
    /// The names of the API tokens that would end.
    pub tokens: Vec<String>,
}

/// The page that asks before somebody's second factor is taken away.
#[derive(Clone, Debug)]
pub struct ResetFactor {
    /// `opr_...`
    pub id: String,
    /// The name.
    pub name: String,
}

/// The whole page.
pub fn page(frame: &Frame, operators: &Operators) -> Markup {
    layout::page(
        frame,
        "Operators",
        Section::Operators,
        html! {
            div.head { div { h1 { "Operators" } p { "Who may sign in here, and what each may do. Nobody may approve their own Pin, whatever the roles, unless the rule of the installation says so." } }
                a.btn href="/tokens" { (icon("key")) "API tokens" } }
            div.stack-l {
                @if let Some(link) = &operators.link { (issued(frame, link)) }
                div { @for operator in &operators.items { (self::operator(frame, operator)) } }
                (add(frame, &operators.add))
            }
        },
    )
}

/// A link that is shown once.
pub fn issued(frame: &Frame, link: &IssuedLink) -> Markup {
    note::with(
        Tone::Good,
        &format!("A link for {}", link.name),
        html! {
            p { "Send it to " (text(&link.name)) " yourself. It works once, until " (frame.times.full(link.expires_at)) ", and is not shown again." }
            pre.gap-s id="issued-link" { (link.url) }
            div.line { button.btn type="button" hidden data-copy="issued-link" { "Copy" } }
        },
    )
}

fn operator(frame: &Frame, operator: &Operator) -> Markup {
    let id = &operator.id;
    let state = if operator.is_disabled {
        Badge { tone: "denied", icon: "ban", words: "Disabled" }
    } else {
        Badge { tone: "ok", icon: "check", words: "May sign in" }
    };
    html! {
        section.person aria-labelledby=(id) {
            div.line.between {
                div { h2 id=(id) { (text(&operator.name)) @if operator.is_self { " (you)" } }
                    p.small.soft { (text(&operator.email)) " · " (operator.roles.words())
                        @if !operator.has_password { " · no password yet" }
                        @if operator.has_factor { " · second factor" } }
                }
                div.line { (state)
                    @if operator.is_disabled { (form::button(frame, &format!("/operators/{id}/enable"), "btn", html! { "Enable" })) }
                    @else { (form::button(frame, &format!("/operators/{id}/link"), "btn", html! { (icon("key")) "New sign-in link" })) }
                    @if operator.has_factor && !operator.is_self { a.btn href={ "/operators/" (id) "/second-factor" } { "Second factor…" } }
                    @if !operator.is_disabled && !operator.is_self { a.btn.bad href={ "/operators/" (id) "/disable" } { "Disable…" } }
                }
            }
            details open[!operator.errors.is_empty()] { summary.btn.quiet { "Name and roles…" }
                (form::post(frame, &format!("/operators/{id}"), "stack narrow gap-s", html! {
                    (Field::text("name", "Name").id(format!("f-name-{id}")).value(&operator.name).required().error(form::error_of(&operator.errors, "name")))
                    (roles(&format!("roles-{id}"), operator.roles, form::error_of(&operator.errors, "roles")))
                    @if let Some(words) = form::error_of(&operator.errors, "void_approvals") {
                        (form::error(&format!("void-{id}-e"), words))
                        (form::tick("void_approvals", "yes", "Void these approvals", false))
                    }
                    button.btn { "Save" }
                }))
            }
        }
    }
}

fn add(frame: &Frame, add: &Add) -> Markup {
    let error = |field| form::error_of(&add.errors, field);
    html! {
        section.sheet.narrow id="add" { h2 { "Add a person" }
            (form::post(frame, "/operators", "stack", html! {
                (Field::text("name", "Name").value(&add.name).required().error(error("name")).hint("It signs Pins, so use the real one."))
                (Field::line("email", "E-mail", "email").value(&add.email).required().error(error("email")))
                (roles("roles-new", add.roles, error("roles")))
                button.btn.solid { (icon("plus")) "Add, and make a sign-in link" }
            }))
        }
    }
}

fn roles(id: &str, held: Roles, error: Option<&str>) -> Markup {
    let error_id = format!("{id}-e");
    html! {
        fieldset id=(id) aria-describedby=[error.map(|_| error_id.as_str())] { legend { "Roles" }
            div.line { @for (code, word) in Roles::ALL { (form::tick("role", code, word, held.has(code))) } }
            @if let Some(words) = error { (form::error(&error_id, words)) }
        }
    }
}

/// `GET /operators/{id}/disable`.
pub fn disable(frame: &Frame, model: &Disable) -> Markup {
    let title = format!("Disable {}", model.name);
    layout::page(
        frame,
        &title,
        Section::Operators,
        html! {
            div.head { div { h1 { (title) } p { "All sessions and API tokens of this person end at once. What was signed before stays in the log. You can enable the person again." } } }
            @if model.would_void.is_empty() { p { "No scheduled Pin depends on this person’s signature." } }
            @else {
                (note::with(Tone::Warn, "These signatures would be voided", html! {
                    p { "They wait for review again and need another countersignature:" }
                    ul { @for (title, url) in &model.would_void { li { a href=(url) { (title) } } } }
                }))
            }
            @if !model.tokens.is_empty() {
                p.gap { "These API tokens end for good, also if the person is enabled again:" }
                ul { @for name in &model.tokens { li { (name) } } }
            }
            div.line.gap-l {
                (form::button(frame, &format!("/operators/{}/disable", model.id), "btn bad big", html! { "Disable " (model.name) }))
                a.btn.big href="/operators" { "Leave it" }
            }
        },
    )
}

/// `GET /operators/{id}/second-factor`.
pub fn reset_factor(frame: &Frame, model: &ResetFactor) -> Markup {
    let title = format!("Take away the second factor of {}", model.name);
    layout::page(
        frame,
        &title,
        Section::Operators,
        html! {
            div.head { div { h1 { (title) } p { "For whoever has lost the phone and the recovery codes. All sessions of this person end; the password stays." } } }
            (note::with(Tone::Warn, "Be sure who asks", html! {
                p { "Until " (model.name) " sets up another one, the password alone opens this account. That it was you stands in the audit log." }
            }))
            div.line.gap-l {
                (form::button(frame, &format!("/operators/{}/second-factor", model.id), "btn bad big", html! { "Take it away" }))
                a.btn.big href="/operators" { "Leave it" }
            }
        },
    )
}
