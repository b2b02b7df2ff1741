//! What people said about a draft, and the form to say more.

use maud::{Markup, html};

use super::form::{self, Field};
use super::frame::Frame;
use super::words::{marked, text};

/// One comment.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Who wrote it.
    pub author: String,
    /// When, in Unix microseconds.
    pub at: i64,
    /// What.
    pub text: String,
}

/// The comments on a draft.
#[derive(Clone, Debug, Default)]
pub struct Comments {
    /// Oldest first.
    pub items: Vec<Comment>,
    /// Where a new one is posted (`/drafts/{id}/comments`); `None` if this person may not comment.
    pub action: Option<String>,
    /// One that was refused.
    pub unfinished: Option<Unfinished>,
}

/// A comment that was refused.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// What was typed.
    pub text: String,
    /// What to do.
    pub error: String,
}

/// The most characters of a comment or note.
pub const LIMIT: usize = 2_000;

impl Comments {
    /// The section of a page.
    pub fn section(&self, frame: &Frame) -> Markup {
        html! {
            section.sec { h2 { "Comments" }
                @if self.items.is_empty() { p.small.soft { "Nobody said anything yet." } }
                div.thread { @for comment in &self.items {
                    article { header { b { (text(&comment.author)) } (frame.times.element(comment.at)) } p.lines dir="auto" { (marked(&comment.text)) } }
                } }
                @if let Some(action) = &self.action {
                    (form::post(frame, action, "stack-s gap", html! {
                        input type="hidden" name="return_to" value=(frame.here);
                        (self.field())
                        button.btn { "Comment" }
                    }))
                }
            }
        }
    }
    fn field(&self) -> Field<'_> {
        let empty = Field::area("comment", "Add a comment", 2).limit(LIMIT).required();
        match &self.unfinished {
            Some(unfinished) => empty.value(&unfinished.text).error(Some(&unfinished.error)),
            None => empty,
        }
    }
}
