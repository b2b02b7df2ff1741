//! PNG: its chunks one by one, so that what is no part of the picture can be left out and the rest stays as it is.

use std::io::Cursor;

use flate2::{Decompress, FlushDecompress, Status};
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageResult};

use super::{Cleaned, MAX_PROFILE, MediaError, PNG, Picture, check_size, limits};

const SIGNATURE: usize = 8;

/// The chunks that say what the picture looks like. Everything else (texts, places, times, previews) goes, and with it what
/// says a second time which light its numbers mean (`gAMA`, `cHRM`, `cICP`, `mDCV`, `cLLI`): not everybody goes by that, so
/// the reviewer could see another picture than the public.
const KEPT: [&[u8; 4]; 9] = [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"iCCP", b"sBIT", b"pHYs"];

/// Cleans and decodes a file that begins as a PNG does.
pub(super) fn read(file: &[u8]) -> Result<Picture, MediaError> {
    let stripped = strip(file)?;
    let (pixels, icc) = decode(&stripped.bytes).map_err(|_| MediaError::Damaged)?;
    let (bytes, orientation) = (stripped.bytes, stripped.orientation);
    Cleaned { bytes, content_type: PNG, pixels, orientation, icc }.upright()
}

/// Decodes within bounds, whatever the header says.
fn decode(png: &[u8]) -> ImageResult<(DynamicImage, Option<Vec<u8>>)> {
    let mut decoder = PngDecoder::with_limits(Cursor::new(png), limits())?;
    // The decoder keeps to them with all but the pixels.
    limits().reserve(decoder.total_bytes())?;
    let icc = decoder.icc_profile().unwrap_or_default();
    Ok((DynamicImage::from_decoder(decoder)?, icc))
}

struct Stripped {
    bytes: Vec<u8>,
    orientation: Orientation,
}

fn strip(file: &[u8]) -> Result<Stripped, MediaError> {
    let (signature, mut rest) = file.split_at(SIGNATURE);
    let mut stripped = Stripped { bytes: signature.to_vec(), orientation: Orientation::NoTransforms };
    let (mut is_first, mut has_profile) = (true, false);
    loop {
        let chunk = Chunk::next(&mut rest).ok_or(MediaError::Damaged)?;
        match (&chunk.kind, is_first) {
            (b"IHDR", true) => check_header(chunk.content)?,
            (b"IHDR", false) | (_, true) => return Err(MediaError::Damaged),
            (b"acTL", false) => return Err(MediaError::Animated),
            (b"eXIf", false) => stripped.exif(chunk.content),
            (b"iCCP", false) if has_profile => return Err(MediaError::Damaged),
            (b"iCCP", false) => {
                check_profile(chunk.content)?;
                has_profile = true;
            }
            _ => {}
        }
        is_first = false;
        if KEPT.contains(&&chunk.kind) {
            stripped.bytes.extend(chunk.raw);
        } else if chunk.kind[0].is_ascii_uppercase() {
            // A critical chunk that is not known: without it the picture would be another.
            return Err(MediaError::Damaged);
        }
        if chunk.kind == *b"IEND" {
            // What follows the end of the picture is not written.
            return Ok(stripped);
        }
    }
}

impl Stripped {
    fn exif(&mut self, content: &[u8]) {
        if let Some(orientation) = Orientation::from_exif_chunk(content) {
            self.orientation = orientation;
        }
    }
}

fn check_header(content: &[u8]) -> Result<(), MediaError> {
    let side = |from: usize| {
        let bytes = content.get(from..from + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let (width, height) = side(0).zip(side(4)).ok_or(MediaError::Damaged)?;
    check_size(width, height)
}

/// Unpacks a colour profile as far as it may reach: a few bytes of it can stand for gigabytes.
fn check_profile(content: &[u8]) -> Result<(), MediaError> {
    let name = content.iter().position(|byte| *byte == 0).ok_or(MediaError::ProfileDamaged)?;
    let [0, packed @ ..] = &content[name + 1..] else { return Err(MediaError::ProfileDamaged) };
    let mut profile = Vec::with_capacity(MAX_PROFILE + 1);
    let unpacked = Decompress::new(true).decompress_vec(packed, &mut profile, FlushDecompress::Finish);
    match unpacked {
        _ if profile.len() > MAX_PROFILE => Err(MediaError::ProfileTooLarge),
        Ok(Status::StreamEnd) => Ok(()),
        _ => Err(MediaError::ProfileDamaged),
    }
}

/// One chunk: length, kind, content, checksum.
struct Chunk<'a> {
    kind: [u8; 4],
    content: &'a [u8],
    raw: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Takes the next chunk off; none where the file ends before its picture does.
    fn next(rest: &mut &'a [u8]) -> Option<Chunk<'a>> {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let content = after.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        let (raw, next) = rest.split_at_checked(12 + content.len())?;
        *rest = next;
        Some(Chunk { kind: *kind, content, raw })
    }
}

#[cfg(test)]
mod tests {
    use image::ImageError;

    use super::super::tests::metadata::chunk;
    use super::*;

    #[test]
    fn a_header_that_got_past_the_check_takes_no_memory() {
        let header = [&20_000_u32.to_be_bytes()[..], &20_000_u32.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
        let png = [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], &chunk(b"IDAT", b"")].concat();
        assert!(matches!(decode(&png), Err(ImageError::Limits(_))));
    }
}
