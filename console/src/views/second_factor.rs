//! `/account/second-factor`: a code beside the password, and codes for the day when the app is gone.

use maud::{Markup, html};

use super::form::{self, Field, FieldError};
use super::frame::Frame;
use super::layout::{self, Section};
use super::note::{self, Tone};
use super::qr;

/// The page.
#[derive(Clone, Debug, Default)]
pub struct SecondFactor {
    /// Since when it is on, in Unix microseconds, and how many recovery codes are left.
    pub on: Option<(i64, u64)>,
    /// Whether there is a password that it could be second to.
    pub has_password: bool,
    /// Which form the errors are of.
    pub failed: Option<Failed>,
    /// What is wrong: `password`, `totp`.
    pub errors: Vec<FieldError>,
}

/// A form of the page that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The one that begins.
    Start,
    /// The one that makes new recovery codes.
    Codes,
    /// The one that turns it off.
    Off,
}

/// A secret that waits for its first code. It is shown in this answer and never again.
#[derive(Clone, Debug)]
pub struct Started {
    /// In base32.
    pub secret: String,
    /// The `otpauth://` address.
    pub url: String,
}

const TITLE: &str = "Second factor";
const WHAT: &str = "A code from an app on your phone, asked for after your password. Whoever learns the password alone stays outside.";

/// `GET /account/second-factor`, and the answers to its refused forms.
pub fn page(frame: &Frame, model: &SecondFactor) -> Markup {
    let body = match model.on {
        Some((since, left)) => on(frame, model, since, left),
        None if model.has_password => start(frame, model),
        None => html! {
            (note::with(Tone::Info, "Set a password first", html! { p { "A second factor is asked for beside a password, and you have none yet." } }))
            div.line.gap { a.btn.solid href="/account/password" { "Set a password" } }
        },
    };
    shell(frame, WHAT, body)
}

fn start(frame: &Frame, model: &SecondFactor) -> Markup {
    let errors = model.errors_of(Failed::Start);
    html! {
        p { "It is off. You need an app that shows such codes, like the one of your password manager." }
        (form::summary("It was not begun", errors))
        (form::post(frame, "/account/second-factor", "sheet stack", html! {
            (Field::password("password", "Your password", "current-password").required().error(form::error_of(errors, "password"))
                .hint("Once more, so that nobody does this at your open browser."))
            button.btn.solid.big { "Begin" }
        }))
    }
}

fn on(frame: &Frame, model: &SecondFactor, since: i64, left: u64) -> Markup {
    html! {
        p { "It is on since " (frame.times.element(since)) ". " b { (left) } " of your recovery codes are left." }
        @if left < 4 { (note::note(Tone::Warn, "Few recovery codes are left", "Make new ones before the last is used up.")) }
        section.sheet.stack { h2 { "New recovery codes" }
            p.small.soft { "The ones that you have stop working." }
            (proof(frame, model, Failed::Codes, "/account/second-factor/codes", "codes", html! { button.btn { "Make new codes" } }))
        }
        section.sheet.stack { h2 { "Turn it off" }
            p.small.soft { "Signing in asks for the password alone then." }
            (proof(frame, model, Failed::Off, "/account/second-factor/off", "off", html! { button.btn.bad { "Turn it off" } }))
        }
    }
}

/// A form that asks for password and code once more.
fn proof(
    frame: &Frame,
    model: &SecondFactor,
    form: Failed,
    action: &str,
    id: &str,
    button: Markup,
) -> Markup {
    let error = |field| form::error_of(model.errors_of(form), field);
    form::post(
        frame,
        action,
        "stack",
        html! {
            (Field::password("password", "Your password", "current-password").id(format!("f-password-{id}")).required().error(error("password")))
            (code_field("totp", "Code, or a recovery code").id(format!("f-totp-{id}")).required().error(error("totp")))
            (button)
        },
    )
}

/// A line for a code of an app.
pub fn code_field<'a>(name: &'a str, label: &'a str) -> Field<'a> {
    Field::text(name, label).autocomplete("one-time-code")
}

/// The answer to the form that begins: what an app takes, and the form for its first code.
pub fn started(frame: &Frame, started: &Started) -> Markup {
    shell(
        frame,
        "Two steps. Nothing is asked for at sign-in before the second.",
        html! {
            section.sheet.stack { h2 { "1. Add it to your app" }
                p { "Scan this picture with the app, or type the secret. Neither is shown again." }
                (qr::svg(&started.url, "The secret as a QR code; it also stands below as text"))
                p.small.soft { "The secret:" }
                pre id="totp-secret" { (grouped(&started.secret)) }
                div.line { button.btn type="button" hidden data-copy="totp-secret" { "Copy" } }
                p.small { a href=(started.url) { "Open it in an app on this device" } }
            }
            (first_code(frame, &[]))
        },
    )
}

/// The answer to a first code that was wrong: the secret is in the app, so it is not shown again.
pub fn confirm(frame: &Frame, errors: &[FieldError]) -> Markup {
    shell(
        frame,
        "It is not on yet.",
        html! {
            (form::summary("It was not turned on", errors))
            (first_code(frame, errors))
            p.small { "Not in your app? " a href="/account/second-factor" { "Begin again" } "." }
        },
    )
}

fn first_code(frame: &Frame, errors: &[FieldError]) -> Markup {
    html! {
        section.sheet.stack { h2 { "2. Type the code that it shows" }
            (form::post(frame, "/account/second-factor/confirm", "stack", html! {
                (code_field("code", "Code").required().hint("Six digits.").error(form::error_of(errors, "code")))
                button.btn.solid.big { "Turn it on" }
            }))
        }
    }
}

/// Recovery codes, shown in this answer and never again; `words` say what was done.
pub fn codes(frame: &Frame, codes: &[String], words: &str) -> Markup {
    shell(
        frame,
        words,
        html! {
            (note::with(Tone::Good, "Your recovery codes", html! {
                p { "Each signs in once in the place of a code. Keep them where you can reach them without your phone. They are not shown again." }
                pre.gap-s id="recovery-codes" { @for code in codes { (code) "\n" } }
                div.line.no-print {
                    button.btn type="button" hidden data-copy="recovery-codes" { "Copy" }
                    button.btn type="button" hidden data-print { "Print" }
                }
            }))
            div.line.gap.no-print { a.btn.solid.big href="/account" { "I have kept them" } }
        },
    )
}

fn shell(frame: &Frame, words: &str, body: Markup) -> Markup {
    layout::page(
        frame,
        TITLE,
        Section::None,
        html! {
            div.head { div { h1 { (TITLE) } p { (words) } } }
            div.narrow.stack-l { (body) }
        },
    )
}

/// In groups of four, as people type.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

impl SecondFactor {
    fn errors_of(&self, form: Failed) -> &[FieldError] {
        if self.failed == Some(form) { &self.errors } else { &[] }
    }
}
