//! Images that are more than an image, by HTTP: what is stored, shown and sent is the picture alone.

use std::io::{Cursor, Write as _};
use std::time::Duration;

use countersign_tests::captured::contains;
use countersign_tests::harness::RECIPES;
use countersign_tests::{Actor, Harness, pictures};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::json;

/// What stands in images beside the picture, and may stand nowhere afterwards.
const TRACES: [&str; 6] =
    ["GPS-CANARY", "XMP-CANARY", "IPTC-CANARY", "COMMENT-CANARY", "<script>", "PK\u{3}\u{4}"];

/// EXIF with an orientation and a place.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend(b"\x01\0GPS-CANARY 52.5200 N 13.4050 E\0");
    tiff
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

/// A photograph with everything that cameras, programs and attackers put into one.
fn laden_jpeg(orientation: u8) -> Vec<u8> {
    let jpeg = pictures::jpeg(300, 450, 7);
    let segments = [
        segment(0xe1, &exif(orientation)),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>XMP-CANARY</x:xmpmeta>"),
        segment(0xed, b"Photoshop 3.0\08BIM IPTC-CANARY"),
        segment(0xfe, b"COMMENT-CANARY <script>alert(1)</script>"),
    ];
    let behind = b"<html><script>alert(1)</script></html>PK\x03\x04 a program";
    [&jpeg[..2], &segments.concat(), &jpeg[2..], behind].concat()
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), content].concat();
    let sum = body.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 },
        )
    });
    [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], &body, &(!sum).to_be_bytes()].concat()
}

fn laden_png() -> Vec<u8> {
    let png = pictures::png(300, 450, 7);
    let chunks = [
        chunk(b"tEXt", b"Comment\0COMMENT-CANARY <script>alert(1)</script>"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0XMP-CANARY"),
        chunk(b"eXIf", &exif(1)[6..]),
        chunk(b"prVt", b"IPTC-CANARY"),
    ];
    [&png[..33], &chunks.concat(), &png[33..], b"PK\x03\x04<script>alert(1)</script>"].concat()
}

/// So many zeros, packed.
fn packed(head: &[u8], length: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(head.to_vec(), Compression::best());
    packer.write_all(&vec![0; length]).unwrap();
    packer.finish().unwrap()
}

fn png_with(extra: &[u8]) -> Vec<u8> {
    let png = pictures::png(300, 450, 7);
    [&png[..33], extra, &png[33..]].concat()
}

/// A GIF's head before a JPEG, and the like.
fn none_at_all() -> Vec<(&'static str, Vec<u8>)> {
    let jpeg = pictures::jpeg(300, 450, 7);
    let png = pictures::png(300, 450, 7);
    let mut wide = jpeg.clone();
    let frame = wide.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    wide[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let mut deep = jpeg.clone();
    deep[frame + 4] = 12;
    let animated = png_with(&[chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]), chunk(b"fcTL", &[0; 26])].concat());
    let mut webp = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::new(300, 450)).write_to(&mut webp, ImageFormat::WebP).unwrap();
    let webp = webp.into_inner();
    vec![
        ("a GIF that is a program", [b"GIF89a/*", &jpeg[..]].concat()),
        ("a page before a picture", [b"<html><!--", &jpeg[..]].concat()),
        ("an archive before a picture", [b"PK\x03\x04", &png[..]].concat()),
        ("an enormous PNG", pictures::enormous()),
        ("an enormous JPEG", wide),
        ("twelve bits", deep),
        ("a profile without end", png_with(&chunk(b"iCCP", &packed(b"ICC\0\0", 64 << 20)))),
        ("an animation", animated),
        ("nothing", Vec::new()),
        ("one byte", vec![0xff]),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec()),
        ("half a WebP", webp[..webp.len() / 2].to_vec()),
        ("one byte too many", vec![0xff; (10 << 20) + 1]),
        ("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
        ("a PDF", b"%PDF-1.7 /JS".to_vec()),
    ]
}

/// The bytes of an image as the API and the pages show it.
async fn shown(person: &Actor, id: &str) -> Vec<u8> {
    let [api, page, small] = [
        format!("/api/v1/assets/{id}/content"),
        format!("/assets/{id}/content"),
        format!("/assets/{id}/thumbnail"),
    ];
    let bytes = person.page(&api).await.is(200).body.clone();
    assert_eq!(person.page(&page).await.is(200).body, bytes);
    clean(&person.page(&small).await.is(200).body, "the small one");
    bytes
}

#[track_caller]
fn clean(bytes: &[u8], what: &str) {
    for trace in TRACES {
        assert!(!contains(bytes, trace), "{what} has {trace:?} still");
    }
}

#[tokio::test]
async fn of_what_an_image_carries_nothing_is_stored_shown_or_sent() {
    let h = Harness::start().await;
    let stage = h.stage().await;
    for (what, file, size) in [
        ("an upright photograph", laden_jpeg(1), (300, 450)),
        ("one that lies on its side", laden_jpeg(6), (450, 300)),
        ("a PNG", laden_png(), (300, 450)),
    ] {
        assert!(TRACES.iter().all(|trace| contains(&file, trace)), "{what} is not what it should be");
        let asset = stage.author.upload(file, "image/gif", "x.exe").await.is(201).json();
        assert_eq!(
            (asset["width"].as_u64(), asset["height"].as_u64()),
            (Some(size.0), Some(size.1)),
            "{what}"
        );
        let bytes = shown(&stage.author, asset["id"].as_str().unwrap()).await;
        clean(&bytes, what);
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((u64::from(picture.width()), u64::from(picture.height())), size, "{what} is upright");
        let draft = stage.author.draft(&stage.connection, RECIPES, json!({"asset_id": asset["id"]})).await;
        let draft = stage.author.submit(&draft).await;
        stage.reviewer.approve(&draft).await;
        h.advance(Duration::from_secs(30));
        h.run_workers().await;
        let pin = h.ledger().pins.into_iter().last().unwrap();
        assert_eq!(pin.image_sha256.as_deref(), asset["sha256"].as_str(), "{what}: the same bytes arrived");
    }
    for path in countersign_tests::promises::files_at_rest(&h.data_dir()) {
        let bytes = std::fs::read(&path).unwrap();
        for trace in &TRACES[..4] {
            assert!(!contains(&bytes, trace), "{} has {trace}", path.display());
        }
    }
    h.finish().await;
}

#[tokio::test]
async fn what_is_no_picture_is_refused_soon_and_leaves_nothing() {
    let h = Harness::start().await;
    let author = h.author().await;
    for (what, file) in none_at_all() {
        for content_type in ["image/png", "image/jpeg", "text/html"] {
            let answer = author.upload(file.clone(), content_type, "picture.png").await;
            assert!(matches!(answer.status, 413 | 415 | 422), "{what}: {} {}", answer.status, answer.text());
            let problem = answer.problem(answer.status);
            assert!(problem["detail"].as_str().is_some_and(|words| words.len() > 20), "{what}: {problem}");
        }
    }
    let intruder = h.intruder().await;
    assert_eq!(intruder.number("SELECT COUNT(*) FROM asset").await, 0);
    assert_eq!(intruder.number("SELECT COUNT(*) FROM asset_blob").await, 0);
    h.finish().await;
}

#[tokio::test]
async fn bytes_that_were_changed_behind_our_back_are_shown_to_nobody() {
    let h = Harness::start().await;
    let author = h.author().await;
    let asset = author.upload_png(pictures::picture(3)).await;
    let intruder = h.intruder().await;
    let other = intruder.bytes(&hex::encode(pictures::picture(4)));
    intruder.run(&format!("UPDATE asset_blob SET content = {other}")).await;
    let id = asset["id"].as_str().unwrap();
    author.get(&format!("/assets/{id}/content")).await.problem(500);
    author.page(&format!("/assets/{id}/content")).await.is(500);
    h.finish().await;
}
