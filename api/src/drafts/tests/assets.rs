use std::time::Duration;

use super::*;
use crate::{
    drafts::{
        Error, Patch, asset, asset_content, discard, save, store::fixture, sweep_uploads, thumbnail, upload,
    },
    error::{Kind, Refusal},
};

#[tokio::test]
async fn an_upload_is_kept_with_what_will_be_sent_and_a_small_picture() {
    let bench = Bench::new().await;
    let kept = upload(bench.app(), &bench.author(), "C:\\fakepath\\so\u{7}up.png", png(1)).await.unwrap();
    assert_eq!((kept.label.as_str(), kept.width, kept.height), ("soup.png", 200, 300));
    let (found, bytes) = asset_content(bench.app(), &bench.reader(), &kept.id).await.unwrap();
    assert_eq!(found, kept);
    use sha2::Digest as _;
    assert_eq!(hex::encode(sha2::Sha256::digest(&bytes)), kept.sha256);
    assert_eq!(i32::try_from(bytes.len()), Ok(kept.bytes));
    let small = thumbnail(bench.app(), &bench.reader(), &kept.id).await.unwrap();
    assert!(small.starts_with(&[0xff, 0xd8]));
}

#[tokio::test]
async fn what_is_no_image_is_refused_and_leaves_nothing() {
    let bench = Bench::new().await;
    let refused = upload(bench.app(), &bench.author(), "a.png", b"<html>".to_vec()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (Kind::UnsupportedType, "image_format"));
    let large = vec![0; 10 * 1024 * 1024 + 1];
    let refused = upload(bench.app(), &bench.author(), "a.png", large).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::TooLarge);
    assert_eq!(fixture::number(bench.app(), "SELECT count(*) FROM asset_blob").await, 0);
    let none = asset_content(bench.app(), &bench.reader(), &"ast_1".parse().unwrap()).await.unwrap_err();
    assert!(matches!(none, Error::NoImage));
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_and_only_unused_uploads_go_after_a_day() {
    let bench = Bench::new().await;
    let (used, same, unused) = (bench.image(1).await, bench.image(1).await, bench.image(2).await);
    assert_eq!(used.sha256, same.sha256);
    assert_eq!(fixture::number(bench.app(), "SELECT count(*) FROM asset_blob").await, 2);
    let draft = bench.draft_of(Fields { asset_id: Some(used.id.to_string()), ..Fields::default() }).await;
    bench.test.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(sweep_uploads(bench.app()).await.unwrap(), 0);
    bench.test.clock.advance(Duration::from_secs(1));
    assert_eq!(sweep_uploads(bench.app()).await.unwrap(), 2);
    assert_eq!(fixture::number(bench.app(), "SELECT count(*) FROM asset_blob").await, 1);
    let kept = asset(&bench.app().db, &used.id).await.unwrap().unwrap();
    assert!(kept.is_attached);
    assert_eq!(asset(&bench.app().db, &unused.id).await.unwrap(), None);
    discard(bench.app(), &bench.author(), &draft.id, None).await.unwrap();
    assert_eq!(sweep_uploads(bench.app()).await.unwrap(), 0);
}

#[tokio::test]
async fn another_upload_of_the_same_bytes_is_no_change_of_the_draft() {
    let bench = Bench::new().await;
    let (one, same, other) = (bench.image(1).await, bench.image(1).await, bench.image(2).await);
    let with = |id: &str| Patch { asset_id: Some(Some(id.to_owned())), ..Patch::default() };
    let draft = bench.draft_of(Fields { asset_id: Some(one.id.to_string()), ..Fields::default() }).await;
    let author = bench.author();
    let after = save(bench.app(), &author, &draft.id, 1, with(same.id.as_str())).await.unwrap();
    assert_eq!(after, draft);
    let after = save(bench.app(), &author, &draft.id, 1, with(other.id.as_str())).await.unwrap();
    assert_eq!((after.revision, after.asset_id), (2, Some(other.id)));
    let cleared = Patch { asset_id: Some(None), ..Patch::default() };
    let after = save(bench.app(), &author, &draft.id, 2, cleared).await.unwrap();
    assert_eq!((after.revision, after.asset_id), (3, None));
}
