//! The images that people uploaded, for whoever is signed in.

use countersign_api::drafts;
use countersign_api::ids::AssetId;
use poem::http::{HeaderMap, StatusCode, header};
use poem::web::{Path, Query};
use poem::{Response, handler};

use crate::web::{Answer, Refused, Visit, id};

/// An id names the same bytes for ever, but they may be erased: a browser asks again after an hour.
const KEPT: &str = "private, max-age=3600";

/// Which bytes a page means.
#[derive(serde::Deserialize)]
struct Meant {
    sha256: Option<String>,
}

/// `GET /assets/{id}/content`
#[handler]
pub(super) async fn content(
    visit: Visit,
    Path(asset): Path<String>,
    Query(meant): Query<Meant>,
    headers: &HeaderMap,
) -> Answer {
    let (reader, asset) = (visit.reader()?, id::<AssetId>(&asset)?);
    let found = drafts::asset(&visit.app.db, &asset).await?;
    let found = found.filter(|found| meant.sha256.is_none_or(|meant| meant == found.sha256));
    let found = found.ok_or_else(Refused::not_found)?;
    let etag = format!("\"{}\"", found.sha256);
    if is_known(headers, &etag) {
        return Ok(unchanged(&etag));
    }
    let (found, bytes) = drafts::asset_content(&visit.app, &reader, &asset).await?;
    Ok(image(&found.content_type, &etag, bytes))
}

/// `GET /assets/{id}/thumbnail`
#[handler]
pub(super) async fn thumbnail(visit: Visit, Path(asset): Path<String>, headers: &HeaderMap) -> Answer {
    let (reader, asset) = (visit.reader()?, id::<AssetId>(&asset)?);
    let found = drafts::asset(&visit.app.db, &asset).await?.ok_or_else(Refused::not_found)?;
    let etag = format!("\"{}-t\"", found.sha256);
    if is_known(headers, &etag) {
        return Ok(unchanged(&etag));
    }
    Ok(image("image/jpeg", &etag, drafts::thumbnail(&visit.app, &reader, &asset).await?))
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|line| line.split(',')).any(|known| known.trim().trim_start_matches("W/") == etag)
}

fn unchanged(etag: &str) -> Response {
    let answer = Response::builder().status(StatusCode::NOT_MODIFIED);
    answer.header(header::ETAG, etag).header(header::CACHE_CONTROL, KEPT).finish()
}

fn image(content_type: &str, etag: &str, bytes: Vec<u8>) -> Response {
    Response::builder()
        .content_type(content_type)
        .header(header::ETAG, etag)
        .header(header::CACHE_CONTROL, KEPT)
        .header(header::CONTENT_DISPOSITION, "inline")
        .body(bytes)
}
