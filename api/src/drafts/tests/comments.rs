use super::*;
use crate::{
    audit::read,
    drafts::{CommentBody, CommentKind, Patch, comment, comments, save},
    error::{Kind, Refusal},
};

#[test]
fn a_comment_says_something_short_without_a_secret() {
    for (typed, code) in [
        ("", "missing"),
        (" \r\n ", "missing"),
        ("\u{7}", "control_character"),
        ("pina_0123456789abcdef", "secret"),
    ] {
        assert_eq!(CommentBody::parse(typed).unwrap_err().code, code, "{typed:?}");
    }
    assert_eq!(CommentBody::parse(&"é".repeat(2001)).unwrap_err().code, "too_long");
    assert_eq!(CommentBody::parse(" one\r\n\ttwo ").unwrap().as_str(), "one\n two");
    assert!(CommentBody::parse(&"é".repeat(2000)).is_ok());
}

#[tokio::test]
async fn a_comment_is_kept_and_told_with_its_text_sealed() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let said = comment(bench.app(), &bench.ben, &draft.id, "Basic, but good").await.unwrap();
    assert_eq!((said.kind, said.revision, &said.author_id), (CommentKind::Comment, 1, bench.ben.id()));
    assert_eq!(comments(bench.app(), &draft.id).await.unwrap(), [said]);
    let events = read::about(&bench.app().db, draft.id.as_str(), 0).await.unwrap();
    let event = events.last().unwrap();
    assert_eq!(event.kind, "review.commented");
    assert!(!event.header.contains("Basic"));
    let sealed = read::sealed_of(&bench.app().db, std::slice::from_ref(&event.id)).await.unwrap();
    let content = sealed.iter().find(|part| part.name == "content").unwrap();
    assert_eq!(content.value.as_deref(), Some(r#"{"note":"Basic, but good"}"#));
}

#[tokio::test]
async fn a_comment_on_nothing_or_with_our_own_secret_is_refused() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    let nothing = comment(bench.app(), &bench.ben, &"drf_1".parse().unwrap(), "Hm").await.unwrap_err();
    assert_eq!(nothing.kind(), Kind::NotFound);
    for secret in ["canary-app-secret", "cs_0123456789abcdef0123456789abcdef0123456789a"] {
        let words = format!("it is {secret}");
        let refused = comment(bench.app(), &bench.ben, &draft.id, &words).await.unwrap_err();
        assert_eq!((refused.kind(), refused.fields()[0].code), (Kind::Invalid, "secret"));
        let patch = Patch { title: Some(Some(words)), ..Patch::default() };
        let refused = save(bench.app(), &bench.author(), &draft.id, draft.version, patch).await.unwrap_err();
        assert_eq!((refused.fields()[0].field, refused.fields()[0].code), ("title", "secret"));
    }
    assert_eq!(comments(bench.app(), &draft.id).await.unwrap(), []);
}
