//! JPEG: its segments one by one, so that what is no part of the picture can be left out and the rest stays as it is.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Cleaned, JPEG, MediaError, Picture, check_size};

/// More scans than this are not a picture but an attempt to keep the decoder busy.
const MAX_SCANS: usize = 64;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// Cleans and decodes a file that begins as a JPEG does.
pub(super) fn read(file: &[u8]) -> Result<Picture, MediaError> {
    let stripped = strip(file)?;
    check_size(stripped.width, stripped.height)?;
    let (pixels, icc) = decode(&stripped)?;
    let (bytes, orientation) = (stripped.bytes, stripped.orientation);
    Cleaned { bytes, content_type: JPEG, pixels, orientation, icc }.upright()
}

/// A file without what is no part of the picture.
struct Stripped {
    bytes: Vec<u8>,
    /// Where the mark of its end begins.
    end: usize,
    width: u32,
    height: u32,
    /// How many colour components there are; four are CMYK.
    components: u8,
    orientation: Orientation,
}

fn strip(file: &[u8]) -> Result<Stripped, MediaError> {
    let mut walk = Walk { file, at: 2 };
    let mut stripped = Stripped {
        bytes: vec![0xff, SOI],
        end: 0,
        width: 0,
        height: 0,
        components: 0,
        orientation: Orientation::NoTransforms,
    };
    let mut scans = 0;
    loop {
        let piece = walk.next().ok_or(MediaError::Damaged)?;
        match piece.marker {
            EOI => {
                // What follows the end of the picture is not written.
                stripped.end = stripped.bytes.len();
                stripped.bytes.extend(piece.raw);
                return Ok(stripped);
            }
            SOI => return Err(MediaError::Damaged),
            marker if is_frame(marker) => stripped.frame(piece.content)?,
            SOS => scans += 1,
            0xe1 => stripped.exif(piece.content),
            _ => {}
        }
        if scans > MAX_SCANS {
            return Err(MediaError::Damaged);
        }
        keep(&piece, &mut stripped.bytes);
    }
}

impl Stripped {
    fn frame(&mut self, content: &[u8]) -> Result<(), MediaError> {
        let [_, height_high, height_low, width_high, width_low, components, ..] = *content else {
            return Err(MediaError::Damaged);
        };
        if self.components != 0 {
            return Err(MediaError::Damaged);
        }
        self.width = u16::from_be_bytes([width_high, width_low]).into();
        self.height = u16::from_be_bytes([height_high, height_low]).into();
        self.components = components;
        Ok(())
    }

    fn exif(&mut self, content: &[u8]) {
        let exif = content.strip_prefix(b"Exif\0\0");
        if let Some(orientation) = exif.and_then(Orientation::from_exif_chunk) {
            self.orientation = orientation;
        }
    }
}

/// One marker with what belongs to it.
struct Piece<'a> {
    marker: u8,
    /// Everything, from the marker (and bytes that fill before it) to the end of the scan's data.
    raw: &'a [u8],
    /// The segment's content, without marker and length.
    content: &'a [u8],
}

/// Goes from marker to marker.
struct Walk<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// The next piece; none where the file ends before its picture does.
    fn next(&mut self) -> Option<Piece<'a>> {
        let (start, header) = self.marker()?;
        let marker = self.file[header - 1];
        if matches!(marker, SOI | EOI) {
            return Some(Piece { marker, raw: &self.file[start..header], content: &[] });
        }
        let length = u16::from_be_bytes([*self.file.get(header)?, *self.file.get(header + 1)?]);
        let end = header + usize::from(length);
        let content = self.file.get(header + 2..end)?;
        self.at = if marker == SOS { self.end_of_scan(end)? } else { end };
        Some(Piece { marker, raw: &self.file[start..self.at], content })
    }

    /// Where the next marker starts, with the bytes that fill before it, and where it ends. Zeros in between are passed
    /// over; anything else there means that something is missing or hidden.
    fn marker(&mut self) -> Option<(usize, usize)> {
        let start = self.at + self.file.get(self.at..)?.iter().position(|byte| *byte != 0)?;
        if self.file[start] != 0xff {
            return None;
        }
        let code = start + self.file[start..].iter().position(|byte| *byte != 0xff)?;
        self.at = code + 1;
        (!is_part_of_scan(self.file[code])).then_some((start, self.at))
    }

    /// Where the scan's data end: at the next marker that is no part of them.
    fn end_of_scan(&self, from: usize) -> Option<usize> {
        let rest = self.file.get(from..)?;
        let found = rest.windows(2).position(|pair| pair[0] == 0xff && !is_part_of_scan(pair[1]))?;
        Some(from + found)
    }
}

/// A stuffed zero, or a restart marker.
fn is_part_of_scan(byte: u8) -> bool {
    matches!(byte, 0x00 | 0x01 | 0xd0..=0xd7)
}

fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Writes what is part of the picture: tables, frame, scans, colour profile, and what says how colours are stored.
fn keep(piece: &Piece, out: &mut Vec<u8>) {
    match piece.marker {
        0xc0..=0xcf | SOS..=0xdf => out.extend(piece.raw),
        0xe0 if piece.content.starts_with(b"JFIF\0") && piece.content.len() >= 14 => keep_jfif(piece, out),
        0xe2 if piece.content.starts_with(b"ICC_PROFILE\0") => out.extend(piece.raw),
        0xee if piece.content.starts_with(b"Adobe") && piece.content.len() >= 12 => keep_adobe(piece, out),
        _ => {}
    }
}

/// Version and density, without the preview that may follow them.
fn keep_jfif(piece: &Piece, out: &mut Vec<u8>) {
    if piece.content.len() == 14 {
        out.extend(piece.raw);
        return;
    }
    out.extend([0xff, 0xe0, 0, 16]);
    out.extend(&piece.content[..12]);
    out.extend([0, 0]);
}

/// How the colours are transformed, without anything that may follow.
fn keep_adobe(piece: &Piece, out: &mut Vec<u8>) {
    if piece.content.len() == 12 {
        out.extend(piece.raw);
        return;
    }
    out.extend([0xff, 0xee, 0, 14]);
    out.extend(&piece.content[..12]);
}

/// Ones as they stand in a scan's data.
const ONES: [u8; 32] =
    *b"\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0";

/// Decodes strictly: data that browsers would guess their way through are damaged. For those that end too early a decoder
/// takes zeros, which are grey; with ones behind them it stops, since no code of a JPEG is made of ones alone.
fn decode(stripped: &Stripped) -> Result<(DynamicImage, Option<Vec<u8>>), MediaError> {
    let is_grey = stripped.components == 1;
    let colours = if is_grey { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(colours);
    let (data, end) = stripped.bytes.split_at(stripped.end);
    let tried = [data, &ONES, end].concat();
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(tried.as_slice()), options);
    let samples = decoder.decode().map_err(|_| MediaError::Damaged)?;
    let (width, height) = (stripped.width, stripped.height);
    let pixels = if is_grey {
        GrayImage::from_raw(width, height, samples).map(DynamicImage::from)
    } else {
        RgbImage::from_raw(width, height, samples).map(DynamicImage::from)
    };
    // A profile for CMYK does not fit the RGB that it was decoded to.
    let icc = decoder.icc_profile().filter(|_| matches!(stripped.components, 1 | 3));
    Ok((pixels.ok_or(MediaError::Damaged)?, icc))
}
