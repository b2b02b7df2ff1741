//! Uploaded images.

use countersign_entities::{
    Timestamp,
    ids::{AssetId, OperatorId},
};

use sha2::{Digest as _, Sha256};

use super::{error::Error, media, store};
use crate::{
    app::{App, Slow},
    audit::{
        AuditedTx, Housekeeping,
        sealed::Part,
        secret_gate::{Where, find_typed},
    },
    db::Reads,
    error::Fault,
    hidden::{self, Piece},
    operators::role::{Author, Reader},
};

/// The longest label, in characters.
const LABEL_CHARS: usize = 200;

/// An image that is ready to be sent. Its bytes are kept once, whoever uploads them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The reference.
    pub id: AssetId,
    /// What the person called it.
    pub label: String,
    /// Hex SHA-256 of the bytes that will be sent.
    pub sha256: String,
    /// Hex SHA-256 of the upload.
    pub original_sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Length of what will be sent.
    pub bytes: i32,
    /// Who uploaded it.
    pub created_by: OperatorId,
    /// When.
    pub created_at: Timestamp,
    /// Whether a draft has used it; one that was not goes after 24 h.
    pub is_attached: bool,
}

/// Checks an upload, makes it ready for Pinterest and keeps it. `label` is the file's name as the browser sent it.
///
/// # Errors
/// [`Error::Media`] where it is no image that can be used.
pub async fn upload(app: &App, author: &Author, label: &str, file: Vec<u8>) -> Result<Asset, Error> {
    let prepared = app.slow(Slow::Image, move || media::inspect(&file)).await??;
    let asset = Asset {
        id: AssetId::from_random(app.random_id()),
        label: clean_label(label),
        sha256: hex::encode(prepared.sha256),
        original_sha256: hex::encode(prepared.original_sha256),
        content_type: prepared.content_type.to_owned(),
        width: small(prepared.width)?,
        height: small(prepared.height)?,
        bytes: small(prepared.bytes.len())?,
        created_by: author.id().clone(),
        created_at: app.now(),
        is_attached: false,
    };
    let tx = AuditedTx::housekeeping(app, Housekeeping::Uploads).await?;
    store::assets::insert(&tx, &asset, prepared.bytes, prepared.thumbnail).await?;
    tx.commit().await?;
    Ok(asset)
}

/// An image; none if there is no such.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn asset(on: &impl Reads, id: &AssetId) -> Result<Option<Asset>, Fault> {
    store::assets::find(on, id).await
}

/// Some images, in no order; those that there are not are left out.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn assets(on: &impl Reads, ids: Vec<AssetId>) -> Result<Vec<Asset>, Fault> {
    store::assets::find_many(on, ids).await
}

/// An image and the bytes that will be sent: nobody is shown others.
///
/// # Errors
/// [`Error::NoImage`]; [`Fault::Lost`] where the stored bytes are not those that were uploaded.
pub async fn content(app: &App, _reader: &Reader, id: &AssetId) -> Result<(Asset, Vec<u8>), Error> {
    let asset = store::assets::find(&app.db, id).await?.ok_or(Error::NoImage)?;
    let bytes = store::assets::content(&app.db, &asset.sha256).await?.ok_or(Error::NoImage)?;
    // At most some ten milliseconds, for the largest image.
    let is_whole = hex::encode(Sha256::digest(&bytes)) == asset.sha256;
    if is_whole { Ok((asset, bytes)) } else { Err(Fault::Lost("the bytes of an image were changed").into()) }
}

/// A small JPEG of an image.
///
/// # Errors
/// [`Error::NoImage`].
pub async fn thumbnail(app: &App, _reader: &Reader, id: &AssetId) -> Result<Vec<u8>, Error> {
    let asset = store::assets::find(&app.db, id).await?.ok_or(Error::NoImage)?;
    store::assets::thumbnail(&app.db, &asset.sha256).await?.ok_or(Error::NoImage)
}

/// Deletes uploads that no draft has used for 24 h; says how many.
///
/// # Errors
/// [`Fault`] where the database fails.
pub async fn sweep_uploads(app: &App) -> Result<u64, Fault> {
    let before = app.now().minus(app.timing.process.unattached_upload_ttl);
    let tx = AuditedTx::housekeeping(app, Housekeeping::Uploads).await?;
    let gone = store::assets::purge_unattached(&tx, before).await?;
    tx.commit().await?;
    Ok(gone)
}

/// The file's name alone, without folders and hidden characters; one that looks like a secret is not kept.
fn clean_label(label: &str) -> String {
    let name = label.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = hidden::pieces(name).into_iter().filter_map(seen).collect();
    let short: String = visible.trim().chars().take(LABEL_CHARS).collect();
    let is_secret = find_typed(&visible, Where::Sealed(Part::Content)).is_some();
    if short.is_empty() || is_secret { "image".to_owned() } else { short }
}

fn seen(piece: Piece<'_>) -> Option<String> {
    match piece {
        Piece::Seen(text) => Some(text.replace(['\n', '\r', '\t'], " ")),
        Piece::Hidden(_) => None,
    }
}

fn small(number: impl TryInto<i32>) -> Result<i32, Fault> {
    number.try_into().map_err(|_| Fault::Other("an image is larger than was checked".to_owned()))
}

#[cfg(test)]
mod label_tests {
    use super::*;

    #[test]
    fn a_label_is_the_files_name_and_no_secret() {
        assert_eq!(clean_label("C:\\pictures/Plum tart.jpg"), "Plum tart.jpg");
        assert_eq!(clean_label("tart\u{202e}gpj.exe\u{0}"), "tartgpj.exe");
        for secret in ["pina_0123456789abcdef.png", "cs_0123456789abcdef0123456789abcdef0123456789a.png", " "]
        {
            assert_eq!(clean_label(secret), "image");
        }
    }
}
