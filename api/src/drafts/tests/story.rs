use countersign_entities::vocabulary::PublicationState;

use super::*;
use crate::drafts::{
    Error, FieldDifference, Patch, PublishAtInput, cancel, comment, difference, history, revision, save,
    store::fixture,
};

#[tokio::test]
async fn the_timeline_tells_revisions_comments_and_the_end_of_an_approval_in_order() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    comment(bench.app(), &bench.ben, &draft.id, "First").await.unwrap();
    comment(bench.app(), &bench.ben, &draft.id, "Second").await.unwrap();
    let approved = fixture::approved(bench.app(), &draft, PublicationState::Scheduled, bench.ben.id()).await;
    cancel(bench.app(), &bench.author(), &draft.id, None).await.unwrap();
    let story = history(bench.app(), &bench.reader(), &draft.id).await.unwrap();
    let told: Vec<(&str, Option<&str>)> =
        story.iter().map(|moment| (moment.kind.as_str(), moment.note.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("review.draft.created", None),
            ("review.commented", Some("First")),
            ("review.commented", Some("Second")),
            ("review.approval.voided", None),
            ("publish.cancelled", None),
            ("review.draft.edited", None),
        ]
    );
    let by: Vec<Option<&str>> =
        story.iter().map(|moment| moment.operator_id.as_ref().map(|id| id.as_str())).collect();
    assert_eq!(
        by,
        [Some("opr_ada"), Some("opr_ben"), Some("opr_ben"), Some("opr_ada"), Some("opr_ada"), None]
    );
    let created = story.first().unwrap();
    assert_eq!((created.words("fields"), created.word("via")), (vec!["title"], Some("page")));
    let cancelled = story.get(4).unwrap();
    assert_eq!(
        (cancelled.word("why"), &cancelled.publication_id),
        (Some("cancelled"), &approved.publication_id)
    );
    let none = history(bench.app(), &bench.reader(), &"drf_1".parse().unwrap()).await.unwrap_err();
    assert!(matches!(none, Error::NotFound));
}

#[tokio::test]
async fn the_difference_of_two_revisions_is_told_field_by_field() {
    let bench = Bench::new().await;
    let image = bench.image(4).await;
    let draft = bench.draft("Soup").await;
    let patch = Patch {
        title: Some(Some("Stew".to_owned())),
        asset_id: Some(Some(image.id.to_string())),
        ..Patch::publish_at(Some(PublishAtInput {
            local: "2026-12-01T09:00".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            offset: None,
        }))
    };
    save(bench.app(), &bench.author(), &draft.id, 1, patch).await.unwrap();
    let text = |text: &str| Some(text.to_owned());
    let expected = [
        FieldDifference { field: "asset_id", before: None, after: text(image.id.as_str()) },
        FieldDifference { field: "title", before: text("Soup"), after: text("Stew") },
        FieldDifference { field: "publish_at", before: None, after: text("2026-12-01T09:00 Europe/Berlin") },
    ];
    assert_eq!(difference(bench.app(), &draft.id, 1, 2).await.unwrap(), expected);
    assert_eq!(difference(bench.app(), &draft.id, 2, 2).await.unwrap(), []);
    assert!(matches!(difference(bench.app(), &draft.id, 1, 3).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_revision_that_was_changed_in_the_database_does_not_have_its_digest() {
    let bench = Bench::new().await;
    let draft = bench.draft("Soup").await;
    fixture::sql(bench.app(), "DROP TRIGGER draft_revision_fixed").await;
    fixture::sql(bench.app(), "UPDATE draft_revision SET content = replace(content, 'Soup', 'Stew')").await;
    let forged = revision(&bench.app().db, &draft.id, 1).await.unwrap().unwrap();
    assert_eq!(forged.digest, draft.digest);
    assert_ne!(forged.recomputed_digest(), draft.digest);
    fixture::sql(bench.app(), "UPDATE draft_revision SET content = '{}'").await;
    assert!(revision(&bench.app().db, &draft.id, 1).await.is_err());
}
