//! The files that the pages use: one style sheet, one script, the icons. They are compiled into the binary,
//! compressed once, and served under a name that carries their content's digest, so a browser may keep them
//! forever. Nothing of them comes from elsewhere: no library is vendored, no other host is asked.
//!
//! A new file goes into `files/`; [`url`] gives its address.

mod serve;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

pub use serve::routes;

/// The folder, compiled in (also in development, so that what is tested is what is shipped).
#[derive(RustEmbed)]
#[folder = "src/assets/files/"]
struct Files;

/// One file, ready to be sent.
struct Asset {
    /// The bytes as they are in the repository.
    plain: Bytes,
    /// The same bytes compressed with gzip; `None` where that saves nothing.
    gzip: Option<Bytes>,
    /// The value of `Content-Type`.
    content_type: &'static str,
    /// The first 16 hex digits of the content's SHA-256.
    digest: String,
}

static ASSETS: LazyLock<BTreeMap<String, Asset>> = LazyLock::new(|| {
    Files::iter()
        .filter_map(|name| Files::get(&name).map(|file| (name.to_string(), Asset::new(&name, &file.data))))
        .collect()
});

/// The address of the file `name` in `files/`, with its digest: `/assets/countersign.1f3a...css`.
/// A name that does not exist gives an address that answers 404; a test holds every page against that.
pub fn url(name: &str) -> String {
    match ASSETS.get(name) {
        Some(asset) => format!("/assets/{}", asset.hashed_name(name)),
        None => format!("/assets/{name}"),
    }
}

/// The text of the sprite of icons, for the layout to place in the page once. Empty if the file is missing.
pub fn sprite() -> &'static str {
    static SPRITE: LazyLock<String> = LazyLock::new(|| {
        let text = ASSETS.get("icons.svg").map(|asset| String::from_utf8_lossy(&asset.plain).into_owned());
        let text = text.unwrap_or_default();
        let symbols = text.find("<symbol").zip(text.rfind("</svg>"));
        symbols.map(|(from, to)| text[from..to].to_owned()).unwrap_or_default()
    });
    &SPRITE
}

impl Asset {
    fn new(name: &str, data: &[u8]) -> Self {
        let digest = hex::encode(Sha256::digest(data)).chars().take(16).collect();
        let gzip = compress(data).filter(|gzip| gzip.len() < data.len());
        Self { plain: Bytes::copy_from_slice(data), gzip, content_type: content_type(name), digest }
    }

    fn hashed_name(&self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{}.{extension}", self.digest),
            None => format!("{name}.{}", self.digest),
        }
    }
}

/// The file that was asked for, and whether the address names its content. A digest that is not the content's
/// finds nothing: the page which named it is older than this binary.
fn find(requested: &str) -> Option<(&'static Asset, bool)> {
    if let Some(asset) = ASSETS.get(requested) {
        return Some((asset, false));
    }
    ASSETS.iter().find(|(name, asset)| asset.hashed_name(name) == requested).map(|(_, asset)| (asset, true))
}

fn compress(data: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
