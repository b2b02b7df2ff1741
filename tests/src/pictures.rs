//! Images as people upload them, good and bad.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A PNG of that size; `shade` makes it another one.
pub fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    encoded(width, height, shade, ImageFormat::Png)
}

/// A JPEG of that size.
pub fn jpeg(width: u32, height: u32, shade: u8) -> Vec<u8> {
    encoded(width, height, shade, ImageFormat::Jpeg)
}

/// The usual picture: 2:3, as Pinterest likes it.
pub fn picture(shade: u8) -> Vec<u8> {
    png(200, 300, shade)
}

fn encoded(width: u32, height: u32, shade: u8, format: ImageFormat) -> Vec<u8> {
    let pixel = |x: u32, y: u32| Rgb([(x % 256) as u8, (y % 256) as u8, shade]);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG whose header says 65535 x 65535, with the data of a small one: a bomb for whoever believes it and decodes.
pub fn enormous() -> Vec<u8> {
    let mut bytes = png(200, 300, 1);
    bytes[16..20].copy_from_slice(&65_535_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&65_535_u32.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// The checksum of a PNG chunk.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_png() {
        let bytes = png(1, 1, 0);
        assert_eq!(bytes[29..33], crc32(&bytes[12..29]).to_be_bytes());
    }

    #[test]
    fn the_enormous_one_says_so() {
        let reader = image::ImageReader::new(Cursor::new(enormous())).with_guessed_format().unwrap();
        assert_eq!(reader.into_dimensions().unwrap(), (65_535, 65_535));
    }
}
