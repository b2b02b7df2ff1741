//! The samples are gradients that another library encoded: baseline, progressive, restart markers, CMYK, grey, palette,
//! lossy WebP, and animations.

use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

mod hostile;
pub(super) mod metadata;

const ANIMATED_GIF: &[u8] = include_bytes!("samples/anim.gif");
const ANIMATED_PNG: &[u8] = include_bytes!("samples/anim.png");
const ANIMATED_WEBP: &[u8] = include_bytes!("samples/anim.webp");
const BASELINE_JPEG: &[u8] = include_bytes!("samples/baseline.jpg");
const CMYK_JPEG: &[u8] = include_bytes!("samples/cmyk.jpg");
const GREY_JPEG: &[u8] = include_bytes!("samples/grey.jpg");
const PALETTE_PNG: &[u8] = include_bytes!("samples/palette.png");
const PROGRESSIVE_JPEG: &[u8] = include_bytes!("samples/progressive.jpg");
const RESTARTS_JPEG: &[u8] = include_bytes!("samples/restarts.jpg");
const STILL_WEBP: &[u8] = include_bytes!("samples/still.webp");

/// Four quarters of different colours, so that turning shows.
fn quarters(width: u32, height: u32) -> DynamicImage {
    let colour = |x: u32, y: u32| match (x * 2 < width, y * 2 < height) {
        (true, true) => [250, 10, 10],
        (false, true) => [10, 250, 10],
        (true, false) => [10, 10, 250],
        (false, false) => [240, 240, 10],
    };
    RgbImage::from_fn(width, height, |x, y| Rgb(colour(x, y))).into()
}

fn encoded(pixels: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

fn refusal(file: &[u8]) -> &'static str {
    let error = inspect(file).expect_err("refused");
    assert!(error.to_string().ends_with(['.']) && error.to_string().contains(' '), "{error}");
    error.code()
}

fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).expect("decodes").to_rgb8()
}

#[test]
fn clean_files_stay_byte_for_byte() {
    let jpeg = encoded(&quarters(600, 900), ImageFormat::Jpeg);
    let png = encoded(&quarters(600, 900), ImageFormat::Png);
    let samples: [(&[u8], &str); 8] = [
        (&jpeg, "image/jpeg"),
        (&png, "image/png"),
        (BASELINE_JPEG, "image/jpeg"),
        (PROGRESSIVE_JPEG, "image/jpeg"),
        (RESTARTS_JPEG, "image/jpeg"),
        (GREY_JPEG, "image/jpeg"),
        (CMYK_JPEG, "image/jpeg"),
        (PALETTE_PNG, "image/png"),
    ];
    for (index, (file, content_type)) in samples.into_iter().enumerate() {
        let prepared = inspect(file).unwrap_or_else(|error| panic!("sample {index}: {error}"));
        assert!(prepared.bytes == file, "sample {index} was changed");
        assert_eq!(prepared.content_type, content_type);
        assert_eq!(prepared.sha256, prepared.original_sha256);
        assert_eq!(prepared.sha256, <[u8; 32]>::from(Sha256::digest(file)));
        assert_eq!(prepared.original_bytes, file.len());
    }
}

#[test]
fn files_of_every_length_of_data_decode_strictly() {
    // Widths and heights that end inside a block, in the sizes at which encoders and decoders disagree.
    for side in 200..234 {
        let file = encoded(&quarters(side, 433 - side), ImageFormat::Jpeg);
        let prepared = inspect(&file).expect("taken");
        assert_eq!((prepared.width, prepared.height), (side, 433 - side));
    }
}

#[test]
fn sizes_are_told_and_advice_is_no_refusal() {
    let of = |width, height| {
        let prepared = inspect(&encoded(&quarters(width, height), ImageFormat::Jpeg)).expect("taken");
        assert_eq!((prepared.width, prepared.height), (width, height));
        prepared.advice
    };
    assert_eq!(of(600, 900), []);
    assert_eq!(of(1000, 1495), [], "within one per cent");
    assert_eq!(of(900, 900), [Advice::NotTwoToThree]);
    assert_eq!(of(200, 300), [Advice::Narrow]);
    assert_eq!(of(300, 200), [Advice::NotTwoToThree, Advice::Narrow]);
}

#[test]
fn thumbnails_are_small_jpegs_of_the_middle() {
    for (width, height, small_width, small_height) in [
        (1000, 1500, 176, 264),
        (3000, 500, 176, 264),
        (210, 2000, 176, 264),
        (200, 200, 133, 200),
        (201, 260, 173, 260),
    ] {
        let prepared = inspect(&encoded(&quarters(width, height), ImageFormat::Jpeg)).expect("taken");
        assert_eq!(image::guess_format(&prepared.thumbnail).ok(), Some(ImageFormat::Jpeg));
        assert_eq!(
            decoded(&prepared.thumbnail).dimensions(),
            (small_width, small_height),
            "{width} x {height}"
        );
        assert!(prepared.thumbnail.len() < 20_000);
    }
    let wide = decoded(&inspect(&encoded(&quarters(3000, 500), ImageFormat::Png)).expect("taken").thumbnail);
    // The middle of four quarters still has four colours.
    assert!(wide.get_pixel(10, 10).0[0] > 200 && wide.get_pixel(165, 10).0[1] > 200);
    assert!(wide.get_pixel(10, 250).0[2] > 200);
}

#[test]
fn transparent_pixels_are_white_in_thumbnails() {
    let clear: DynamicImage = RgbaImage::from_pixel(300, 450, Rgba([0, 0, 0, 0])).into();
    let prepared = inspect(&encoded(&clear, ImageFormat::Png)).expect("taken");
    assert!(decoded(&prepared.thumbnail).get_pixel(88, 132).0.iter().all(|colour| *colour > 250));
    assert_eq!(encode_half(128), 127);
}

fn encode_half(alpha: u8) -> u8 {
    let half: DynamicImage = RgbaImage::from_pixel(300, 450, Rgba([0, 0, 0, alpha])).into();
    decoded(&inspect(&encoded(&half, ImageFormat::Png)).expect("taken").thumbnail).get_pixel(88, 132).0[0]
}

#[test]
fn webp_becomes_png_with_the_same_pixels() {
    let pixels = quarters(300, 450);
    let prepared = inspect(&encoded(&pixels, ImageFormat::WebP)).expect("taken");
    assert_eq!((prepared.content_type, prepared.width, prepared.height), ("image/png", 300, 450));
    assert!(decoded(&prepared.bytes) == pixels.to_rgb8(), "lossless stays lossless");
    assert_ne!(prepared.sha256, prepared.original_sha256);
    // What is sent is itself clean.
    assert_eq!(inspect(&prepared.bytes).expect("taken").bytes, prepared.bytes);
    let lossy = inspect(STILL_WEBP).expect("taken");
    assert_eq!((lossy.content_type, lossy.width, lossy.height), ("image/png", 220, 330));
}

#[test]
fn webp_that_is_too_large_as_png_becomes_jpeg() {
    // Grey noise in three equal channels: WebP sees that they are equal, PNG does not.
    let noise = RgbImage::from_fn(2400, 2400, |x, y| {
        let mixed = (x * 2400 + y).wrapping_mul(2_654_435_761);
        let mixed = (mixed ^ mixed >> 15).wrapping_mul(2_246_822_519);
        Rgb([(mixed >> 26) as u8 + 100; 3])
    });
    let file = encoded(&noise.into(), ImageFormat::WebP);
    assert!(file.len() <= MAX_BYTES, "{}", file.len());
    let prepared = inspect(&file).expect("taken");
    assert_eq!(prepared.content_type, "image/jpeg");
    assert!(prepared.bytes.len() <= MAX_BYTES);
    assert_eq!(decoded(&prepared.bytes).dimensions(), (2400, 2400));
}

#[test]
fn colour_profiles_are_kept() {
    let profile = b"not a real profile, but forty bytes of it".to_vec();
    let pixels = quarters(300, 450);
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut jpeg);
    encoder.set_icc_profile(profile.clone()).expect("supported");
    pixels.write_with_encoder(encoder).expect("encodes");
    assert_eq!(inspect(&jpeg).expect("taken").bytes, jpeg);
    let mut webp = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut webp);
    encoder.set_icc_profile(profile.clone()).expect("supported");
    pixels.write_with_encoder(encoder).expect("encodes");
    let png = inspect(&webp).expect("taken").bytes;
    let mut decoder = image::codecs::png::PngDecoder::new(std::io::Cursor::new(&png)).expect("a PNG");
    assert_eq!(image::ImageDecoder::icc_profile(&mut decoder).expect("read"), Some(profile));
}
