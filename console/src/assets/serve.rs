//! Answers for [`super`]: GET and HEAD, a quoted ETag, gzip where it is accepted, 304, 404.

use poem::http::{HeaderMap, StatusCode, header};
use poem::web::Path;
use poem::{Endpoint, IntoEndpoint, Request, Response, Route, get, handler};

use super::{Asset, find};

/// The routes of the assets, to be nested at `/assets`.
pub fn routes() -> impl IntoEndpoint<Endpoint = impl Endpoint> {
    Route::new().at("/:name", get(answer_for))
}

/// `GET /assets/:name`. With the digest in its name a file may be kept for a year; without, a browser has to ask.
#[handler]
fn answer_for(request: &Request, Path(name): Path<String>) -> Response {
    match find(&name) {
        Some((asset, is_hashed)) => answer(asset, is_hashed, request.headers()),
        None => {
            Response::builder().status(StatusCode::NOT_FOUND).content_type("text/plain").body("Not found\n")
        }
    }
}

fn answer(asset: &'static Asset, is_hashed: bool, headers: &HeaderMap) -> Response {
    let gzip = asset.gzip.as_ref().filter(|_| accepts_gzip(headers));
    let etag = format!("\"{}{}\"", asset.digest, if gzip.is_some() { "-gzip" } else { "" });
    let cache = if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let response = Response::builder()
        .header(header::ETAG, &etag)
        .header(header::CACHE_CONTROL, cache)
        .header(header::VARY, "Accept-Encoding")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if is_known(headers, &etag) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    let response = response.content_type(asset.content_type);
    match gzip {
        Some(bytes) => response.header(header::CONTENT_ENCODING, "gzip").body(bytes.clone()),
        None => response.body(asset.plain.clone()),
    }
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| {
        known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag || tag == "*")
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.split(',').any(names_gzip))
}

/// Whether one entry of `Accept-Encoding` is gzip with a weight above zero.
fn names_gzip(entry: &str) -> bool {
    let mut parts = entry.split(';').map(str::trim);
    let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map(|weight| weight.parse::<f32>());
    is_gzip && !matches!(weight, Some(Ok(weight)) if weight <= 0.0)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::super::url;
    use super::*;

    async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method.parse().unwrap()).uri(path.parse().unwrap());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Route::new().nest("/assets", routes()).get_response(request.finish()).await
    }

    #[tokio::test]
    async fn a_hashed_file_may_be_kept_and_is_the_same_compressed() {
        let address = url("countersign.css");
        let plain = ask("GET", &address, &[]).await;
        assert_eq!(plain.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(plain.content_type(), Some("text/css; charset=utf-8"));
        assert!(plain.header("content-encoding").is_none());
        let zipped = ask("GET", &address, &[("accept-encoding", "br, gzip;q=0.5")]).await;
        assert_eq!(zipped.header("content-encoding"), Some("gzip"));
        assert_ne!(zipped.header("etag"), plain.header("etag"));
        let mut text = String::new();
        let bytes = zipped.into_body().into_bytes().await.unwrap();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, plain.into_body().into_string().await.unwrap());
    }

    #[tokio::test]
    async fn head_names_the_file_and_sends_nothing() {
        let response = ask("HEAD", &url("countersign.js"), &[("accept-encoding", "gzip;q=0")]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.header("etag").unwrap().starts_with('"'));
        assert!(response.header("content-encoding").is_none());
        assert_eq!(response.into_body().into_bytes().await.unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_known_etag_is_not_sent_again() {
        let etag = ask("GET", "/assets/mark.svg", &[]).await.header("etag").unwrap().to_owned();
        let again = ask("GET", "/assets/mark.svg", &[("if-none-match", &format!("\"x\", {etag}"))]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.header("cache-control"), Some("no-cache"));
    }

    #[tokio::test]
    async fn unknown_names_old_digests_and_ways_out_are_not_found() {
        for path in ["/assets/none.css", "/assets/countersign.0000000000000000.css", "/assets/..%2fmod.rs"] {
            assert_eq!(ask("GET", path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn the_script_is_small() {
        let (asset, _) = find("countersign.js").unwrap();
        assert!(asset.gzip.as_ref().unwrap().len() <= 25_000);
        assert!(super::super::sprite().contains(r#"id="i-mark""#));
    }
}
