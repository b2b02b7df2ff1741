//! What a person types into a draft, whole or in part.

use countersign_entities::{ids::AssetId, vocabulary::Origin};

use super::content::ContentInput;

/// A wall time, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishAtInput {
    /// `2026-12-01T09:00`.
    pub local: String,
    /// An IANA name such as `Europe/Berlin`.
    pub zone: String,
    /// `+01:00`, where the clocks show the time twice.
    pub offset: Option<String>,
}

/// Every field of a draft, as typed; empty texts count as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Pinterest's id of the board.
    pub board_id: Option<String>,
    /// Pinterest's id of a section of that board.
    pub board_section_id: Option<String>,
    /// Our id of the image, `ast_...`.
    pub asset_id: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The text for screen readers.
    pub alt_text: Option<String>,
    /// Where the Pin leads.
    pub link: Option<String>,
    /// Before when it does not go out; none means once approved.
    pub publish_at: Option<PublishAtInput>,
}

/// A draft to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDraft {
    /// Our id of the account, `con_...`; fixed for the draft's life.
    pub connection_id: String,
    /// What it says.
    pub fields: Fields,
    /// Through what it comes.
    pub origin: Origin,
}

/// A change of a wall time: absent parts stay, null ones go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishAtPatch {
    /// The wall time.
    pub local: Option<Option<String>>,
    /// The zone.
    pub zone: Option<Option<String>>,
    /// The offset. It belongs to its time: a new time or zone without an offset drops the old one.
    pub offset: Option<Option<String>>,
}

/// A change of a draft by the rules of RFC 7396: `None` stays, `Some(None)` clears, `Some(Some(..))` sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Pinterest's id of the board.
    pub board_id: Option<Option<String>>,
    /// Pinterest's id of a section of that board.
    pub board_section_id: Option<Option<String>>,
    /// Our id of the image.
    pub asset_id: Option<Option<String>>,
    /// The title.
    pub title: Option<Option<String>>,
    /// The description.
    pub description: Option<Option<String>>,
    /// The text for screen readers.
    pub alt_text: Option<Option<String>>,
    /// Where the Pin leads.
    pub link: Option<Option<String>>,
    /// Before when it does not go out.
    pub publish_at: Option<Option<PublishAtPatch>>,
}

impl From<Fields> for Patch {
    /// The patch of a form, which sends every field: what is absent there is cleared.
    fn from(fields: Fields) -> Self {
        Self {
            board_id: Some(fields.board_id),
            board_section_id: Some(fields.board_section_id),
            asset_id: Some(fields.asset_id),
            title: Some(fields.title),
            description: Some(fields.description),
            alt_text: Some(fields.alt_text),
            link: Some(fields.link),
            publish_at: Some(fields.publish_at.map(PublishAtPatch::from)),
        }
    }
}

impl From<PublishAtInput> for PublishAtPatch {
    fn from(input: PublishAtInput) -> Self {
        Self { local: Some(Some(input.local)), zone: Some(Some(input.zone)), offset: Some(input.offset) }
    }
}

impl Patch {
    /// The patch that sets or clears the time, and nothing else.
    pub fn publish_at(publish_at: Option<PublishAtInput>) -> Self {
        Self { publish_at: Some(publish_at.map(PublishAtPatch::from)), ..Self::default() }
    }

    /// Puts what is set here, but for the image, over `input`.
    pub(super) fn apply(&self, input: &mut ContentInput) {
        put(&self.board_id, &mut input.board_id);
        put(&self.board_section_id, &mut input.board_section_id);
        put(&self.title, &mut input.title);
        put(&self.description, &mut input.description);
        put(&self.alt_text, &mut input.alt_text);
        put(&self.link, &mut input.link);
        match &self.publish_at {
            None => {}
            Some(None) => {
                (input.publish_local, input.publish_zone, input.publish_offset) = (None, None, None)
            }
            Some(Some(patch)) => patch.apply(input),
        }
    }
}

impl PublishAtPatch {
    fn apply(&self, input: &mut ContentInput) {
        let before = (input.publish_local.clone(), input.publish_zone.clone());
        put(&self.local, &mut input.publish_local);
        put(&self.zone, &mut input.publish_zone);
        if (&input.publish_local, &input.publish_zone) != (&before.0, &before.1) {
            input.publish_offset = None;
        }
        put(&self.offset, &mut input.publish_offset);
    }
}

fn put(change: &Option<Option<String>>, to: &mut Option<String>) {
    if let Some(value) = change {
        to.clone_from(value);
    }
}

/// What a change says about the image.
pub(super) enum AssetChange {
    /// Nothing.
    Stays,
    /// There shall be none.
    Cleared,
    /// Another one; `None` where the text is no id of an image.
    Set(Option<AssetId>),
}

impl Patch {
    pub(super) fn asset(&self) -> AssetChange {
        match self.asset_id.as_ref().map(|id| id.as_deref().map(str::trim).filter(|id| !id.is_empty())) {
            None => AssetChange::Stays,
            Some(None) => AssetChange::Cleared,
            Some(Some(id)) => AssetChange::Set(id.parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> ContentInput {
        ContentInput {
            title: Some("Soup".to_owned()),
            link: Some("https://soup.example/".to_owned()),
            publish_local: Some("2026-10-25T02:30".to_owned()),
            publish_zone: Some("Europe/Berlin".to_owned()),
            publish_offset: Some("+02:00".to_owned()),
            ..ContentInput::default()
        }
    }

    fn after(patch: Patch) -> ContentInput {
        let mut input = input();
        patch.apply(&mut input);
        input
    }

    #[test]
    fn absent_stays_null_clears_a_value_sets() {
        assert_eq!(after(Patch::default()), input());
        let patch = Patch {
            title: Some(None),
            link: Some(Some("https://other.example/".to_owned())),
            ..Patch::default()
        };
        let after = after(patch);
        assert_eq!(after.title, None);
        assert_eq!(after.link.as_deref(), Some("https://other.example/"));
        assert_eq!(after.publish_local, input().publish_local);
    }

    #[test]
    fn a_time_merges_part_by_part_and_drops_an_offset_that_belonged_to_another_time() {
        let zone_again =
            PublishAtPatch { zone: Some(Some("Europe/Berlin".to_owned())), ..PublishAtPatch::default() };
        let same = after(Patch { publish_at: Some(Some(zone_again)), ..Patch::default() });
        assert_eq!(same, input());
        let local =
            PublishAtPatch { local: Some(Some("2026-12-01T09:00".to_owned())), ..PublishAtPatch::default() };
        let moved = after(Patch { publish_at: Some(Some(local)), ..Patch::default() });
        assert_eq!(moved.publish_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(moved.publish_offset, None);
        let cleared = after(Patch::publish_at(None));
        assert_eq!((cleared.publish_local, cleared.publish_zone), (None, None));
    }

    #[test]
    fn a_form_clears_what_it_leaves_empty() {
        let after = after(Patch::from(Fields { title: Some("Stew".to_owned()), ..Fields::default() }));
        assert_eq!(after, ContentInput { title: Some("Stew".to_owned()), ..ContentInput::default() });
    }
}
