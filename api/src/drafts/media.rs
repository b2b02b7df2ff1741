//! Images on their way in: what they are, whether Pinterest takes them, and what is left of them.
//!
//! An image is known by its content, never by its name. What it carries beside the picture (place, camera, comments,
//! previews, things behind its end) is taken off without touching the picture; a file that has nothing of that stays as
//! it is, byte for byte. Only WebP, which Pinterest does not take as bytes, and pictures that lie on their side are
//! encoded anew.

use std::fmt;

use image::DynamicImage;
use image::metadata::Orientation;
use sha2::{Digest, Sha256};

mod encode;
mod jpeg;
mod png;
mod refusal;
#[cfg(test)]
mod tests;
mod webp;

pub use refusal::MediaError;

/// The largest upload, and the largest image that is sent, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The shortest side, in pixels.
pub const MIN_SIDE: u32 = 200;
/// The largest area, in pixels.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The largest colour profile of a PNG, unpacked, in bytes; common ones have less than a tenth of it.
pub const MAX_PROFILE: usize = 4 * 1024 * 1024;
/// Below this width, in pixels, a Pin looks poor.
pub const GOOD_WIDTH: u32 = 600;

/// An image as it will be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// Pixels across, upright.
    pub width: u32,
    /// Pixels down, upright.
    pub height: u32,
    /// SHA-256 of [`Prepared::bytes`].
    pub sha256: [u8; 32],
    /// SHA-256 of the upload.
    pub original_sha256: [u8; 32],
    /// Length of the upload.
    pub original_bytes: usize,
    /// A small JPEG, 2:3, at most 176 x 264 pixels.
    pub thumbnail: Vec<u8>,
    /// What might be better; no reason to refuse it.
    pub advice: Vec<Advice>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("content_type", &self.content_type)
            .field("width", &self.width)
            .field("height", &self.height)
            .field("bytes", &self.bytes.len())
            .field("sha256", &hex::encode(self.sha256))
            .field("advice", &self.advice)
            .finish_non_exhaustive()
    }
}

/// What might be better about an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// More than one per cent from 2:3.
    NotTwoToThree,
    /// Narrower than [`GOOD_WIDTH`].
    Narrow,
}

impl Advice {
    /// A stable name.
    pub fn code(self) -> &'static str {
        match self {
            Advice::NotTwoToThree => "not_two_to_three",
            Advice::Narrow => "narrow",
        }
    }

    /// A sentence for people.
    pub fn words(self) -> &'static str {
        match self {
            Advice::NotTwoToThree => {
                "Not 2:3: Pinterest may cut it in the grid. 1000 x 1500 pixels fit best."
            }
            Advice::Narrow => "Narrower than 600 pixels: it may look blurred. 1000 x 1500 pixels fit best.",
        }
    }
}

/// Looks at an upload and makes it ready to be sent. It decodes the whole picture, so it takes time and up to some
/// hundred megabytes: call it where blocking is allowed, and not for many at once. Errors: see [`MediaError`].
pub fn inspect(file: &[u8]) -> Result<Prepared, MediaError> {
    if file.len() > MAX_BYTES {
        return Err(MediaError::TooManyBytes { bytes: file.len() });
    }
    let picture = match Format::of(file) {
        Some(Format::Jpeg) => jpeg::read(file)?,
        Some(Format::Png) => png::read(file)?,
        Some(Format::WebP) => webp::read(file)?,
        None => return Err(MediaError::unknown(file)),
    };
    let (bytes, content_type) = (picture.bytes, picture.content_type);
    let (width, height) = (picture.pixels.width(), picture.pixels.height());
    Ok(Prepared {
        sha256: Sha256::digest(&bytes).into(),
        bytes,
        content_type,
        width,
        height,
        original_sha256: Sha256::digest(file).into(),
        original_bytes: file.len(),
        thumbnail: encode::thumbnail(&picture.pixels)?,
        advice: advice(width, height),
    })
}

/// A format that is taken.
#[derive(Clone, Copy)]
enum Format {
    Jpeg,
    Png,
    WebP,
}

impl Format {
    fn of(file: &[u8]) -> Option<Format> {
        let is_webp = file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP".as_slice());
        match file {
            [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Format::Png),
            _ => is_webp.then_some(Format::WebP),
        }
    }
}

/// What is sent, and its pixels upright.
struct Picture {
    bytes: Vec<u8>,
    content_type: &'static str,
    pixels: DynamicImage,
}

const JPEG: &str = "image/jpeg";
const PNG: &str = "image/png";

/// What a format's reader found: the cleaned file and its pixels as they lie in it.
struct Cleaned {
    bytes: Vec<u8>,
    content_type: &'static str,
    pixels: DynamicImage,
    orientation: Orientation,
    /// The colour profile that fits `pixels`, for when they have to be encoded anew.
    icc: Option<Vec<u8>>,
}

impl Cleaned {
    /// Stands the picture up; only one that lies on its side is encoded anew.
    fn upright(mut self) -> Result<Picture, MediaError> {
        if self.orientation == Orientation::NoTransforms {
            return Ok(Picture { bytes: self.bytes, content_type: self.content_type, pixels: self.pixels });
        }
        self.pixels.apply_orientation(self.orientation);
        let (bytes, content_type) = match self.content_type {
            JPEG => (encode::jpeg(&self.pixels, self.icc)?, JPEG),
            _ => encode::png_or_jpeg(&self.pixels, self.icc)?,
        };
        Ok(Picture { bytes, content_type, pixels: self.pixels })
    }
}

/// Refuses sizes before anything is decoded: a header of a few bytes can ask for gigabytes.
fn check_size(width: u32, height: u32) -> Result<(), MediaError> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(MediaError::TooManyPixels { width, height });
    }
    if width.min(height) < MIN_SIDE {
        return Err(MediaError::TooSmall { width, height });
    }
    Ok(())
}

/// Bounds for decoders, beside [`check_size`]: eight bytes for each pixel, and some for their work.
fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8 + 64 * 1024 * 1024);
    limits
}

fn advice(width: u32, height: u32) -> Vec<Advice> {
    let (wide, high) = (u64::from(width) * 3, u64::from(height) * 2);
    let is_off = wide.abs_diff(high) * 100 > high;
    let given = [(is_off, Advice::NotTwoToThree), (width < GOOD_WIDTH, Advice::Narrow)];
    given.into_iter().filter(|(is_given, _)| *is_given).map(|(_, advice)| advice).collect()
}

/// The type of bytes that were made ready for Pinterest, by how they begin; none where they are no such image.
pub fn content_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("image/png"),
        _ => None,
    }
}
