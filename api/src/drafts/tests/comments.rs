use super::*;
use crate::{
    audit::read,
    drafts::{CommentBody, CommentKind, comment, comments},
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
    let secret = comment(bench.app(), &bench.ben, &draft.id, "it is canary-app-secret").await.unwrap_err();
    assert_eq!((secret.kind(), secret.fields().first().unwrap().code), (Kind::Invalid, "secret"));
    assert_eq!(comments(bench.app(), &draft.id).await.unwrap(), []);
}
