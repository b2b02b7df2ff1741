use super::*;
use crate::drafts::{
    Error, Patch, discard, save,
    store::fixture,
    working_copy::{WorkingOn, autosave, forget, load},
};

fn typed(title: &str) -> serde_json::Value {
    serde_json::json!({ "title": title })
}

#[tokio::test]
async fn what_is_typed_is_kept_for_its_writer_alone_until_it_is_saved() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let (ada, ben) = (bench.author(), bench.ben.author().unwrap());
    let on = WorkingOn::Draft(draft.id.clone());
    autosave(bench.app(), &ada, &on, &typed("St")).await.unwrap();
    autosave(bench.app(), &ada, &on, &typed("Stew")).await.unwrap();
    autosave(bench.app(), &ben, &on, &typed("Broth")).await.unwrap();
    let kept = load(bench.app(), &ada, &on).await.unwrap().unwrap();
    assert_eq!(kept.fields, r#"{"title":"Stew"}"#);
    let patch = Patch { title: Some(Some("Stew".to_owned())), ..Patch::default() };
    save(bench.app(), &ada, &draft.id, 1, patch).await.unwrap();
    assert_eq!(load(bench.app(), &ada, &on).await.unwrap(), None);
    assert!(load(bench.app(), &ben, &on).await.unwrap().is_some());
    discard(bench.app(), &ada, &draft.id, None).await.unwrap();
    assert_eq!(load(bench.app(), &ben, &on).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_draft_has_a_working_copy_before_it_exists() {
    let bench = Bench::new().await;
    let author = bench.author();
    autosave(bench.app(), &author, &WorkingOn::New, &typed("Soup")).await.unwrap();
    assert!(load(bench.app(), &author, &WorkingOn::New).await.unwrap().is_some());
    bench.draft("Soup").await;
    assert_eq!(load(bench.app(), &author, &WorkingOn::New).await.unwrap(), None);
    autosave(bench.app(), &author, &WorkingOn::New, &typed("Stew")).await.unwrap();
    forget(bench.app(), &author, &WorkingOn::New).await.unwrap();
    assert_eq!(load(bench.app(), &author, &WorkingOn::New).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_too_long_or_for_no_draft_is_refused_and_nothing_is_told() {
    let bench = Bench::new().await;
    let author = bench.author();
    let long = autosave(bench.app(), &author, &WorkingOn::New, &typed(&"x".repeat(70_000))).await;
    assert!(matches!(long, Err(Error::WorkingCopyTooLarge)));
    let nowhere = WorkingOn::Draft("drf_1".parse().unwrap());
    let none = autosave(bench.app(), &author, &nowhere, &typed("Soup")).await;
    assert!(matches!(none, Err(Error::NotFound)));
    assert_eq!(fixture::number(bench.app(), "SELECT count(*) FROM audit_event").await, 0);
}
