//! The image of a Pin: decoding within bounds, and what the API says about it.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use image::{GenericImageView, ImageFormat, ImageReader, Limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::answer::ApiError;
use crate::fields::Fields;

/// Below this many pixels on a side an image is "too small".
const SMALLEST_SIDE: u32 = 100;
const LARGEST_SIDE: u32 = 20_000;
/// Bytes a decoder may ask for.
const LARGEST_ALLOCATION: u64 = 512 * 1024 * 1024;

/// A decoded image with its bytes as received.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) bytes: Bytes,
    pub(crate) facts: PictureFacts,
}

/// What is kept of an image; its bytes lie beside the state, named by their digest.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PictureFacts {
    pub(crate) sha256: String,
    pub(crate) content_type: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// `#rrggbb`, the mean of the image.
    pub(crate) dominant_color: String,
}

/// Where the image of a Pin is said to come from, by the schema alone.
pub(crate) enum Source {
    /// `image_base64`: type and data.
    Bytes(String, String),
    /// `image_url`. The simulator fetches nothing from anywhere.
    Address,
}

/// Reads `media_source` by its schema.
pub(crate) fn source(body: &Map<String, Value>) -> Result<Source, ApiError> {
    let Some(Value::Object(source)) = body.get("media_source") else {
        return Err(ApiError::invalid("'media_source' is a required property"));
    };
    let fields = Fields(source);
    match fields.required_text("source_type", usize::MAX)?.as_str() {
        "image_base64" => {
            let types = ["image/jpeg", "image/png"];
            let content_type = fields.one_of("content_type", &types)?;
            let content_type =
                content_type.ok_or_else(|| ApiError::invalid("'content_type' is a required property"))?;
            let data = fields.required_text("data", usize::MAX)?;
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            if !data.bytes().all(is_allowed) {
                return Err(ApiError::invalid("'data' does not match '^[a-zA-Z0-9+\\/=]+$'"));
            }
            fields.flag("is_standard")?;
            Ok(Source::Bytes(content_type, data))
        }
        "image_url" => fields.required_text("url", usize::MAX).map(|_| Source::Address),
        other @ ("multiple_image_urls" | "multiple_image_base64" | "video_id" | "pin_url") => {
            Err(ApiError::invalid(format!("source_type '{other}' is not simulated")))
        }
        other => Err(ApiError::invalid(format!("source_type '{other}' is not one of the allowed values"))),
    }
}

/// Decodes the image of a create call; `None` where the schema refuses it, which is said later in its turn.
pub(crate) fn prepare(body: &[u8]) -> Option<Result<Picture, ApiError>> {
    let body: Map<String, Value> = serde_json::from_slice(body).ok()?;
    match source(&body).ok()? {
        Source::Bytes(content_type, data) => Some(decode(&content_type, &data)),
        Source::Address => Some(Err(ApiError::new(400, 1, "Sorry we could not fetch the image."))),
    }
}

fn decode(content_type: &str, data: &str) -> Result<Picture, ApiError> {
    let bytes = STANDARD.decode(data).map_err(|_| broken())?;
    let format = if content_type == "image/png" { ImageFormat::Png } else { ImageFormat::Jpeg };
    if image::guess_format(&bytes).ok() != Some(format) {
        return Err(broken());
    }
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(LARGEST_ALLOCATION);
    reader.limits(limits);
    let image = reader.decode().map_err(|_| broken())?;
    let (width, height) = image.dimensions();
    if width < SMALLEST_SIDE || height < SMALLEST_SIDE {
        let text = "Your image is too small. Please choose a larger image and try again.";
        return Err(ApiError::new(403, 233, text));
    }
    let [red, green, blue, _] = image.thumbnail_exact(1, 1).get_pixel(0, 0).0;
    let facts = PictureFacts {
        sha256: hex::encode(Sha256::digest(&bytes)),
        content_type: content_type.to_owned(),
        width,
        height,
        dominant_color: format!("#{red:02x}{green:02x}{blue:02x}"),
    };
    Ok(Picture { bytes: bytes.into(), facts })
}

fn broken() -> ApiError {
    ApiError::new(403, 235, "Sorry, this image is broken. Please pick a different image.")
}

/// The `media` of a Pin, in the sizes that the API lists and the live API's `originals`.
pub(crate) fn shown(facts: &PictureFacts, address: &str) -> Value {
    let (width, height) = (facts.width, facts.height);
    let scaled = |to: u32| json!({"width": to, "height": scale(height, to, width), "url": address});
    let fixed = |width: u32, height: u32| json!({"width": width, "height": height, "url": address});
    json!({
        "media_type": "image",
        "images": {
            "150x150": fixed(150, 150),
            "400x300": fixed(400, 300),
            "600x": scaled(600),
            "1200x": scaled(1200),
            "originals": fixed(width, height),
        },
    })
}

fn scale(height: u32, to: u32, width: u32) -> u64 {
    u64::from(height) * u64::from(to) / u64::from(width.max(1))
}
