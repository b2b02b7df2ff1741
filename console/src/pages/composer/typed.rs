//! What was typed into the composer, wherever it comes from: the form, the saved revision, the working copy.

use countersign_api::drafts::schedule::{PublishAt, ScheduleError};
use countersign_api::drafts::{self, PublishAtInput, Revision};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::views::composer::Words;
use crate::views::form::Choice;
use crate::web::Fields;

/// The composer's fields, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// The revision on which it is based.
    pub(super) revision: String,
    /// The account.
    pub(super) connection_id: String,
    /// The image, once it was stored.
    pub(super) asset_id: String,
    pub(super) alt_text: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) link: String,
    /// `{board}` or `{board}/{section}`.
    pub(super) board: String,
    pub(super) new_board_name: String,
    pub(super) new_board_privacy: String,
    pub(super) publish_local: String,
    pub(super) publish_zone: String,
    pub(super) publish_offset: String,
}

impl Typed {
    /// What a form sent.
    pub(super) fn of_form(form: &Fields) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            revision: text("revision"),
            connection_id: text("connection_id"),
            asset_id: text("asset_id"),
            alt_text: text("alt_text"),
            title: text("title"),
            description: text("description"),
            link: text("link"),
            board: text("board"),
            new_board_name: text("new_board_name"),
            new_board_privacy: text("new_board_privacy"),
            publish_local: text("publish_local"),
            publish_zone: text("publish_zone"),
            publish_offset: text("publish_offset"),
        }
    }

    /// What was saved. `zone` is shown where no time is wished.
    pub(super) fn of_revision(revision: &Revision, zone: &str) -> Self {
        let content = &revision.content;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let at = content.publish_at();
        let board = match (content.board_id(), content.board_section_id()) {
            (Some(board), Some(section)) => format!("{board}/{section}"),
            (board, _) => text(board),
        };
        Self {
            revision: revision.revision.to_string(),
            connection_id: content.connection().to_owned(),
            asset_id: revision.asset_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            alt_text: text(content.alt_text()),
            title: text(content.title()),
            description: text(content.description()),
            link: text(content.link()),
            board,
            publish_local: text(at.map(PublishAt::local)),
            publish_zone: text(at.map(PublishAt::zone).or(Some(zone))),
            publish_offset: text(at.and_then(PublishAt::offset)),
            ..Self::default()
        }
    }

    /// A working copy.
    pub(super) fn from_json(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// As a working copy.
    pub(super) fn to_json(&self) -> Value {
        json!(self)
    }

    /// As the service takes it. A zone without a time means nothing.
    pub(super) fn fields(&self) -> drafts::Fields {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (board, section) = self.board_and_section();
        drafts::Fields {
            board_id: given(board),
            board_section_id: given(section),
            asset_id: given(&self.asset_id),
            title: given(&self.title),
            description: given(&self.description),
            alt_text: given(&self.alt_text),
            link: given(&self.link),
            publish_at: given(&self.publish_local).map(|local| PublishAtInput {
                local,
                zone: self.publish_zone.clone(),
                offset: given(&self.publish_offset).filter(|_| !self.offsets().is_empty()),
            }),
        }
    }

    /// The texts that people type, each with its field's name.
    pub(super) fn texts(&mut self) -> [(&'static str, &mut String); 5] {
        [
            ("title", &mut self.title),
            ("description", &mut self.description),
            ("alt_text", &mut self.alt_text),
            ("link", &mut self.link),
            ("new_board_name", &mut self.new_board_name),
        ]
    }

    /// The ids of the chosen board and section; empty where none is chosen.
    pub(super) fn board_and_section(&self) -> (&str, &str) {
        self.board.split_once('/').unwrap_or((&self.board, ""))
    }

    /// What people typed, for the view.
    pub(super) fn words(&self) -> Words {
        Words {
            alt_text: self.alt_text.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            link: self.link.clone(),
            publish_local: self.publish_local.clone(),
            publish_zone: self.publish_zone.clone(),
            publish_offset: self.publish_offset.clone(),
        }
    }

    /// The words that people type, each with its label; what is empty is left out.
    pub(super) fn labelled(&self) -> Vec<(String, String)> {
        let words = [
            ("Title", &self.title),
            ("Description", &self.description),
            ("Alternative text", &self.alt_text),
            ("Link", &self.link),
        ];
        let given = words.into_iter().filter(|(_, text)| !text.is_empty());
        given.map(|(label, text)| (label.to_owned(), text.clone())).collect()
    }

    /// The wished moment in Unix microseconds; none if none is wished, or not one that there is once.
    pub(super) fn due_at(&self) -> Option<i64> {
        let offset = Some(self.publish_offset.as_str()).filter(|_| !self.offsets().is_empty());
        let at = PublishAt::new(&self.publish_local, &self.publish_zone, offset).ok()?;
        at.due_at_micros().ok()
    }

    /// The two readings of a time that the clocks show twice; empty for any other.
    pub(super) fn offsets(&self) -> Vec<Choice> {
        match PublishAt::new(&self.publish_local, &self.publish_zone, None) {
            Err(ScheduleError::Ambiguous { first, second, .. }) => {
                let time = self.publish_local.split_once('T').map_or("", |(_, time)| time);
                let choice = |offset: String, which: &str| {
                    let words = format!("the {which} {time}, {offset}");
                    Choice::new(offset, words)
                };
                vec![choice(first, "first"), choice(second, "second")]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            board: "482/7".into(),
            title: "Tart".into(),
            publish_local: "2026-10-25T02:30".into(),
            publish_zone: "Europe/Berlin".into(),
            publish_offset: "+02:00".into(),
            ..Typed::default()
        }
    }

    #[test]
    fn a_board_may_carry_its_section() {
        let fields = typed().fields();
        assert_eq!(
            (fields.board_id.as_deref(), fields.board_section_id.as_deref()),
            (Some("482"), Some("7"))
        );
        let whole = Typed { board: "482".into(), ..Typed::default() }.fields();
        assert_eq!((whole.board_id.as_deref(), whole.board_section_id), (Some("482"), None));
    }

    #[test]
    fn a_time_that_occurs_twice_is_asked_and_another_one_drops_its_answer() {
        let asked: Vec<_> = typed().offsets().into_iter().map(|offset| offset.value).collect();
        assert_eq!(asked, ["+02:00", "+01:00"]);
        let moved = Typed { publish_local: "2026-12-01T09:00".into(), ..typed() };
        assert!(moved.offsets().is_empty());
        assert_eq!(moved.fields().publish_at.and_then(|at| at.offset), None);
    }

    #[test]
    fn a_zone_alone_is_no_time() {
        let typed = Typed { publish_zone: "Europe/Berlin".into(), ..Typed::default() };
        assert_eq!(typed.fields(), drafts::Fields::default());
    }

    #[test]
    fn what_was_kept_comes_back_as_it_was() {
        assert_eq!(Typed::from_json(&typed().to_json().to_string()), Some(typed()));
        assert_eq!(Typed::from_json("7"), None);
        assert_eq!(Typed::from_json("{\"title\":\"x\"}").map(|typed| typed.title).as_deref(), Some("x"));
    }
}
