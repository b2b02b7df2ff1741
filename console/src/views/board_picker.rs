//! The boards of an account, asked from Pinterest just now. Their names are not stored.

use maud::{Markup, html};

use super::form::{self, Choice, Field, FieldError};
use super::icon::icon;
use super::note::{self, Tone};
use super::words::text;

/// What the account answered.
#[derive(Clone, Debug)]
pub enum Boards {
    /// The boards.
    Loaded(Box<Loaded>),
    /// No answer, with the reason and what to do. The chosen board is kept.
    Failed {
        /// What happened.
        words: String,
        /// The board that was chosen before, as `{board}` or `{board}/{section}`.
        chosen: String,
    },
}

/// The boards that were loaded.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The boards of this page, recent ones first.
    pub boards: Vec<Board>,
    /// The chosen one, as `{board}` or `{board}/{section}`; empty if none.
    pub chosen: String,
    /// The bookmark of these boards; empty for the first ones.
    pub at: String,
    /// The bookmark of the next boards.
    pub next: Option<String>,
    /// Whether a board may be created here: rehearsal and sandbox, by an author.
    pub may_create: bool,
    /// What was typed for a new board.
    pub new_name: String,
}

/// One board.
#[derive(Clone, Debug)]
pub struct Board {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether only its owner sees it.
    pub is_secret: bool,
    /// `used today`.
    pub remark: String,
    /// Its sections, if they were loaded: id and name.
    pub sections: Option<Vec<Choice>>,
}

/// The picker; a part of the composer's form.
pub fn show(boards: &Boards, errors: &[FieldError]) -> Markup {
    let error = form::error_of(errors, "board");
    html! {
        @match boards {
            Boards::Failed { words, chosen } => {
                (note::with(Tone::Warn, "The boards could not be loaded", html! {
                    p { (words) }
                    div.line { button.btn name="then" value="boards:" { (icon("redo")) "Ask again" } }
                }))
                @if !chosen.is_empty() {
                    input type="hidden" name="board" value=(chosen);
                    p.small { "The board that you chose before is kept." }
                }
                p.small id="f-board" { "You can save the draft without a board." }
            },
            Boards::Loaded(loaded) => (list(loaded, error)),
        }
        @if let Boards::Loaded(loaded) = boards { @if loaded.may_create { (create(loaded, errors)) } }
    }
}

fn list(loaded: &Loaded, error: Option<&str>) -> Markup {
    html! {
        fieldset id="f-board" tabindex="-1" aria-describedby=[error.map(|_| "f-board-e")] { legend.vh { "Board" }
            @if loaded.boards.is_empty() { p.small { "This account has no boards yet." } }
            @else {
                div.opts {
                    input.in hidden type="search" aria-label="Find a board" placeholder="Find a board" data-find;
                    @for board in &loaded.boards { (option(loaded, board)) }
                }
            }
            p.hint.gap-s hidden role="status" data-no-board { "None of these boards matches." @if loaded.next.is_some() { " There are more." } }
            @if let Some(words) = error { (form::error("f-board-e", words)) }
        }
        div.line.between {
            p.hint { "Asked from the account just now. Board names are not stored." }
            @if let Some(bookmark) = &loaded.next { button.btn name="then" value={ "boards:" (bookmark) } { "More boards" } }
        }
    }
}

fn option(loaded: &Loaded, board: &Board) -> Markup {
    html! {
        (radio(&board.id, &loaded.chosen, &board.name, board.is_secret, html! {
            @match &board.sections {
                None => { span.dim.small { (board.remark) }
                    button.btn.quiet name="then" value={ "sections:" (board.id) ":" (loaded.at) } { "Sections" span.vh { " of " (board.name) } } },
                Some(sections) if sections.is_empty() => span.dim.small { "no sections" },
                Some(_) => span.dim.small { (board.remark) },
            }
        }))
        @for section in board.sections.iter().flatten() {
            (radio(&format!("{}/{}", board.id, section.value), &loaded.chosen, &format!("{} › {}", board.name, section.words), false, html! {}))
        }
    }
}

fn radio(value: &str, chosen: &str, name: &str, is_secret: bool, beside: Markup) -> Markup {
    html! {
        div.opt { label { input type="radio" name="board" value=(value) checked[value == chosen];
            span { (text(name)) @if is_secret { " " (icon("lock")) " secret" } } }
            span.line { (beside) } }
    }
}

fn create(loaded: &Loaded, errors: &[FieldError]) -> Markup {
    let error = form::error_of(errors, "new_board_name");
    html! {
        details open[error.is_some() || loaded.boards.is_empty()] { summary.btn { (icon("plus")) "New board…" }
            div.stack-s.gap-s {
                (Field::text("new_board_name", "Name").value(&loaded.new_name).error(error))
                (form::select_field("new_board_privacy", "Who sees it", &privacy(), "PUBLIC"))
                button.btn name="then" value="board" { "Create the board" }
            }
        }
    }
}

/// The kinds of board that can be created.
pub fn privacy() -> Vec<Choice> {
    vec![Choice::new("PUBLIC", "Everybody"), Choice::new("PROTECTED", "Protected, as Pinterest calls it")]
}
