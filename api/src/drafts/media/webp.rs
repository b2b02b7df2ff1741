//! WebP: Pinterest does not take it as bytes, so it becomes a PNG, or a JPEG where that would be too large.

use std::io::Cursor;

use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};

use super::{MediaError, Picture, check_size, encode};

/// Decodes a file that begins as a WebP does, and encodes it anew.
pub(super) fn read(file: &[u8]) -> Result<Picture, MediaError> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(|_| MediaError::Damaged)?;
    if decoder.has_animation() {
        return Err(MediaError::Animated);
    }
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = decoder.icc_profile().unwrap_or_default();
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(|_| MediaError::Damaged)?;
    pixels.apply_orientation(orientation);
    let (bytes, content_type) = encode::png_or_jpeg(&pixels, icc)?;
    Ok(Picture { bytes, content_type, pixels })
}
