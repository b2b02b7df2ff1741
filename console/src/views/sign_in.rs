//! `/sign-in`, `/sign-in/{token}` and `/account/password` right after a link: the door.

use maud::{Markup, html};

use super::error_page::{Kept, kept_fields};
use super::form::{self, Field, FieldError};
use super::frame::Frame;
use super::icon::icon;
use super::layout::{self, Section, Shape};
use super::second_factor::code_field;
use super::signatures::{Signature, Signatures};

/// The sign-in form.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// The address that was typed.
    pub email: String,
    /// Why it was refused: one sentence that does not tell whether the address is known.
    pub refused: Option<String>,
    /// Where to go afterwards: a path of ours.
    pub return_to: String,
    /// Whether the person was sent here because the session had ended.
    pub has_ended: bool,
}

/// The second step, after a right password.
#[derive(Clone, Debug, Default)]
pub struct SecondStep {
    /// Stands for the password for a few minutes. It is no session.
    pub ticket: String,
    /// Why a code was refused: one sentence.
    pub refused: Option<String>,
    /// Where to go afterwards: a path of ours.
    pub return_to: String,
    /// A form that was kept through the sign-in.
    pub kept: Option<Kept>,
}

/// The page behind a one-time link. Looking at it uses nothing up.
#[derive(Clone, Debug)]
pub struct OneTimeLink {
    /// The form's address: `/sign-in/{token}`.
    pub action: String,
    /// Whose link this is.
    pub name: String,
    /// Until when it may be used, in Unix microseconds.
    pub expires_at: i64,
    /// The name of another person who is signed in here.
    pub signed_in_as: Option<String>,
    /// Whether a code of the second factor is asked for, too.
    pub asks_code: bool,
    /// Why a code was refused: one sentence.
    pub refused: Option<String>,
}

/// Why a link does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLink {
    /// It was used.
    Used,
    /// Its time is over.
    Expired,
    /// There is none such.
    Unknown,
}

/// The form for a password, after a one-time link or from the account.
#[derive(Clone, Debug, Default)]
pub struct SetPassword {
    /// Whose, for the browser that keeps it.
    pub email: String,
    /// Whether the present password is asked for: not in a session from a link.
    pub asks_current: bool,
    /// Whether it may be left for later: in rehearsal, after a link.
    pub may_skip: bool,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// `GET /sign-in`, and the answer to a refused `POST /sign-in`.
pub fn page(frame: &Frame, model: &SignIn) -> Markup {
    door(
        frame,
        "Sign in",
        form::post(
            frame,
            "/sign-in",
            "sheet stack",
            html! {
                h2.name { "Sign in" }
                @if model.has_ended { (note("", "info", "Your session ended", "Sign in again to go on where you were.")) }
                @if let Some(words) = &model.refused { (note("bad", "bad", "Not signed in", words)) }
                input type="hidden" name="return_to" value=(model.return_to);
                (Field::line("email", "E-mail", "email").value(&model.email).autocomplete("username").required())
                (Field::password("password", "Password", "current-password").required()
                    .hint("Your password for this console. We never ask for your Pinterest password."))
                button.btn.solid.big { "Sign in" }
                p.small.soft { "First time? Use the one-time link that was printed when the server started, or ask an admin for one." }
            },
        ),
    )
}

/// The answer to a right password of somebody who has a second factor.
pub fn second_step(frame: &Frame, model: &SecondStep) -> Markup {
    door(
        frame,
        "One more step",
        form::post(
            frame,
            "/sign-in",
            "sheet stack",
            html! {
                h2.name { "One more step" }
                @if let Some(words) = &model.refused { (note("bad", "bad", "Not signed in", words)) }
                p.soft { "Type the code that your app shows, or one of your recovery codes." }
                input type="hidden" name="ticket" value=(model.ticket);
                input type="hidden" name="return_to" value=(model.return_to);
                @if let Some(kept) = &model.kept { (kept_fields(kept)) }
                (code_field("totp", "Code").required())
                button.btn.solid.big { "Sign in" }
                p.small.soft { "Lost both? An admin can take your second factor away. " a href="/sign-in" { "Start over" } }
            },
        ),
    )
}

/// `GET /sign-in/{token}`.
pub fn one_time_link(frame: &Frame, link: &OneTimeLink) -> Markup {
    door(
        frame,
        "Sign in with a link",
        form::post(
            frame,
            &link.action,
            "sheet stack",
            html! {
                h2.name { "This link signs in " (link.name) }
                @if let Some(other) = &link.signed_in_as {
                    (note("warn", "warn", &format!("You are signed in as {other}"), &format!("Going on signs {other} out here and {} in.", link.name)))
                    input type="hidden" name="switch" value="yes";
                }
                @if let Some(words) = &link.refused { (note("bad", "bad", "Not signed in", words)) }
                p.soft { "It works once, until " (frame.times.full(link.expires_at)) ". Nothing is used up before you press the button." }
                @if link.asks_code {
                    (code_field("totp", "Code of the second factor, or a recovery code").required())
                }
                button.btn.solid.big { @if link.signed_in_as.is_some() { "Switch to " (link.name) } @else { "Sign in as " (link.name) } }
                @if link.signed_in_as.is_some() { a.btn.quiet href="/" { "Stay as I am" } }
            },
        ),
    )
}

/// A link that was used, is too old or unknown.
pub fn dead_link(frame: &Frame, why: DeadLink) -> Markup {
    let words = match why {
        DeadLink::Used => "It was used already. Each link works once.",
        DeadLink::Expired => "Its time is over.",
        DeadLink::Unknown => {
            "There is no such link. Was it cut when it was copied, or replaced by a newer one?"
        }
    };
    door(
        frame,
        "This link does not work",
        html! {
            section.sheet.stack {
                h2.name { "This link does not work" }
                p { (words) }
                p.soft { "Ask an admin for a new one. As long as nobody has a password, each start of a server prints fresh links and ends the older ones; in rehearsal it always prints fresh ones." }
                a.btn.solid href="/sign-in" { "Sign in with a password" }
            }
        },
    )
}

/// `GET /account/password`, and the answer to a refused `POST /account/password`.
pub fn set_password(frame: &Frame, model: &SetPassword) -> Markup {
    let error = |field| form::error_of(&model.errors, field);
    layout::page(
        frame,
        "Set a password",
        Section::None,
        html! {
            div.head { div { h1 { "Set a password" } p { "So that you can come back without a link. At least 12 characters; a sentence is fine, up to 256." } } }
            div.narrow {
                (form::summary("The password was not set", &model.errors))
                (form::post(frame, "/account/password", "sheet stack", html! {
                    @if model.asks_current {
                        (Field::password("current", "Present password", "current-password").required().error(error("current")))
                    }
                    (Field::password("new", "New password", "new-password").required().error(error("new")))
                    (Field::password("again", "The same again", "new-password").required().error(error("again")))
                    div.line {
                        button.btn.solid.big { "Set the password" }
                        @if model.may_skip { a.btn.quiet.big href="/" { "Skip in rehearsal" } }
                    }
                    input type="email" aria-label="E-mail" autocomplete="username" value=(model.email) readonly hidden;
                }))
            }
        },
    )
}

fn note(tone: &str, name: &str, title: &str, words: &str) -> Markup {
    html! { div.note data-k=(tone) role="alert" { (icon(name)) h2 { (title) } p { (words) } } }
}

fn door(frame: &Frame, title: &str, side: Markup) -> Markup {
    let demo = Signatures {
        queued: Signature::signed("Mira Okafor", Some("revision 4".into())),
        countersigned: Signature::open(),
    };
    layout::shaped(
        frame,
        title,
        Section::None,
        Shape::Door,
        html! {
            div.stack-l {
                h1 { "Nothing is published on one signature." }
                p.soft.lede { "One person queues a Pin. Another reads it and countersigns exactly that content. Both names, and everything after, go into a log that shows if it was changed." }
                div.demo aria-hidden="true" { (demo.full()) }
            }
            (side)
        },
    )
}
