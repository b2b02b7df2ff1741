//! What changed between two revisions, field by field.

use countersign_entities::ids::{AssetId, DraftId};

use super::{
    content::Content,
    draft::{Draft, Revision},
    error::Error,
    fields::{AssetChange, Patch},
    schedule::PublishAt,
    store,
};
use crate::app::App;

/// A field that two contents have differently, in the API's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDifference {
    /// The field's name as the API spells it; for the image `asset_id`.
    pub field: &'static str,
    /// What the first has; none if it is not set there.
    pub before: Option<String>,
    /// What the second has.
    pub after: Option<String>,
}

/// Where revisions `a` and `b` of a draft differ.
///
/// # Errors
/// [`Error::NotFound`] where there is no such draft or revision.
pub async fn difference(app: &App, id: &DraftId, a: i32, b: i32) -> Result<Vec<FieldDifference>, Error> {
    let before = store::revision(&app.db, id, a).await?.ok_or(Error::NotFound)?;
    let after = store::revision(&app.db, id, b).await?.ok_or(Error::NotFound)?;
    Ok(before.differences(&after))
}

impl Revision {
    /// Where `after` differs from this one, in the form's order.
    pub fn differences(&self, after: &Revision) -> Vec<FieldDifference> {
        let sides =
            shown(&self.content, &self.asset_id).into_iter().zip(shown(&after.content, &after.asset_id));
        let is_same_image = self.content.image_sha256() == after.content.image_sha256();
        let differences = sides.map(|((field, before), (_, after))| FieldDifference { field, before, after });
        differences
            .filter(|pair| pair.before != pair.after && !(pair.field == "asset_id" && is_same_image))
            .collect()
    }
}

/// Every field as people read it.
fn shown(content: &Content, asset_id: &Option<AssetId>) -> [(&'static str, Option<String>); 8] {
    let text = |text: Option<&str>| text.map(str::to_owned);
    [
        ("board_id", text(content.board_id())),
        ("board_section_id", text(content.board_section_id())),
        ("asset_id", asset_id.as_ref().map(ToString::to_string)),
        ("title", text(content.title())),
        ("description", text(content.description())),
        ("alt_text", text(content.alt_text())),
        ("link", text(content.link())),
        ("publish_at", content.publish_at().map(time_words)),
    ]
}

fn time_words(at: &PublishAt) -> String {
    let offset = at.offset().map(|offset| format!(" ({offset})")).unwrap_or_default();
    format!("{}{offset} {}", at.local(), at.zone())
}

/// Where what was typed is not what the draft says now: what a person whose save came too late has to look at.
pub(super) fn typed_against(patch: &Patch, draft: &Draft, current: &Revision) -> Vec<FieldDifference> {
    let mut input = current.content.to_input();
    patch.apply(&mut input);
    let asset = match patch.asset() {
        AssetChange::Stays => draft.asset_id.as_ref().map(ToString::to_string),
        AssetChange::Cleared => None,
        AssetChange::Set(id) => id.map(|id| id.to_string()),
    };
    let offset = input.publish_offset.map(|offset| format!(" ({offset})")).unwrap_or_default();
    let time = input.publish_local.map(|local| {
        let zone = input.publish_zone.unwrap_or_default();
        format!("{local}{offset} {zone}")
    });
    let typed = [
        input.board_id,
        input.board_section_id,
        asset,
        input.title,
        input.description,
        input.alt_text,
        input.link,
        time,
    ];
    let sides = shown(&current.content, &current.asset_id).into_iter().zip(typed);
    sides
        .map(|((field, before), after)| FieldDifference { field, before, after: tidy(after) })
        .filter(|pair| pair.before != pair.after)
        .collect()
}

fn tidy(typed: Option<String>) -> Option<String> {
    typed.map(|text| text.replace("\r\n", "\n").trim().to_owned()).filter(|text| !text.is_empty())
}
