//! Other drafts for the same board with the same image or link: worth a look before one is signed.

use countersign_entities::ids::{ConnectionId, DraftId};

use super::{
    content::{Content, Link},
    draft::{Draft, host_of},
    store,
};
use crate::{app::App, error::Fault, operators::role::Reader};

/// Drafts that are looked through at most, the latest change first.
const LIMIT: u64 = 20;

/// What another draft may have in common with one.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The account.
    pub connection: &'a ConnectionId,
    /// The board.
    pub board: &'a str,
    /// Hex SHA-256 of the image as it will be sent.
    pub image_sha256: Option<&'a str>,
    /// The link, as typed.
    pub link: Option<&'a str>,
    /// The draft itself, if there is one already.
    pub except: Option<&'a DraftId>,
}

/// Another draft for the same board.
#[derive(Clone, Debug)]
pub struct Twin {
    /// The draft.
    pub draft: Draft,
    /// Whether it has the same image.
    pub has_image: bool,
    /// Whether it has the same link.
    pub has_link: bool,
}

/// Drafts for the same board with the same image or link, the latest change first; what was discarded is none. Only our
/// own drafts are looked through: a board's Pins are not asked for.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn twins(app: &App, _reader: &Reader, sought: Sought<'_>) -> Result<Vec<Twin>, Fault> {
    let link = sought.link.and_then(|typed| Link::parse(typed).ok().flatten());
    let host = link.as_ref().and_then(|link| host_of(link.as_str()));
    if sought.image_sha256.is_none() && host.is_none() {
        return Ok(Vec::new());
    }
    let drafts = store::twins::list(&app.db, &sought, host.as_deref(), LIMIT).await?;
    let wanted: Vec<_> = drafts.iter().map(|draft| (draft.id.clone(), draft.revision)).collect();
    let revisions = store::revisions(&app.db, &wanted).await?;
    let twins = drafts.into_iter().filter_map(|draft| {
        let content = &revisions.iter().find(|revision| revision.draft_id == draft.id)?.content;
        let (has_image, has_link) =
            (has_image(content, sought.image_sha256), has_link(content, link.as_ref()));
        (has_image || has_link).then_some(Twin { draft, has_image, has_link })
    });
    Ok(twins.collect())
}

fn has_image(content: &Content, sought: Option<&str>) -> bool {
    content.image_sha256().is_some_and(|found| Some(&*hex::encode(found)) == sought)
}

fn has_link(content: &Content, sought: Option<&Link>) -> bool {
    content.link().is_some_and(|found| Some(found) == sought.map(Link::as_str))
}
