//! Files that are not what they say, ask for too much, or end too early.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::metadata::chunk;
use super::*;

#[test]
fn what_is_no_image_is_named() {
    assert_eq!(refusal(b""), "image_empty");
    let named = |file: &[u8]| {
        let error = inspect(file).expect_err("refused");
        assert_eq!(error.code(), "image_format");
        error.to_string()
    };
    assert!(named(ANIMATED_GIF).contains("GIF"));
    assert!(named(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>").contains("SVG"));
    assert!(named(b"<!DOCTYPE html><script>alert(1)</script>").contains("a web page"));
    assert!(named(b"%PDF-1.7").contains("PDF"));
    assert!(named(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic").contains("HEI"));
    assert!(named(b"just text").contains("JPEG, PNG and WebP are taken"));
}

#[test]
fn a_page_in_front_of_a_picture_is_refused_and_one_behind_it_is_dropped() {
    let jpeg = BASELINE_JPEG;
    let page = b"<html><script>alert(1)</script></html>";
    assert_eq!(refusal(&[page.as_slice(), jpeg].concat()), "image_format");
    assert!(inspect(&[jpeg, page].concat()).expect("taken").bytes == jpeg);
    let png = encoded(&quarters(300, 450), ImageFormat::Png);
    assert!(inspect(&[&png[..], page].concat()).expect("taken").bytes == png);
}

#[test]
fn the_content_counts_and_not_the_name() {
    // One format's start with another's body.
    let png = encoded(&quarters(300, 450), ImageFormat::Png);
    assert_eq!(refusal(&[b"\xff\xd8\xff", &png[3..]].concat()), "image_damaged");
    assert_eq!(refusal(&[&png[..8], BASELINE_JPEG].concat()), "image_damaged");
    assert_eq!(refusal(b"RIFF\x10\0\0\0WEBPVP8 nothing"), "image_damaged");
}

#[test]
fn animations_are_refused() {
    assert_eq!(refusal(ANIMATED_PNG), "image_animated");
    assert_eq!(refusal(ANIMATED_WEBP), "image_animated");
}

#[test]
fn sizes_outside_the_limits_are_refused_with_numbers() {
    let refused =
        |width, height| inspect(&encoded(&quarters(width, height), ImageFormat::Png)).expect_err("refused");
    assert_eq!(refused(199, 300), MediaError::TooSmall { width: 199, height: 300 });
    assert_eq!(refused(300, 199).code(), "image_too_small");
    assert!(refused(199, 300).to_string().contains("199 x 300"));
    let large = inspect(&vec![0xff; MAX_BYTES + 1]).expect_err("refused");
    assert_eq!(large.code(), "image_too_large");
    assert!(large.to_string().contains("more than 10 MiB"), "{large}");
}

#[test]
fn a_header_that_asks_for_gigabytes_is_refused_before_decoding() {
    let mut jpeg = BASELINE_JPEG.to_vec();
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(inspect(&jpeg), Err(MediaError::TooManyPixels { width: 65_535, height: 65_535 }));

    let png = encoded(&quarters(300, 450), ImageFormat::Png);
    let bomb = |width: u32, height: u32| {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
        [&png[..8], &chunk(b"IHDR", &header), &png[33..]].concat()
    };
    assert_eq!(refusal(&bomb(65_535, 65_535)), "image_too_many_pixels");
    assert_eq!(refusal(&bomb(u32::MAX, u32::MAX)), "image_too_many_pixels");
    assert_eq!(refusal(&bomb(0, 0)), "image_too_small");
    // Within the limit but without the data for it.
    assert_eq!(refusal(&bomb(6000, 6000)), "image_damaged");

    // Lossless WebP: 14 bits each for width and height, less one.
    let mut webp = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f".to_vec();
    webp.extend([0xfe, 0xbf, 0xff, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(inspect(&webp), Err(MediaError::TooManyPixels { width: 16_383, height: 16_383 }));
}

#[test]
fn a_colour_profile_is_unpacked_only_as_far_as_it_may_reach() {
    let png = encoded(&quarters(300, 450), ImageFormat::Png);
    let profile = |length: usize| {
        let mut packer = ZlibEncoder::new(b"ICC\0\0".to_vec(), Compression::best());
        packer.write_all(&vec![0; length]).expect("packed");
        packer.finish().expect("packed")
    };
    let with = |profiles: &[&[u8]]| {
        let chunks = profiles.iter().flat_map(|profile| chunk(b"iCCP", profile)).collect::<Vec<u8>>();
        [&png[..33], &chunks, &png[33..]].concat()
    };
    let (largest, packed) = (profile(MAX_PROFILE), profile(5000));
    assert!(inspect(&with(&[&largest])).expect("taken").bytes == with(&[&largest]));
    assert_eq!(refusal(&with(&[&profile(MAX_PROFILE + 1)])), "image_profile_too_large");
    // Before anything else is decoded.
    let bomb = with(&[&profile(64 * MAX_PROFILE)]);
    assert_eq!(refusal(&bomb[..bomb.len() - 20]), "image_profile_too_large");
    assert_eq!(refusal(&with(&[&packed, &packed])), "image_damaged");
    let changed: Vec<u8> = packed.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 9)).collect();
    for damaged in [&packed[..packed.len() - 5], &changed, b"ICC", b"ICC\0", b"ICC\0\x01", b"ICC\0\0", b""] {
        assert_eq!(refusal(&with(&[damaged])), "image_profile_damaged");
    }
}

#[test]
fn a_picture_that_is_cut_off_is_refused_wherever_it_is_cut() {
    let files =
        [BASELINE_JPEG.to_vec(), PROGRESSIVE_JPEG.to_vec(), encoded(&quarters(300, 450), ImageFormat::Png)];
    for file in files {
        let step = file.len() / 60;
        for end in (8..file.len()).step_by(step.max(1)).chain([file.len() - 1]) {
            assert_eq!(refusal(&file[..end]), "image_damaged", "{end} of {}", file.len());
        }
    }
    let webp = encoded(&quarters(300, 450), ImageFormat::WebP);
    for end in [13, 20, webp.len() / 2, webp.len() - 20] {
        assert_eq!(refusal(&webp[..end]), "image_damaged", "{end} of {}", webp.len());
    }
}

#[test]
fn a_jpeg_that_says_its_end_too_early_is_refused() {
    let ended = |file: &[u8], end: usize| refusal(&[&file[..end], b"\xff\xd9"].concat());
    for file in [BASELINE_JPEG, GREY_JPEG, RESTARTS_JPEG, CMYK_JPEG] {
        let scan = file.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan");
        for end in (scan + 20..file.len() - 2).step_by(file.len() / 30) {
            assert_eq!(ended(file, end), "image_damaged", "{end} of {}", file.len());
        }
    }
    // In the middle of the last block.
    for file in [BASELINE_JPEG, PROGRESSIVE_JPEG, GREY_JPEG, RESTARTS_JPEG, CMYK_JPEG] {
        for missing in 1..=8 {
            assert_eq!(ended(file, file.len() - 2 - missing), "image_damaged", "without the last {missing}");
        }
    }
}

#[test]
fn a_jpeg_whose_data_are_interrupted_is_refused() {
    for file in [BASELINE_JPEG, PROGRESSIVE_JPEG, GREY_JPEG] {
        let (before, after) = file.split_at(file.len() * 2 / 3);
        for foreign in [b"\xff\xe5\0\x06ABCD".as_slice(), b"\xff\xd8", b"\xff\xc0\0\x02"] {
            assert_eq!(refusal(&[before, foreign, after].concat()), "image_damaged");
        }
    }
}

#[test]
fn zeros_that_fill_between_segments_are_dropped_and_other_bytes_refused() {
    let (start, rest) = BASELINE_JPEG.split_at(20);
    assert!(inspect(&[start, &[0; 7], rest].concat()).expect("taken").bytes == BASELINE_JPEG);
    assert_eq!(refusal(&[start, b"hidden", rest].concat()), "image_damaged");
    let filled = [start, &[0xff; 5], rest].concat();
    assert!(inspect(&filled).expect("taken").bytes == filled, "these may stand there");
}

#[test]
fn a_png_with_a_wrong_byte_is_refused() {
    let mut png = encoded(&quarters(300, 450), ImageFormat::Png);
    let data = png.windows(4).position(|kind| kind == b"IDAT").expect("data");
    png[data + 30] ^= 0x55;
    assert_eq!(refusal(&png), "image_damaged");
}

#[test]
fn a_chunk_that_is_not_known_is_dropped_unless_the_picture_needs_it() {
    let png = encoded(&quarters(300, 450), ImageFormat::Png);
    let with = |kind| [&png[..33], &chunk(kind, b"more"), &png[33..]].concat();
    assert!(inspect(&with(b"quUX")).expect("taken").bytes == png);
    assert_eq!(refusal(&with(b"QUUX")), "image_damaged");
}

#[test]
fn scans_without_end_are_refused() {
    for clean in [PROGRESSIVE_JPEG, BASELINE_JPEG] {
        let scan = clean.windows(2).rposition(|pair| pair == [0xff, 0xda]).expect("a scan");
        let last = &clean[scan..clean.len() - 2];
        let file = [&clean[..scan], &last.repeat(200), b"\xff\xd9"].concat();
        assert_eq!(refusal(&file), "image_damaged");
    }
}

#[test]
fn rubbish_of_any_kind_is_refused_without_a_panic() {
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let starts: [&[u8]; 4] = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\xff\xff\0\0WEBPVP8L",
        b"RIFF\xff\xff\0\0WEBPVP8X\x0a\0\0\0",
    ];
    for start in starts {
        for _ in 0..200 {
            let tail: Vec<u8> = (0..300).map(|_| random()).collect();
            assert!(inspect(&[start, &tail].concat()).is_err());
        }
        assert!(inspect(&[start, &vec![0xff; 100_000]].concat()).is_err());
        assert!(inspect(&[start, &vec![0; 100_000]].concat()).is_err());
        assert!(inspect(&[start, [0xff, 0xff, 0x00].repeat(100_000).as_slice()].concat()).is_err());
    }
    // Single bytes changed in sound files: taken or refused, but always answered.
    for sound in [BASELINE_JPEG, PROGRESSIVE_JPEG, STILL_WEBP, PALETTE_PNG] {
        for _ in 0..150 {
            let mut file = sound.to_vec();
            let at = (usize::from(random()) << 8 | usize::from(random())) % file.len();
            file[at] = random();
            let _ = inspect(&file);
        }
    }
}
