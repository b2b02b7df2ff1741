//! Errors: what happened, whether a Pin may exist, what to do, and a reference. Never *unknown error*.

use maud::{Markup, html};

use super::form::{self, Field};
use super::frame::Frame;
use super::layout::{self, Section, Shape};
use super::note::{self, Tone};
use super::words::marked;

/// A page for something that went wrong.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// The HTTP status.
    pub status: u16,
    /// A short sentence.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// Whether a Pin may exist.
    pub pin: &'static str,
    /// What to do.
    pub todo: String,
    /// A way out: words and address.
    pub way_out: (String, String),
    /// What to name when asking for help.
    pub reference: Option<String>,
}

impl ErrorPage {
    /// The page for a status where nothing more exact is known. A handler that knows more sets `happened` and `todo`.
    pub fn of(status: u16) -> Self {
        let (title, happened, todo) = words(status);
        Self {
            status,
            title: title.into(),
            happened: happened.into(),
            pin: "No Pin was made because of this.",
            todo: todo.into(),
            way_out: ("To the queue".into(), "/".into()),
            reference: None,
        }
    }
}

fn words(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        400 => ("That could not be read", "The form or address was incomplete.", "Go back and try again."),
        401 => (
            "You are not signed in",
            "This page needs somebody who is signed in.",
            "Sign in, and you come back here.",
        ),
        403 => (
            "You may not do that",
            "Your roles do not include it, or the form came from elsewhere.",
            "Go back and load the page again. If it is still refused, ask an admin for the role.",
        ),
        404 => (
            "There is nothing here",
            "No such page, or it was erased.",
            "Check the address, or look in the queue.",
        ),
        409 => (
            "That is not possible now",
            "Somebody or something else was quicker, so nothing was changed.",
            "Load the page again to see how it stands now.",
        ),
        412 => (
            "It has changed meanwhile",
            "Somebody saved another version after this page was loaded. Nothing was changed.",
            "Load the page again and compare.",
        ),
        413 => (
            "That is too large",
            "The file or text is larger than allowed. Nothing was stored.",
            "Choose an image of at most 10 MiB.",
        ),
        415 => (
            "That kind of content is not taken",
            "What was sent is none of the kinds that fit here. Nothing was stored.",
            "Choose a JPEG, PNG or WebP image.",
        ),
        422 => (
            "Something in the form is not right",
            "It was not taken, and nothing was changed.",
            "Go back, mend it, and send it again.",
        ),
        428 => (
            "The version was not named",
            "A change must say which version it is based on. Nothing was changed.",
            "Load the page again and repeat the change.",
        ),
        429 => (
            "Too many attempts",
            "To keep guessing out, attempts are limited.",
            "Wait a minute and try again. Nobody is locked out for good.",
        ),
        502 => (
            "Pinterest did not answer as it should",
            "Pinterest is away, or its answer could not be read.",
            "Look whether it was done, then try again in a moment.",
        ),
        503 => (
            "Not available at the moment",
            "The database is busy or does not answer, or the service is starting or stopping. Nothing was changed.",
            "Try again in a moment.",
        ),
        _ => (
            "Something failed on our side",
            "It was recorded under the reference below.",
            "Try again. If it fails again, give the reference to an admin.",
        ),
    }
}

/// The whole page.
pub fn page(frame: &Frame, error: &ErrorPage) -> Markup {
    layout::page(
        frame,
        &error.title,
        Section::None,
        html! {
            div.head { div { h1 { (error.title) } p { (error.happened) } } }
            div.narrow.stack {
                p { (error.pin) }
                p { b { "What to do: " } (error.todo) }
                div.line { a.btn.solid href=(error.way_out.1) { (error.way_out.0) } }
                p.small.dim { "Status " (error.status) @if let Some(reference) = &error.reference { " · reference " code { (reference) } } }
            }
        },
    )
}

/// A form that arrived after its session had ended. What was typed is kept in the page.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The form's address, posted to again once signed in.
    pub action: String,
    /// The page to go to instead of sending it again.
    pub back: String,
    /// Name and value of every field but `csrf`; files are not among them.
    pub fields: Vec<(String, String)>,
    /// Whether a file was among them, which has to be chosen again.
    pub had_file: bool,
}

/// Fields that people type, with their labels; the others travel along unseen.
const TYPED: [(&str, &str); 9] = [
    ("title", "Title"),
    ("description", "Description"),
    ("alt_text", "Alternative text"),
    ("link", "Link"),
    ("note", "Note"),
    ("comment", "Comment"),
    ("reason", "Reason"),
    ("publish_local", "Date and time"),
    ("name", "Name"),
];

/// Answers a form whose session had ended (401): signing in here leads to [`send_again`] with the same fields. They
/// travel as `kept_action`, `kept_file` and `kept.` before each name; nothing of them is stored.
pub fn session_ended(frame: &Frame, kept: &Kept, email: &str, refused: Option<&str>) -> Markup {
    layout::shaped(
        frame,
        "Your session ended",
        Section::None,
        Shape::Door,
        html! {
            div.stack { h1 { "Your session ended" }
                p.soft.lede { "Nothing was changed. What you typed is kept on this page." }
                (typed(kept))
            }
            (form::post(frame, "/sign-in", "sheet stack", html! {
                h2.name { "Sign in to go on" }
                @if let Some(words) = refused { (note::note(Tone::Bad, "Not signed in", words)) }
                (kept_fields(kept))
                (Field::line("email", "E-mail", "email").value(email).autocomplete("username").required())
                (Field::password("password", "Password", "current-password").required())
                button.btn.solid.big { "Sign in and go on" }
            }))
        },
    )
}

/// A kept form as it travels through a sign-in.
pub fn kept_fields(kept: &Kept) -> Markup {
    html! {
        input type="hidden" name="kept_action" value=(kept.action);
        @if kept.had_file { input type="hidden" name="kept_file" value="yes"; }
        @for (name, value) in &kept.fields { input type="hidden" name={ "kept." (name) } value=(value); }
    }
}

/// After signing in: one button sends the same form again, with this session's proof.
pub fn send_again(frame: &Frame, kept: &Kept) -> Markup {
    again(frame, kept, "You are signed in. This is what you had typed; nothing of it was sent yet.")
}

/// After a fault that passes: `why` is a sentence that says what happened.
pub fn send_later(frame: &Frame, kept: &Kept, why: &str) -> Markup {
    again(frame, kept, &format!("{why} This is what you had typed; send it again in a moment."))
}

fn again(frame: &Frame, kept: &Kept, lead: &str) -> Markup {
    layout::page(
        frame,
        "Send it again",
        Section::None,
        html! {
            div.head { div { h1 { "Send it again?" } p { (lead) } } }
            div.narrow.stack {
                (typed(kept))
                @if kept.had_file { (note::note(Tone::Info, "Choose the image again afterwards", "A browser does not keep a chosen file.")) }
                (form::upload(frame, &kept.action, "line", html! {
                    @for (name, value) in &kept.fields { input type="hidden" name=(name) value=(value); }
                    button.btn.solid.big { "Send it" }
                    a.btn.big href=(kept.back) { "Leave it" }
                }))
            }
        },
    )
}

fn typed(kept: &Kept) -> Markup {
    let words = |name: &str| kept.fields.iter().find(|(field, value)| field == name && !value.is_empty());
    html! {
        dl.kept { @for (name, label) in TYPED { @if let Some((_, value)) = words(name) { dt { (label) } dd.lines dir="auto" { (marked(value)) } } } }
    }
}
