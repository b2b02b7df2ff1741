//! What a picture carries with it, and whether it is turned.

use super::*;

/// EXIF with an orientation and a place.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend([2, 0]);
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend(b"\x01\0GPS 52.5200 N 13.4050 E\0");
    tiff
}

/// A JPEG with segments put in behind its start.
fn with_segments(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut file = jpeg[..2].to_vec();
    for (marker, content) in segments {
        let length = u16::try_from(content.len() + 2).expect("short").to_be_bytes();
        file.extend([0xff, *marker]);
        file.extend(length);
        file.extend(*content);
    }
    file.extend(&jpeg[2..]);
    file
}

/// A PNG with chunks put in behind its header.
fn with_chunks(png: &[u8], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = png[..33].to_vec();
    for (kind, content) in chunks {
        file.extend(chunk(kind, content));
    }
    file.extend(&png[33..]);
    file
}

pub(in crate::drafts::media) fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), content].concat();
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [length.as_slice(), &body, &crc(&body).to_be_bytes()].concat()
}

/// The checksum of PNG, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_photo_loses_its_place_and_keeps_every_other_byte() {
    let clean = BASELINE_JPEG;
    let exif = [b"Exif\0\0".to_vec(), exif(1)].concat();
    let file = with_segments(
        clean,
        &[
            (0xe1, &exif),
            (0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>XMP-SECRET</x:xmpmeta>"),
            (0xed, b"Photoshop 3.0\08BIM IPTC-SECRET"),
            (0xfe, b"COMMENT-SECRET"),
            (0xe2, b"MPF\0MPF-SECRET"),
            (0xe0, b"JFXX\0\x10PREVIEW-SECRET"),
            (0xef, b"MAKER-SECRET"),
        ],
    );
    assert!(has(&file, "GPS") && has(&file, "SECRET"));
    let prepared = inspect(&file).expect("taken");
    assert!(prepared.bytes == clean, "what is left is the clean file");
    assert_ne!(prepared.original_sha256, prepared.sha256);
}

#[test]
fn comments_between_scans_and_behind_the_end_go_too() {
    let clean = PROGRESSIVE_JPEG;
    let second_scan = clean.windows(2).enumerate().filter(|(_, pair)| *pair == [0xff, 0xda]).nth(1);
    let (at, _) = second_scan.expect("progressive");
    let mut file = clean[..at].to_vec();
    file.extend(b"\xff\xfe\x00\x10COMMENT-SECRET");
    file.extend(&clean[at..]);
    file.extend(b"PK\x03\x04 <script>alert(1)</script>");
    assert!(inspect(&file).expect("taken").bytes == clean);
}

#[test]
fn previews_inside_kept_segments_are_cut_out() {
    let clean = BASELINE_JPEG;
    let jfif_end = 2 + 2 + 16;
    assert_eq!(&clean[2..4], [0xff, 0xe0]);
    let rest = [&[0xff, 0xd8][..], &clean[jfif_end..]].concat();
    let mut jfif = clean[6..jfif_end].to_vec();
    jfif[12..].copy_from_slice(&[2, 2]);
    jfif.extend(b"PREVIEW-SECRET");
    let file = with_segments(&rest, &[(0xe0, &jfif), (0xee, b"Adobe\0\x64\0\0\0\0\x01ADOBE-SECRET")]);
    let prepared = inspect(&file).expect("taken").bytes;
    assert!(!has(&prepared, "SECRET") && has(&prepared, "JFIF") && has(&prepared, "Adobe"));
    assert_eq!(decoded(&prepared), decoded(clean));
}

#[test]
fn texts_of_a_png_go_and_the_rest_stays() {
    let clean = encoded(&quarters(300, 450), ImageFormat::Png);
    let file = with_chunks(
        &clean,
        &[
            (b"tEXt", b"Author\0TEXT-SECRET"),
            (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0XMP-SECRET"),
            (b"zTXt", b"Comment\0\0ZTXT-SECRET"),
            (b"tIME", &[7, 0xea, 1, 1, 1, 1, 1]),
            (b"eXIf", &exif(1)),
            (b"prVt", b"PRIVATE-SECRET"),
        ],
    );
    let file = [&file[..], b"behind the end"].concat();
    assert!(inspect(&file).expect("taken").bytes == clean);
    let shown = with_chunks(&clean, &[(b"pHYs", &[0, 0, 11, 19, 0, 0, 11, 19, 1]), (b"sRGB", &[0])]);
    assert!(inspect(&shown).expect("taken").bytes == shown, "what says how it looks is kept");
    let two_faced =
        with_chunks(&clean, &[(b"gAMA", &[0, 0, 0, 100]), (b"cHRM", &[0; 32]), (b"cICP", &[9, 16, 0, 1])]);
    assert!(inspect(&two_faced).expect("taken").bytes == clean, "but not what only some go by");
}

#[test]
fn a_picture_on_its_side_is_stood_up() {
    let lying = quarters(450, 300);
    let upright = lying.rotate90().to_rgb8();
    let jpeg_exif = [b"Exif\0\0".to_vec(), exif(6)].concat();
    let jpeg = with_segments(&encoded(&lying, ImageFormat::Jpeg), &[(0xe1, &jpeg_exif)]);
    let png = with_chunks(&encoded(&lying, ImageFormat::Png), &[(b"eXIf", &exif(6))]);
    for (file, content_type) in [(jpeg, "image/jpeg"), (png, "image/png")] {
        let prepared = inspect(&file).expect("taken");
        assert_eq!((prepared.width, prepared.height, prepared.content_type), (300, 450, content_type));
        assert!(!has(&prepared.bytes, "GPS") && !has(&prepared.bytes, "Exif"));
        let shown = decoded(&prepared.bytes);
        assert_eq!(shown.dimensions(), (300, 450));
        for (x, y) in [(20, 20), (280, 20), (20, 430), (280, 430)] {
            let difference = |channel: usize| {
                shown.get_pixel(x, y).0[channel].abs_diff(upright.get_pixel(x, y).0[channel])
            };
            assert!((0..3).all(|channel| difference(channel) < 12), "{content_type} at {x}, {y}");
        }
        assert_eq!(decoded(&prepared.thumbnail).dimensions(), (176, 264));
        assert_eq!(inspect(&prepared.bytes).expect("clean now").bytes, prepared.bytes);
    }
}

#[test]
fn a_turned_grey_picture_stays_grey_and_a_turned_cmyk_one_is_taken() {
    let exif = [b"Exif\0\0".to_vec(), exif(3)].concat();
    let grey = inspect(&with_segments(GREY_JPEG, &[(0xe1, &exif)])).expect("taken");
    let pixels = image::load_from_memory(&grey.bytes).expect("decodes");
    assert!(matches!(pixels, DynamicImage::ImageLuma8(_)));
    let cmyk = inspect(&with_segments(CMYK_JPEG, &[(0xe1, &exif)])).expect("taken");
    assert_eq!((cmyk.content_type, cmyk.width), ("image/jpeg", 220));
}

#[test]
fn a_turned_webp_is_stood_up_too() {
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut file);
    encoder.set_exif_metadata(exif(6)).expect("supported");
    quarters(450, 300).write_with_encoder(encoder).expect("encodes");
    assert!(has(&file, "GPS"));
    let prepared = inspect(&file).expect("taken");
    assert_eq!((prepared.width, prepared.height), (300, 450));
    assert!(!has(&prepared.bytes, "GPS"));
    assert!(decoded(&prepared.bytes) == quarters(450, 300).rotate90().to_rgb8());
}
