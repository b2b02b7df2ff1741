//! The composer between two requests: on what it is based, what was typed, what is wrong.

use countersign_api::Timestamp;
use countersign_api::drafts::Fields;

use super::model;
use super::typed::Typed;
use crate::pages::pin::story::Story;
use crate::views::composer as view;
use crate::views::form::FieldError;
use crate::web::{Answer, Visit, page_as};

/// On what is written.
pub(super) enum Basis {
    /// A new draft.
    New,
    /// A draft that exists.
    Draft(Box<Story>),
}

/// What is on the composer's desk.
pub(super) struct Desk {
    /// On what is written.
    pub(super) basis: Basis,
    /// What was typed.
    pub(super) typed: Typed,
    /// What is wrong with it.
    pub(super) errors: Vec<FieldError>,
    /// Why it was not saved, where that is about the draft and no field.
    pub(super) refused: Option<String>,
    /// Since when what was typed is kept, where it was put back into a new draft.
    pub(super) restored: Option<String>,
    /// What was said last about saving.
    pub(super) saved: Option<String>,
    /// The board whose sections are asked for.
    pub(super) sections_of: Option<String>,
    /// Which boards are asked for, after the first ones.
    pub(super) bookmark: Option<String>,
}

impl Desk {
    /// A desk with nothing wrong.
    pub(super) fn new(basis: Basis, typed: Typed) -> Self {
        let (errors, refused, restored) = (Vec::new(), None, None);
        Self { basis, typed, errors, refused, restored, saved: None, sections_of: None, bookmark: None }
    }

    /// The draft, if there is one already.
    pub(super) fn story(&self) -> Option<&Story> {
        match &self.basis {
            Basis::New => None,
            Basis::Draft(story) => Some(story),
        }
    }

    /// The draft's revision as it is stored.
    pub(super) fn revision(&self) -> Option<i32> {
        self.story().map(|story| story.draft.revision)
    }

    /// Whether it is a new draft for which nothing was filled in: not worth keeping.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.basis, Basis::New) && self.typed.fields() == Fields::default()
    }

    /// Puts back what this person had typed and not saved.
    pub(super) fn restore(&mut self, typed: Typed, at: Timestamp, visit: &Visit) {
        let kept = visit.bare_frame().times.short(at.micros());
        let asset =
            if typed.asset_id.is_empty() { self.typed.asset_id.clone() } else { typed.asset_id.clone() };
        let is_other = ![&typed.connection_id, ""].contains(&&*self.typed.connection_id);
        let connection_id =
            if is_other { self.typed.connection_id.clone() } else { typed.connection_id.clone() };
        // Another account has other boards.
        let board = if is_other { String::new() } else { typed.board.clone() };
        self.typed = Typed { asset_id: asset, connection_id, board, ..typed };
        match self.basis {
            Basis::New => self.restored = Some(kept),
            Basis::Draft(_) => {
                self.saved =
                    Some(format!("This is what you had typed, kept {kept}. Save it, or change it back."));
            }
        }
    }

    /// The page.
    pub(super) async fn show(&self, visit: &Visit, status: u16) -> Answer {
        let model = model::composer(visit, self).await?;
        let mut frame = match self.story() {
            Some(story) => visit.frame_in(story.draft.environment.as_str()).await?,
            None => visit.frame_in(&model::environment(visit, &model.connection_id).await?).await?,
        };
        frame.here = match self.story() {
            Some(story) => format!("{}/edit", story.url()),
            None => "/drafts/new".to_owned(),
        };
        Ok(page_as(status, view::page(&frame, &model)))
    }
}
