//! Fields with a label, a hint, an error and a counter, and the frame of every form.

use maud::{Markup, Render, html};

use super::frame::Frame;
use super::icon::icon;

/// A form that posts to `action` and carries the session's CSRF token.
pub fn post(frame: &Frame, action: &str, class: &str, body: Markup) -> Markup {
    html! {
        form method="post" action=(action) class=[(!class.is_empty()).then_some(class)] { (csrf(frame)) (body) }
    }
}

/// A form that may carry files.
pub fn upload(frame: &Frame, action: &str, class: &str, body: Markup) -> Markup {
    html! {
        form method="post" action=(action) enctype="multipart/form-data" class=(class) { (csrf(frame)) (body) }
    }
}

/// One button that posts, alone in its form.
pub fn button(frame: &Frame, action: &str, class: &str, label: Markup) -> Markup {
    post(frame, action, "", html! { button class=(class) { (label) } })
}

/// The hidden field that proves where a form came from.
pub fn csrf(frame: &Frame) -> Markup {
    html! { @if !frame.csrf.is_empty() { input type="hidden" name="csrf" value=(frame.csrf); } }
}

/// A field's error, as a sentence that says what to do.
#[derive(Clone, Debug)]
pub struct FieldError {
    /// The field's name in the form; empty where it is not on the page.
    pub field: String,
    /// What is wrong and the remedy.
    pub words: String,
}

/// The error of one field, if it has one.
pub fn error_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == field).map(|error| error.words.as_str())
}

/// The notice on top of a form that links to each field which needs a hand.
pub fn summary(title: &str, errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.note data-k="bad" role="alert" id="errors" tabindex="-1" {
                (icon("bad"))
                h2 { (title) }
                ul { @for error in errors { li { (told(error)) } } }
            }
        }
    }
}

fn told(error: &FieldError) -> Markup {
    let words = html! { @if let Some(name) = name(error) { (name) ": " } (error.words) };
    html! { @if error.field.is_empty() { (words) } @else { a href={ "#f-" (error.field) } { (words) } } }
}

/// How people call the field of an error, where its words do not begin with that.
fn name(error: &FieldError) -> Option<&'static str> {
    const NAMES: [(&str, &str); 12] = [
        ("image", "Image"),
        ("title", "Title"),
        ("description", "Description"),
        ("alt_text", "Alternative text"),
        ("link", "Link"),
        ("board", "Board"),
        ("new_board_name", "New board"),
        ("publish_local", "Time"),
        ("publish_offset", "Time"),
        ("expected_username", "Account"),
        ("password", "Password"),
        ("repeated", "Password"),
    ];
    let found = NAMES.iter().find(|(field, _)| *field == error.field)?.1;
    (!error.words.starts_with(found)).then_some(found)
}

/// What a field takes.
#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Line(&'static str),
    Area(u8),
    List(&'a [Choice]),
}

/// One field; build it, then place it in `html!`.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    id: String,
    kind: Kind<'a>,
    value: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
    limit: Option<usize>,
    is_required: bool,
    is_focused: bool,
    autocomplete: Option<&'static str>,
}

impl<'a> Field<'a> {
    fn new(name: &'a str, label: &'a str, kind: Kind<'a>) -> Self {
        let (value, hint, error, limit, is_required, autocomplete) = ("", None, None, None, false, None);
        Self {
            name,
            label,
            id: format!("f-{name}"),
            kind,
            value,
            hint,
            error,
            limit,
            is_required,
            is_focused: false,
            autocomplete,
        }
    }

    /// A line of text.
    pub fn text(name: &'a str, label: &'a str) -> Self {
        Self::new(name, label, Kind::Line("text"))
    }

    /// A line of another type: `email`, `url`, `search`, `date`, `datetime-local`. A `url` is not judged by the browser:
    /// the server says what is wrong with it, beside all else that is.
    pub fn line(name: &'a str, label: &'a str, kind: &'static str) -> Self {
        Self::new(name, label, Kind::Line(kind))
    }

    /// A password; `autocomplete` is `current-password` or `new-password`. It never shows a value.
    pub fn password(name: &'a str, label: &'a str, autocomplete: &'static str) -> Self {
        Self { autocomplete: Some(autocomplete), ..Self::new(name, label, Kind::Line("password")) }
    }

    /// Several lines, `rows` at first.
    pub fn area(name: &'a str, label: &'a str, rows: u8) -> Self {
        Self::new(name, label, Kind::Area(rows))
    }

    /// A list to choose one from; the value is that of the chosen one.
    pub fn list(name: &'a str, label: &'a str, choices: &'a [Choice]) -> Self {
        Self::new(name, label, Kind::List(choices))
    }

    /// What was typed or stored.
    pub fn value(self, value: &'a str) -> Self {
        Self { value, ..self }
    }

    /// A sentence of help.
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// What is wrong, with the remedy.
    pub fn error(self, error: Option<&'a str>) -> Self {
        Self { error, ..self }
    }

    /// The number of characters that are allowed; shows a counter. Typing more is not prevented: nothing is cut.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// The browser may refuse to send the form without it.
    pub fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// The page opens at it: it needs a hand and stands far down.
    pub fn focused(self, is_focused: bool) -> Self {
        Self { is_focused, ..self }
    }

    /// What a browser may fill in.
    pub fn autocomplete(self, value: &'static str) -> Self {
        Self { autocomplete: Some(value), ..self }
    }

    /// Another id than `f-` and the name, where a name occurs twice on a page.
    pub fn id(self, id: String) -> Self {
        Self { id, ..self }
    }

    fn described_by(&self) -> Option<String> {
        let parts = [
            self.hint.map(|_| format!("{}-h", self.id)),
            self.error.map(|_| format!("{}-e", self.id)),
            self.limit.map(|_| format!("{}-c", self.id)),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn control(&self) -> Markup {
        let described = self.described_by();
        let invalid = self.error.map(|_| "true");
        html! {
            @match self.kind {
                Kind::Area(rows) => textarea.in id=(self.id) name=(self.name) rows=(rows) required[self.is_required]
                    data-limit=[self.limit] autofocus[self.is_focused] aria-invalid=[invalid] aria-describedby=[described] { "\n" (self.value) },
                Kind::Line(kind) => input.in id=(self.id) name=(self.name) type=(if kind == "url" { "text" } else { kind })
                    inputmode=[(kind == "url").then_some("url")] required[self.is_required]
                    autocomplete=[self.autocomplete] data-limit=[self.limit] autofocus[self.is_focused] aria-invalid=[invalid]
                    aria-describedby=[described] value=[(kind != "password").then_some(self.value)];
                Kind::List(choices) => select.in id=(self.id) name=(self.name) aria-invalid=[invalid] aria-describedby=[described] {
                    (options(choices, self.value))
                },
            }
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        html! {
            div.field {
                label for=(self.id) { (self.label) }
                @if let Some(hint) = self.hint { p.hint id={ (self.id) "-h" } { (hint) } }
                (self.control())
                @if let Some(words) = self.error { (error(&format!("{}-e", self.id), words)) }
                @if let Some(limit) = self.limit { (counter(&self.id, self.value, limit)) }
            }
        }
    }
}

/// A sentence that says what is wrong with the control which names `id` in `aria-describedby`.
pub fn error(id: &str, words: &str) -> Markup {
    html! { p.err id=(id) { (icon("bad")) span { (words) } } }
}

fn counter(id: &str, value: &str, limit: usize) -> Markup {
    let length = value.chars().count();
    html! {
        p.under id={ (id) "-c" } { span {} span.over[length > limit] data-counts=(id) { (length) " of " (limit) } }
    }
}

/// A choice in a list: value and words.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What a person reads.
    pub words: String,
}

impl Choice {
    /// A choice from anything that reads as text.
    pub fn new(value: impl Into<String>, words: impl Into<String>) -> Self {
        Self { value: value.into(), words: words.into() }
    }
}

/// A list to choose one from, without its label.
pub fn select(id: &str, name: &str, choices: &[Choice], chosen: &str) -> Markup {
    html! {
        select.in id=(id) name=(name) { (options(choices, chosen)) }
    }
}

fn options(choices: &[Choice], chosen: &str) -> Markup {
    html! {
        @for choice in choices {
            option value=(choice.value) selected[choice.value == chosen] { (choice.words) }
        }
    }
}

/// A list to choose one from, with its label on top.
pub fn select_field(name: &str, label: &str, choices: &[Choice], chosen: &str) -> Markup {
    Field::list(name, label, choices).value(chosen).render()
}

/// A box to tick, with its words.
pub fn tick(name: &str, value: &str, words: &str, is_ticked: bool) -> Markup {
    html! {
        label.pick { input type="checkbox" name=(name) value=(value) checked[is_ticked]; span { (words) } }
    }
}
