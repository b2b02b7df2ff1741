//! Pixels into files: the rare picture that cannot be sent as it came, and thumbnails.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, RgbImage};

use super::{JPEG, MAX_BYTES, MediaError, PNG};

const QUALITY: u8 = 90;
const THUMBNAIL_QUALITY: u8 = 80;
const THUMBNAIL_WIDTH: u32 = 176;
const THUMBNAIL_HEIGHT: u32 = 264;

/// A JPEG of at most [`MAX_BYTES`]. What is transparent becomes white.
pub(super) fn jpeg(pixels: &DynamicImage, icc: Option<Vec<u8>>) -> Result<Vec<u8>, MediaError> {
    fitting(write_jpeg(pixels, QUALITY, icc)?)
}

/// A PNG, or a JPEG where that is larger than [`MAX_BYTES`]; with its content type.
pub(super) fn png_or_jpeg(
    pixels: &DynamicImage,
    icc: Option<Vec<u8>>,
) -> Result<(Vec<u8>, &'static str), MediaError> {
    let png = write_png(pixels, icc.clone())?;
    if png.len() <= MAX_BYTES {
        return Ok((png, PNG));
    }
    Ok((jpeg(pixels, icc)?, JPEG))
}

/// The middle of the picture in 2:3, at most 176 x 264 pixels, never enlarged.
pub(super) fn thumbnail(pixels: &DynamicImage) -> Result<Vec<u8>, MediaError> {
    let (width, height) = (pixels.width(), pixels.height());
    let is_wide = u64::from(width) * 3 > u64::from(height) * 2;
    let (crop_width, crop_height) =
        if is_wide { ((height * 2 / 3).max(1), height) } else { (width, (width * 3 / 2).min(height)) };
    let middle =
        pixels.crop_imm((width - crop_width) / 2, (height - crop_height) / 2, crop_width, crop_height);
    let is_large = crop_width > THUMBNAIL_WIDTH || crop_height > THUMBNAIL_HEIGHT;
    let small = if is_large { middle.thumbnail_exact(THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT) } else { middle };
    write_jpeg(&small, THUMBNAIL_QUALITY, None)
}

fn write_png(pixels: &DynamicImage, icc: Option<Vec<u8>>) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    set_profile(&mut encoder, icc)?;
    pixels.write_with_encoder(encoder).map_err(|_| MediaError::Damaged)?;
    Ok(bytes)
}

fn write_jpeg(pixels: &DynamicImage, quality: u8, icc: Option<Vec<u8>>) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    set_profile(&mut encoder, icc)?;
    let written = match pixels {
        DynamicImage::ImageLuma8(grey) => grey.write_with_encoder(encoder),
        _ => on_white(pixels).write_with_encoder(encoder),
    };
    written.map_err(|_| MediaError::Damaged)?;
    Ok(bytes)
}

fn set_profile(encoder: &mut impl ImageEncoder, icc: Option<Vec<u8>>) -> Result<(), MediaError> {
    let Some(icc) = icc else { return Ok(()) };
    encoder.set_icc_profile(icc).map_err(|_| MediaError::Damaged)
}

/// Opaque pixels: a JPEG knows no transparency.
fn on_white(pixels: &DynamicImage) -> RgbImage {
    if !pixels.color().has_alpha() {
        return pixels.to_rgb8();
    }
    let source = pixels.to_rgba8();
    let mut opaque = RgbImage::new(source.width(), source.height());
    for (target, from) in opaque.pixels_mut().zip(source.pixels()) {
        let [colours @ .., alpha] = from.0;
        target.0 = colours.map(|colour| over_white(colour, alpha));
    }
    opaque
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    let mixed = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

fn fitting(bytes: Vec<u8>) -> Result<Vec<u8>, MediaError> {
    if bytes.len() <= MAX_BYTES { Ok(bytes) } else { Err(MediaError::TooLargeWhenPrepared) }
}
