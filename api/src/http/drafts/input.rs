//! What the API takes for a draft.

use poem_openapi::{Object, types::MaybeUndefined};

use crate::{
    drafts::{Fields, NewDraft, Origin, Patch, PublishAtInput, PublishAtPatch},
    http::{
        problem::{Problem, ProblemField},
        refused::Refused,
    },
};

/// A wall time.
#[derive(Clone, Debug, Object)]
pub struct PublishAtField {
    /// `2026-12-01T09:00`.
    pub local: String,
    /// An IANA name such as `Europe/Berlin`.
    pub zone: String,
    /// `+01:00`; needed only where the clocks show the time twice.
    pub offset: Option<String>,
}

/// A draft to be made; it may be incomplete.
#[derive(Debug, Object)]
pub struct NewDraftInput {
    /// The account, `con_...`; fixed for the draft's life.
    connection_id: String,
    /// Pinterest's id of the board.
    board_id: Option<String>,
    /// Pinterest's id of a section of that board.
    board_section_id: Option<String>,
    /// The image, `ast_...`.
    asset_id: Option<String>,
    /// At most 100 characters.
    title: Option<String>,
    /// At most 800 characters.
    description: Option<String>,
    /// At most 500 characters.
    alt_text: Option<String>,
    /// http or https, at most 2048 characters.
    link: Option<String>,
    /// Before when it does not go out.
    publish_at: Option<PublishAtField>,
}

/// A change by the rules of RFC 7396: what is absent stays, null clears.
#[derive(Debug, Object)]
pub struct DraftPatch {
    /// Pinterest's id of the board.
    board_id: MaybeUndefined<String>,
    /// Pinterest's id of a section of that board.
    board_section_id: MaybeUndefined<String>,
    /// The image, `ast_...`.
    asset_id: MaybeUndefined<String>,
    /// At most 100 characters.
    title: MaybeUndefined<String>,
    /// At most 800 characters.
    description: MaybeUndefined<String>,
    /// At most 500 characters.
    alt_text: MaybeUndefined<String>,
    /// http or https, at most 2048 characters.
    link: MaybeUndefined<String>,
    /// Before when it does not go out.
    publish_at: MaybeUndefined<PublishAtChange>,
}

/// A change of a wall time; another time or zone drops an offset that is not sent along.
#[derive(Debug, Object)]
pub struct PublishAtChange {
    /// `2026-12-01T09:00`.
    local: MaybeUndefined<String>,
    /// An IANA name such as `Europe/Berlin`.
    zone: MaybeUndefined<String>,
    /// `+01:00`.
    offset: MaybeUndefined<String>,
}

/// Another time.
#[derive(Debug, Object)]
pub struct Reschedule {
    /// Before when it does not go out; null: once approved. It has to be said.
    publish_at: MaybeUndefined<PublishAtField>,
}

impl Reschedule {
    /// The time, or none.
    ///
    /// # Errors
    /// 422 where nothing was said: nobody loses a time by an empty request.
    pub fn publish_at(self) -> Result<Option<PublishAtInput>, Refused> {
        let missing = "Send a time with local and zone, or null for once approved.";
        match self.publish_at {
            MaybeUndefined::Value(at) => Ok(Some(at.into())),
            MaybeUndefined::Null => Ok(None),
            MaybeUndefined::Undefined => {
                Err(Problem::fields(vec![ProblemField::new("publish_at", "missing", missing)]).into())
            }
        }
    }
}

/// Where a copy goes.
#[derive(Debug, Object)]
pub struct Duplicate {
    /// Another account than the original's.
    pub connection_id: Option<String>,
}

impl From<PublishAtField> for PublishAtInput {
    fn from(field: PublishAtField) -> Self {
        Self { local: field.local, zone: field.zone, offset: field.offset }
    }
}

impl From<NewDraftInput> for NewDraft {
    fn from(input: NewDraftInput) -> Self {
        let fields = Fields {
            board_id: input.board_id,
            board_section_id: input.board_section_id,
            asset_id: input.asset_id,
            title: input.title,
            description: input.description,
            alt_text: input.alt_text,
            link: input.link,
            publish_at: input.publish_at.map(PublishAtInput::from),
        };
        Self { connection_id: input.connection_id, fields, origin: Origin::Api }
    }
}

impl From<DraftPatch> for Patch {
    fn from(patch: DraftPatch) -> Self {
        Self {
            board_id: change(patch.board_id),
            board_section_id: change(patch.board_section_id),
            asset_id: change(patch.asset_id),
            title: change(patch.title),
            description: change(patch.description),
            alt_text: change(patch.alt_text),
            link: change(patch.link),
            publish_at: change(patch.publish_at).map(|time| time.map(PublishAtPatch::from)),
        }
    }
}

impl From<PublishAtChange> for PublishAtPatch {
    fn from(patch: PublishAtChange) -> Self {
        Self { local: change(patch.local), zone: change(patch.zone), offset: change(patch.offset) }
    }
}

/// Absent, null, or a value.
fn change<T>(field: MaybeUndefined<T>) -> Option<Option<T>> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
