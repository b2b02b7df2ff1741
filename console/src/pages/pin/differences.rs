//! Two revisions side by side.

use countersign_api::app::App;
use countersign_api::drafts::{self, Draft, FieldDifference, Revision};
use countersign_api::error::Fault;

use super::{boards, parts};
use crate::views::diff::{Change, Diff, ImageChange, ImageSide};

/// Field and name, in the order of the form.
const FIELDS: [(&str, &str); 8] = [
    ("board_id", "Board"),
    ("board_section_id", "Section"),
    ("asset_id", "Image"),
    ("title", "Title"),
    ("description", "Description"),
    ("alt_text", "Alternative text"),
    ("link", "Link"),
    ("publish_at", "Time"),
];

/// What differs between two revisions of a draft.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn between(
    app: &App,
    draft: &Draft,
    before: &Revision,
    after: &Revision,
) -> Result<Diff, Fault> {
    let pairs = before.differences(after);
    let image = match pairs.iter().any(|pair| pair.field == "asset_id") {
        true => Some(ImageChange { before: side(app, before).await?, after: side(app, after).await? }),
        false => None,
    };
    let is_same = |field: &str| !pairs.iter().any(|pair| pair.field == field);
    let same = FIELDS.iter().filter(|(field, _)| is_same(field)).map(|(_, name)| name.to_lowercase());
    let texts = pairs.iter().filter(|pair| pair.field != "asset_id");
    Ok(Diff { fields: texts.map(|pair| change(app, draft, pair)).collect(), image, same: same.collect() })
}

/// A field's name as people read it.
pub(crate) fn name(field: &str) -> &str {
    FIELDS.iter().find(|(known, _)| *known == field).map_or(field, |(_, name)| name)
}

fn change(app: &App, draft: &Draft, pair: &FieldDifference) -> Change {
    let words = |value: &Option<String>| match pair.field {
        "board_id" => boards::words(app, &draft.connection_id, value.as_deref(), None).unwrap_or_default(),
        "publish_at" => value.clone().unwrap_or_else(|| "once it is countersigned".to_owned()),
        _ => value.clone().unwrap_or_default(),
    };
    Change { name: name(pair.field).to_owned(), before: words(&pair.before), after: words(&pair.after) }
}

async fn side(app: &App, revision: &Revision) -> Result<Option<ImageSide>, Fault> {
    let Some(id) = &revision.asset_id else { return Ok(None) };
    let Some(asset) = drafts::asset(&app.db, id).await? else { return Ok(None) };
    let digest: String = asset.sha256.chars().take(8).collect();
    Ok(Some(ImageSide {
        picture: parts::picture(&asset),
        alt_text: revision.content.alt_text().unwrap_or_default().to_owned(),
        caption: format!("Revision {}, {} × {}, {digest}…", revision.revision, asset.width, asset.height),
    }))
}
